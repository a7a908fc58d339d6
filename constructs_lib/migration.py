"""The Lambda functions that own the schema: one migrates it, one rotates the master secret."""

from cdktf import ITerraformDependable, TerraformAsset
from cdktf_cdktf_provider_aws.lambda_function import (
    LambdaFunction,
    LambdaFunctionEnvironment,
    LambdaFunctionLoggingConfig,
    LambdaFunctionTracingConfig,
    LambdaFunctionVpcConfig,
)
from cdktf_cdktf_provider_aws.lambda_invocation import LambdaInvocation
from cdktf_cdktf_provider_aws.lambda_permission import LambdaPermission
from cdktf_cdktf_provider_aws.secretsmanager_secret_rotation import (
    SecretsmanagerSecretRotation,
    SecretsmanagerSecretRotationRotationRules,
)
from constructs import Construct

from constructs_lib.access import Role, SecurityGroup, Statement, trust
from constructs_lib.database import Database
from constructs_lib.encryption import Key
from constructs_lib.log_group import LogGroup
from constructs_lib.network import Network
from constructs_lib.schema import Schema
from environments.schema.names import Names

RUNTIME = "python3.13"
# The runner stops by itself after 14 minutes (migrations/handler.py); Lambda's own limit is 15.
MIGRATION_TIMEOUT = 900
ROTATION_TIMEOUT = 120
MEMORY = 512  # MiB
ROTATE_AFTER_DAYS = 30


class Function(Construct):
    """One function of the migration archive, in the private subnets, with a role and a log group of its own."""

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        component: str,
        handler: str,
        description: str,
        timeout: int,
        environment: dict[str, str],
        schema: Schema,
        names: Names,
        network: Network,
        security_group: SecurityGroup,
        key: Key,
        logs_key: Key,
        log_retention_days: int,
    ) -> None:
        super().__init__(scope, id_)
        self.name = names.of(component)
        logs = LogGroup(
            self,
            "Logs",
            name=names.log_group(component),
            logical_id=component,
            retention_days=log_retention_days,
            key=logs_key,
        )
        self.log_group_name = logs.name
        self.role = Role(
            self,
            "Role",
            name=self.name,
            description=description,
            trust_policy=trust(
                "lambda.amazonaws.com", conditions={"StringEquals": {"aws:SourceAccount": names.account_id}}
            ),
            permissions_boundary=names.boundary_arn,
        )
        permissions = [
            self.role.allow(
                "logs", Statement("Write", ["logs:CreateLogStream", "logs:PutLogEvents"], [f"{logs.arn}:*"])
            ),
            self.role.allow(
                # Lambda makes the interfaces with the function's role; these actions know no resource.
                "network",
                Statement(
                    "Interfaces",
                    [
                        "ec2:AssignPrivateIpAddresses",
                        "ec2:CreateNetworkInterface",
                        "ec2:DeleteNetworkInterface",
                        "ec2:DescribeNetworkInterfaces",
                        "ec2:DescribeSubnets",
                        "ec2:UnassignPrivateIpAddresses",
                    ],
                ),
            ),
            self.role.allow("tracing", Statement("Trace", ["xray:PutTelemetryRecords", "xray:PutTraceSegments"])),
        ]
        asset = TerraformAsset(self, "Archive", path=str(schema.archive))
        self._function = LambdaFunction(
            self,
            "Function",
            function_name=self.name,
            description=description,
            role=self.role.arn,
            runtime=RUNTIME,
            architectures=["arm64"],
            handler=handler,
            filename=asset.path,
            source_code_hash=schema.archive_sha256,
            timeout=timeout,
            memory_size=MEMORY,
            # One at a time; the advisory lock in the database guards the same once more.
            reserved_concurrent_executions=1,
            kms_key_arn=key.arn,
            environment=LambdaFunctionEnvironment(variables=environment),
            tracing_config=LambdaFunctionTracingConfig(mode="Active"),
            logging_config=LambdaFunctionLoggingConfig(log_format="JSON", log_group=logs.name),
            vpc_config=LambdaFunctionVpcConfig(
                subnet_ids=network.private_subnet_ids, security_group_ids=[security_group.id]
            ),
            # AWS keeps a deleted function's interfaces for 35-60 minutes, and they keep its group from being deleted:
            # Terraform moves them to the VPC's default group, which has no rules and lasts as long as the VPC.
            replace_security_groups_on_destroy=True,
            replacement_security_group_ids=[network.default_security_group_id],
            tags={"Name": self.name},
            depends_on=[logs.ready, *permissions],
        )
        self.arn = self._function.arn
        self.resource = self._function


