"""One ECS Fargate service: task definition, roles, deployment guards and scaling."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from cdktf import ITerraformDependable
from cdktf_cdktf_provider_aws.ecs_service import (
    EcsService,
    EcsServiceAlarms,
    EcsServiceCapacityProviderStrategy,
    EcsServiceDeploymentCircuitBreaker,
    EcsServiceLoadBalancer,
    EcsServiceNetworkConfiguration,
)
from cdktf_cdktf_provider_aws.ecs_task_definition import (
    EcsTaskDefinition,
    EcsTaskDefinitionRuntimePlatform,
    EcsTaskDefinitionVolume,
)
from constructs import Construct

from constructs_lib.access import Role, Statement, decrypt_secrets, trust
from constructs_lib.cluster import Cluster
from constructs_lib.container import container_definition
from constructs_lib.encryption import Key
from constructs_lib.image import Image
from constructs_lib.log_group import LogGroup
from constructs_lib.network import Network
from environments.schema.names import Names
from environments.schema.service import Service as ServiceSettings
from environments.schema.service import Task


@dataclass(frozen=True)
class Container:
    """What one service runs: the command of the shared image, its environment, and how its health is seen."""

    command: list[str]
    environment: Mapping[str, str]
    health_check: list[str]
    port: int | None = None


@dataclass(frozen=True)
class Target:
    """The target group that a service registers in, and what must exist before it may."""

    arn: str
    listener: ITerraformDependable


class FargateService(Construct):
    """A service named after `component`, in the private tier, that starts only after the schema was migrated.

    A deployment whose tasks do not become healthy, or that raises one of `rollback_alarms`, is rolled back.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        component: str,
        names: Names,
        settings: ServiceSettings,
        task: Task,
        container: Container,
        network: Network,
        cluster: Cluster,
        image: Image,
        logs_key: Key,
        log_retention_days: int,
    ) -> None:
        super().__init__(scope, id_)
        self.component = component
        self.task = task
        self._names = names
        self._settings = settings
        self._network = network
        self._cluster = cluster
        self.name = names.of(component)
        self.cluster_name = cluster.name
        self.security_group = network.security_group(f"{id_}Group", component, f"Tasks of the {component} service")
        logs = LogGroup(
            self,
            "Logs",
            name=names.log_group(component),
            logical_id=component,
            retention_days=log_retention_days,
            key=logs_key,
        )
        self.log_group_name = logs.name
        trust_policy = _tasks_of(names)
        execution = Role(
            self,
            "Execution",
            name=names.of(f"{component}-execution"),
            description=f"Starts tasks of the {component} service: pulls the image, writes logs",
            trust_policy=trust_policy,
            permissions_boundary=names.boundary_arn,
        )
        image.grant_pull(execution)
        execution.allow("logs", Statement("Write", ["logs:CreateLogStream", "logs:PutLogEvents"], [f"{logs.arn}:*"]))
        secrets = {secret.name: secret.arn for secret in settings.secrets}
        if secrets:
            execution.allow("secrets", *_read(secrets.values(), names))
        self.role = Role(
            self,
            "Task",
            name=names.of(f"{component}-task"),
            description=f"What the code of the {component} service may do",
            trust_policy=trust_policy,
            permissions_boundary=names.boundary_arn,
        )
        if settings.execute_command:
            cluster.grant_execute_command(self.role)
        self.container_port = container.port
        self._task_definition = EcsTaskDefinition(
            self,
            "TaskDefinition",
            family=self.name,
            cpu=str(task.cpu),
            memory=str(task.memory),
            network_mode="awsvpc",
            requires_compatibilities=["FARGATE"],
            runtime_platform=EcsTaskDefinitionRuntimePlatform(
                cpu_architecture=settings.cpu_architecture, operating_system_family="LINUX"
            ),
            execution_role_arn=execution.arn,
            task_role_arn=self.role.arn,
            # The only place that a container with a read-only root can write to; it lives as long as the task.
            volume=[EcsTaskDefinitionVolume(name="tmp")],
            container_definitions=container_definition(
                name=component,
                image=image.uri,
                command=container.command,
                environment=container.environment,
                secrets=secrets,
                log_group=logs.name,
                region=names.region,
                stop_timeout=settings.stop_timeout,
                port=container.port,
                health_check=container.health_check,
            ),
            tags={"Name": self.name},
            # Else the old revision is deregistered before the migration runs, and when that fails, the services that go
            # on with it could not be set to it again.
            lifecycle={"create_before_destroy": True},
            depends_on=[logs.ready],
        )

    def run(
        self,
        *,
        after: Sequence[ITerraformDependable],
        rollback_alarms: Sequence[str],
        target: Target | None = None,
    ) -> None:
        """Starts the service, once everything in `after` is done; `rollback_alarms` are alarm names."""
        spot = self._settings.spot_percent
        strategy = [
            EcsServiceCapacityProviderStrategy(capacity_provider="FARGATE", base=self.task.min_tasks, weight=100 - spot)
        ]
        if spot:
            # Base is said, since AWS says it: a refreshed plan would show each update as a change of the strategy.
            strategy.append(EcsServiceCapacityProviderStrategy(capacity_provider="FARGATE_SPOT", base=0, weight=spot))
        self.resource = EcsService(
            self,
            "Service",
            name=self.name,
            cluster=self._cluster.id,
            task_definition=self._task_definition.arn,
            # Where autoscaling starts; afterwards it owns the number, and Terraform leaves it alone.
            desired_count=self.task.min_tasks,
            lifecycle={"ignore_changes": ["desired_count"]},
            capacity_provider_strategy=strategy,
            # Without it the provider replaces a service whose strategy changes, as it does with `min_tasks`: an outage.
            # It is read only when an update is due, and never makes one.
            force_new_deployment=True,
            platform_version="LATEST",
            availability_zone_rebalancing="ENABLED",
            network_configuration=EcsServiceNetworkConfiguration(
                subnets=self._network.private_subnet_ids,
                security_groups=[self.security_group.id],
                assign_public_ip=False,
            ),
            load_balancer=[
                EcsServiceLoadBalancer(
                    target_group_arn=target.arn,
                    container_name=self.component,
                    container_port=self.container_port or 0,
                )
            ]
            if target
            else None,
            health_check_grace_period_seconds=60 if target else None,
            deployment_minimum_healthy_percent=100,
            deployment_maximum_percent=200,
            deployment_circuit_breaker=EcsServiceDeploymentCircuitBreaker(enable=True, rollback=True),
            alarms=EcsServiceAlarms(alarm_names=list(rollback_alarms), enable=True, rollback=True),
            enable_execute_command=self._settings.execute_command,
            enable_ecs_managed_tags=True,
            # Default tags stop at the service; tasks get theirs from it.
            propagate_tags="SERVICE",
            wait_for_steady_state=False,
            tags={"Name": self.name},
            depends_on=[self._cluster.capacity, *after, *([target.listener] if target else [])],
        )


def _read(arns: Iterable[str], names: Names) -> tuple[Statement, Statement]:
    """Reads these secrets, whichever of the account's keys they are encrypted with."""
    return (
        Statement("Read", ["secretsmanager:GetSecretValue"], sorted(arns)),
        decrypt_secrets(names, [names.arn("kms", "key/*")]),
    )


def _tasks_of(names: Names) -> str:
    """Confused deputy: only tasks of this account and region may take the role."""
    return trust(
        "ecs-tasks.amazonaws.com",
        conditions={
            "StringEquals": {"aws:SourceAccount": names.account_id},
            "ArnLike": {"aws:SourceArn": names.arn("ecs", "*")},
        },
    )
