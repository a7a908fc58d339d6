"""The ECS cluster that both services run in."""

from cdktf_cdktf_provider_aws.ecs_cluster import (
    EcsCluster,
    EcsClusterConfiguration,
    EcsClusterConfigurationExecuteCommandConfiguration,
    EcsClusterConfigurationExecuteCommandConfigurationLogConfiguration,
    EcsClusterSetting,
)
from cdktf_cdktf_provider_aws.ecs_cluster_capacity_providers import EcsClusterCapacityProviders
from constructs import Construct

from constructs_lib.access import Role, Statement
from constructs_lib.encryption import Key
from constructs_lib.log_group import LogGroup
from environments.schema.names import Names


class Cluster(Construct):
    """A Fargate cluster with enhanced Container Insights; commands run in tasks are logged and encrypted."""

    def __init__(self, scope: Construct, id_: str, *, names: Names, logs_key: Key, log_retention_days: int) -> None:
        super().__init__(scope, id_)
        self.name = names.stack
        self._logs_key = logs_key
        self._command_logs = LogGroup(
            self,
            "CommandLogs",
            name=names.log_group("execute-command"),
            logical_id="execute_command",
            retention_days=log_retention_days,
            key=logs_key,
        )
        insights = LogGroup(
            self,
            "InsightsLogs",
            # Container Insights writes to this name; made here so that it has a key and a retention.
            name=f"/aws/ecs/containerinsights/{self.name}/performance",
            logical_id="container_insights",
            retention_days=log_retention_days,
            key=logs_key,
        )
        cluster = EcsCluster(
            self,
            "Cluster",
            name=self.name,
            setting=[EcsClusterSetting(name="containerInsights", value="enhanced")],
            configuration=EcsClusterConfiguration(
                execute_command_configuration=EcsClusterConfigurationExecuteCommandConfiguration(
                    kms_key_id=logs_key.arn,
                    logging="OVERRIDE",
                    log_configuration=EcsClusterConfigurationExecuteCommandConfigurationLogConfiguration(
                        cloud_watch_encryption_enabled=True,
                        cloud_watch_log_group_name=self._command_logs.name,
                    ),
                )
            ),
            tags={"Name": self.name},
            depends_on=[self._command_logs.ready, insights.ready],
        )
        capacity = EcsClusterCapacityProviders(
            self, "Capacity", cluster_name=cluster.name, capacity_providers=["FARGATE", "FARGATE_SPOT"]
        )
        self.id = cluster.id
        # Services that name a capacity provider wait for this.
        self.capacity = capacity

    def grant_execute_command(self, role: Role) -> None:
        """What a task needs so that `aws ecs execute-command` reaches it."""
        channels = ["CreateControlChannel", "CreateDataChannel", "OpenControlChannel", "OpenDataChannel"]
        role.allow(
            "execute-command",
            # Session Manager's channels know no resource.
            Statement("Channels", [f"ssmmessages:{action}" for action in channels]),
            Statement("Key", ["kms:Decrypt"], [self._logs_key.arn]),
            Statement("Groups", ["logs:DescribeLogGroups"]),
            Statement(
                "Logs",
                ["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"],
                [f"{self._command_logs.arn}:*"],
            ),
        )