class Migration(Construct):
    """Migrates the schema whenever the revisions change, before the services do; `done` is what they wait for.

    Only a change of the revisions, of the code or of the password's version invokes the function again.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        names: Names,
        network: Network,
        database: Database,
        schema: Schema,
        contract_allowed: str | None,
        password_version: int,
        data_key: Key,
        logs_key: Key,
        log_retention_days: int,
    ) -> None:
        super().__init__(scope, id_)
        self.security_group = network.security_group("MigrationGroup", "migration", "Migration and rotation functions")

        def function(
            id_: str, component: str, handler: str, description: str, timeout: int, **environment: str
        ) -> Function:
            return Function(
                self,
                id_,
                component=component,
                handler=handler,
                description=description,
                timeout=timeout,
                environment=environment,
                schema=schema,
                names=names,
                network=network,
                security_group=self.security_group,
                key=data_key,
                logs_key=logs_key,
                log_retention_days=log_retention_days,
            )

        self._migrate = function(
            "Migrate",
            "migration",
            "migrations.handler.migrate",
            "Brings the schema to its newest revision",
            MIGRATION_TIMEOUT,
            DATABASE_HOST=database.host,
            DATABASE_PORT=str(database.port),
            DATABASE_NAME=database.name,
            MASTER_SECRET_ARN=database.master_secret.arn,
            CONTRACT_ALLOWED=contract_allowed or "none",
        )
        self._rotate = function(
            "Rotate",
            "rotation",
            "migrations.rotation.rotate",
            "Rotates the master secret",
            ROTATION_TIMEOUT,
            MASTER_SECRET_ARN=database.master_secret.arn,
        )
        self.function_name, self.rotation_name = self._migrate.name, self._rotate.name
        self.role, self.rotation_role = self._migrate.role, self._rotate.role
        self.log_group_name = self._migrate.log_group_name
        self.resource = self._migrate.resource
        self._database = database
        self._triggers = {
            "revisions": schema.digest,
            "code": schema.archive_sha256,
            "password_version": str(password_version),
        }
        self._grant_rotation(names)

    def run(self, after: list[ITerraformDependable]) -> ITerraformDependable:
        """Invokes the migration once everything in `after` stands; a failure stops the apply before the services."""
        invocation = LambdaInvocation(
            self,
            "Invocation",
            function_name=self._migrate.name,
            input='{"target":"head","dry_run":false}',
            triggers=self._triggers,
            depends_on=[self._migrate.resource, *after],
        )
        SecretsmanagerSecretRotation(
            self,
            "Rotation",
            secret_id=self._database.master_secret.arn,
            rotation_lambda_arn=self._rotate.arn,
            rotate_immediately=False,
            rotation_rules=SecretsmanagerSecretRotationRotationRules(automatically_after_days=ROTATE_AFTER_DAYS),
            # Not while a migration logs in with the password that a rotation would change.
            depends_on=[self._invoke_rotation, invocation],
        )
        return invocation

    def _grant_rotation(self, names: Names) -> None:
        self._invoke_rotation = LambdaPermission(
            self,
            "InvokeRotation",
            function_name=self._rotate.name,
            action="lambda:InvokeFunction",
            principal="secretsmanager.amazonaws.com",
            source_account=names.account_id,
            source_arn=self._database.master_secret.arn,
            depends_on=[self._rotate.resource],
        )
