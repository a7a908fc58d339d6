"""The database's master user and password in Secrets Manager, written without passing through plan or state."""

import json
from collections.abc import Mapping

from cdktf import ITerraformDependable, TerraformResourceLifecycle
from cdktf_cdktf_provider_aws.iam_role_policy import IamRolePolicy
from cdktf_cdktf_provider_aws.secretsmanager_secret import SecretsmanagerSecret
from cdktf_cdktf_provider_aws.secretsmanager_secret_version import SecretsmanagerSecretVersion
from constructs import Construct

from constructs_lib.access import Role, Statement
from constructs_lib.encryption import Key
from constructs_lib.lasting import lasting


class MasterSecret(Construct):
    """`login` as JSON, as Secrets Manager's rotation for RDS expects it; written again when `version` rises."""

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        name: str,
        key: Key,
        login: Mapping[str, str | int],
        version: int,
        protected: bool,
    ) -> None:
        super().__init__(scope, id_)
        self._key = key
        secret = lasting(
            SecretsmanagerSecret(
                self,
                "Secret",
                # A prefix: a name stays taken for the recovery window after its secret was deleted.
                name_prefix=f"{name}-",
                description=f"Master user and password: {name}",
                kms_key_id=key.arn,
                recovery_window_in_days=30 if protected else 7,
                tags={"Name": name},
            ),
            "database_master",
            protected=protected,
        )
        self.arn = secret.arn
        self.stored: ITerraformDependable = lasting(
            SecretsmanagerSecretVersion(
                self,
                "Version",
                secret_id=secret.id,
                secret_string_wo=json.dumps(login),
                secret_string_wo_version=version,
                # A current version exists at all times, also while a raised number replaces it.
                lifecycle=TerraformResourceLifecycle(create_before_destroy=True),
            ),
            "database_master",
        )

    def grant_read(self, role: Role) -> IamRolePolicy:
        return role.allow(
            "database-master-secret",
            Statement("ReadMasterSecret", ["secretsmanager:GetSecretValue"], [self.arn]),
            Statement("Decrypt", ["kms:Decrypt"], [self._key.arn]),
        )

    def grant_rotation(self, role: Role) -> IamRolePolicy:
        """What the four steps of a rotation call; the new password is set over SQL, not over the RDS API."""
        actions = ["DescribeSecret", "GetSecretValue", "PutSecretValue", "UpdateSecretVersionStage"]
        return role.allow(
            "database-rotation",
            Statement("Rotate", [f"secretsmanager:{action}" for action in actions], [self.arn]),
            Statement("MakePassword", ["secretsmanager:GetRandomPassword"]),
            Statement("Encrypt", ["kms:Decrypt", "kms:GenerateDataKey"], [self._key.arn]),
        )
