"""Where the Terraform state of an account lives: a bucket, its access logs and its key."""

from constructs import Construct

from constructs_lib.access import Role, Statement
from constructs_lib.bucket import Bucket, access_log_delivery
from constructs_lib.encryption import Key
from environments.schema.names import PLANS, PROJECT, Names

ACCESS_LOG_DAYS = 400
# Plans hold values in clear, and nobody applies one after a week.
PLAN_DAYS = 7


class StateStore(Construct):
    """A versioned, encrypted bucket whose objects are states; old versions are kept for 90 days, states for ever.

    Saved plans lie there too, for a week.
    """

    def __init__(self, scope: Construct, id_: str, *, names: Names) -> None:
        super().__init__(scope, id_)
        # The alias `payments-foundation-<environment>-state` is what every stack's backend names.
        self.key = Key(
            self,
            "Key",
            names=names,
            domain="state",
            description=f"{names.stack}: Terraform state and container images",
            statements=[],
            protected=True,
        )
        name, logs_name = names.of("state"), names.of("access-logs")
        logs = Bucket(
            self,
            "AccessLogs",
            name=logs_name,
            logical_id="access_logs",
            expire_days=ACCESS_LOG_DAYS,
            statements=[access_log_delivery(names.account_id, logs_name, [name])],
        )
        self._bucket = Bucket(
            self,
            "State",
            name=name,
            logical_id="state",
            key=self.key,
            expire_prefixes={PLANS: PLAN_DAYS},
            protected=True,
        )
        self._bucket.log_access_to(logs)

    def grant_read(self, role: Role) -> None:
        """Reads states; takes no lock, see docs/decisions/0037."""
        role.allow(
            "state-read",
            Statement("List", ["s3:ListBucket"], [self._bucket.arn]),
            Statement("Read", ["s3:GetObject"], [f"{self._bucket.arn}/{PROJECT}/*"]),
            Statement("Key", ["kms:Decrypt"], [self.key.arn]),
        )

    def grant_plans(self, role: Role) -> None:
        """Stores plans for the job that applies them; see docs/decisions/0036."""
        role.allow(
            "plans-write",
            Statement("Write", ["s3:PutObject"], [f"{self._bucket.arn}/{PLANS}*"]),
            Statement("Key", ["kms:GenerateDataKey"], [self.key.arn]),
        )

    def grant_write(self, role: Role, *, prefix: str = "") -> None:
        """Reads and writes states, with their locks, whose keys begin with `prefix`."""
        role.allow(
            "state-write",
            Statement("List", ["s3:ListBucket"], [self._bucket.arn]),
            Statement("Write", ["s3:DeleteObject", "s3:GetObject", "s3:PutObject"], [f"{self._bucket.arn}/{prefix}*"]),
            Statement("Key", ["kms:Decrypt", "kms:GenerateDataKey"], [self.key.arn]),
        )
