"""Customer-managed KMS keys, one a data domain, each usable only by the services that work in it."""

from cdktf_cdktf_provider_aws.kms_alias import KmsAlias
from cdktf_cdktf_provider_aws.kms_key import KmsKey
from constructs import Construct

from constructs_lib.access import Statement, policy
from constructs_lib.lasting import lasting
from environments.schema.names import Names

# What a service needs to encrypt and decrypt data keys, without grants or administration.
USE = ("kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*")


class Key(Construct):
    """One key with yearly rotation and a deletion window of 30 days; `domain` names alias, tag and logical id."""

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        names: Names,
        domain: str,
        description: str,
        statements: list[Statement],
        protected: bool,
    ) -> None:
        super().__init__(scope, id_)
        self._key = lasting(
            KmsKey(
                self,
                "Key",
                description=description,
                enable_key_rotation=True,
                deletion_window_in_days=30,
                policy=policy(account_administration(names), *statements),
                tags={"Name": names.described(domain)},
            ),
            f"{domain}_key",
            protected=protected,
        )
        KmsAlias(self, "Alias", name=f"alias/{names.described(domain)}", target_key_id=self._key.key_id)
        self.arn = self._key.arn
        self.id = self._key.key_id


class Encryption(Construct):
    """Keys of one workspace: `data` at rest (which can be protected), `logs`, and `messages` in queues and topics."""

    def __init__(self, scope: Construct, id_: str, *, names: Names, protected: bool) -> None:
        super().__init__(scope, id_)
        self.data = Key(
            self,
            "Data",
            names=names,
            domain="data",
            description=f"{names.stack}: database, cache, secrets and their backups",
            statements=[],
            protected=protected,
        )
        self.logs = Key(
            self,
            "Logs",
            names=names,
            domain="logs",
            description=f"{names.stack}: log groups",
            statements=[cloudwatch_logs(names)],
            protected=False,
        )
        self.messages = Key(
            self,
            "Messages",
            names=names,
            domain="messages",
            description=f"{names.stack}: queues and alarm topic",
            statements=[_publishers(names)],
            protected=False,
        )


def account_administration(names: Names) -> Statement:
    """Leaves administration to the account's IAM policies; without it a key can be locked out for good."""
    return Statement("AccountAdministration", ["kms:*"], principals={"AWS": names.arn("iam", "root", region="")})


def cloudwatch_logs(names: Names) -> Statement:
    """CloudWatch Logs, for this account's log groups only."""
    return Statement(
        "CloudWatchLogs",
        USE,
        principals={"Service": f"logs.{names.region}.amazonaws.com"},
        conditions={"ArnLike": {"kms:EncryptionContext:aws:logs:arn": names.arn("logs", "log-group:*")}},
    )


def _publishers(names: Names) -> Statement:
    """Services that publish to the encrypted alarm topic, for this account only."""
    return Statement(
        "AlarmPublishers",
        ("kms:Decrypt", "kms:GenerateDataKey*"),
        principals={"Service": ["backup.amazonaws.com", "cloudwatch.amazonaws.com", "events.rds.amazonaws.com"]},
        conditions={"StringEquals": {"aws:SourceAccount": names.account_id}},
    )
