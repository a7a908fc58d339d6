"""A CloudWatch log group with retention and a customer-managed key."""

from cdktf_cdktf_provider_aws.cloudwatch_log_group import CloudwatchLogGroup
from constructs import Construct

from constructs_lib.encryption import Key
from constructs_lib.lasting import lasting


class LogGroup(Construct):
    """One log group. `logical_id` is its lasting address; `retention_days` one that CloudWatch accepts."""

    def __init__(
        self, scope: Construct, id_: str, *, name: str, logical_id: str, retention_days: int, key: Key
    ) -> None:
        super().__init__(scope, id_)
        self._group = lasting(
            CloudwatchLogGroup(
                self,
                "Group",
                name=name,
                retention_in_days=retention_days,
                kms_key_id=key.arn,
                tags={"Name": name},
            ),
            f"{logical_id}_logs",
        )
        # The literal name, so that container definitions and policies stay readable in a plan; `ready` orders them.
        self.name = name
        self.arn = self._group.arn
        self.ready = self._group
