"""Every setting reaches the JSON: a workspace with all of them changed, against the values that must stand there."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from constructs_lib.schema import prepare
from environments.dev import ENVIRONMENT as DEV
from environments.schema.data_stores import Cache, Queue
from environments.schema.database import Database, Provisioned
from environments.schema.edge import Edge
from environments.schema.environment import Environment, Tags
from environments.schema.network import Network
from environments.schema.operations import Backup, Budget, Delivery, Logs, Monitoring
from environments.schema.service import Secret, Service, Task
from environments.schema.workspace import Workspace
from tests.stack import Stack

IMAGE = f"444455556666.dkr.ecr.eu-central-1.amazonaws.com/other@sha256:{'0123456789abcdef' * 4}"
SECRET = "arn:aws:secretsmanager:eu-central-1:444455556666:secret:card-network-AbCdEf"

CHANGED = Environment(
    name="dev",
    account_id="444455556666",
    region="eu-central-1",
    tags=Tags(cost_center="other", owner="other@example.com", data_classification="confidential"),
    network=Network(cidr="10.99.0.0/17", zones=("a", "b", "c"), nat="per_zone", extra_endpoints=("xray",)),
    database=Database(
        engine_version="16.13",
        capacity=Provisioned(instance_class="db.r7g.large"),
        readers=3,
        port=6543,
        backup_retention_days=21,
        backup_window="22:00-23:00",
        maintenance_window="tue:03:00-tue:04:00",
        insights="advanced",
        deletion_protection=True,
        final_snapshot=True,
        password_version=7,
        contract_allowed="0012",
    ),
    service=Service(
        image=IMAGE,
        cpu_architecture="X86_64",
        api=Task(cpu=4096, memory=9216, min_tasks=5, max_tasks=11),
        worker=Task(cpu=256, memory=2048, min_tasks=3, max_tasks=7),
        container_port=9090,
        health_check_path="/ready",
        secrets=(Secret(name="CARD_NETWORK_KEY", arn=SECRET),),
        spot_percent=30,
        execute_command=False,
        stop_timeout=99,
    ),
    edge=Edge(
        hosted_zone="other.example.org",
        hostname="pay",
        deletion_protection=True,
        rate_limit=777,
        access_log_retention_days=123,
    ),
    cache=Cache(
        node_type="cache.r7g.large",
        engine_version="7.2",
        replicas=3,
        snapshot_retention_days=9,
        snapshot_window="20:00-21:00",
        maintenance_window="wed:06:00-wed:07:00",
    ),
    queue=Queue(fifo=True, worker_timeout=33, max_receive_count=9, retention_days=6),
    logs=Logs(retention_days=545, flow_log_retention_days=731),
    monitoring=Monitoring(
        emails=("x@example.org",),
        error_rate_percent=7.5,
        latency_p99_seconds=3.25,
        queue_age_seconds=444,
        database_connections=555,
    ),
    backup=Backup(daily_retention_days=44, monthly_retention_days=777, copy_region="eu-north-1", lock=True),
    budget=Budget(monthly_usd=4321, emails=("budget@example.org",)),
    delivery=Delivery(repository="other@12/repository@34", default_branch="trunk"),
)

# setting -> where its value stands: resource type, part of the logical id, path of attributes, expected value
EFFECTS: Mapping[str, tuple[str, str, str, Any]] = {
    "network.cidr": ("aws_vpc", "", "cidr_block", "10.99.0.0/17"),
    "network.zones": ("aws_subnet", "DataC", "availability_zone", "eu-central-1c"),
    "network.nat": ("aws_nat_gateway", "NatC", "tags.Name", "payments-dev-nat-c"),
    "network.extra_endpoints": ("aws_vpc_endpoint", "Xray", "service_name", "com.amazonaws.eu-central-1.xray"),
    "database.engine_version": ("aws_rds_cluster", "", "engine_version", "16.13"),
    "database.capacity": ("aws_rds_cluster_instance", "database_1", "instance_class", "db.r7g.large"),
    "database.readers": ("aws_rds_cluster_instance", "database_4", "promotion_tier", 3),
    "database.port": ("aws_rds_cluster", "", "port", 6543),
    "database.backup_retention_days": ("aws_rds_cluster", "", "backup_retention_period", 21),
    "database.backup_window": ("aws_rds_cluster", "", "preferred_backup_window", "22:00-23:00"),
    "database.maintenance_window": ("aws_rds_cluster", "", "preferred_maintenance_window", "tue:03:00-tue:04:00"),
    "database.insights": ("aws_rds_cluster", "", "database_insights_mode", "advanced"),
    "database.deletion_protection": ("aws_rds_cluster", "", "deletion_protection", True),
    "database.final_snapshot": ("aws_rds_cluster", "", "skip_final_snapshot", False),
    "database.password_version": ("aws_rds_cluster", "", "master_password_wo_version", 7),
    "database.contract_allowed": (
        *("aws_lambda_function", "Migrate", "environment.variables.CONTRACT_ALLOWED"),
        "0012",
    ),
    "service.image": ("aws_ecs_task_definition", "Api", "container_definitions.0.image", IMAGE),
    "service.cpu_architecture": (
        *("aws_ecs_task_definition", "Api", "runtime_platform.cpu_architecture"),
        "X86_64",
    ),
    "service.secrets": (
        *("aws_ecs_task_definition", "Worker", "container_definitions.0.secrets"),
        [{"name": "CARD_NETWORK_KEY", "valueFrom": SECRET}],
    ),
    "service.api.cpu": ("aws_ecs_task_definition", "Api", "cpu", "4096"),
    "service.api.memory": ("aws_ecs_task_definition", "Api", "memory", "9216"),
    "service.api.min_tasks": ("aws_appautoscaling_target", "ApiScaling", "min_capacity", 5),
    "service.api.max_tasks": ("aws_appautoscaling_target", "ApiScaling", "max_capacity", 11),
    "service.worker.cpu": ("aws_ecs_task_definition", "Worker", "cpu", "256"),
    "service.worker.memory": ("aws_ecs_task_definition", "Worker", "memory", "2048"),
    "service.worker.min_tasks": ("aws_appautoscaling_target", "WorkerScaling", "min_capacity", 3),
    "service.worker.max_tasks": ("aws_appautoscaling_target", "WorkerScaling", "max_capacity", 7),
    "service.container_port": ("aws_lb_target_group", "", "port", 9090),
    "service.health_check_path": ("aws_lb_target_group", "", "health_check.path", "/ready"),
    "service.spot_percent": ("aws_ecs_service", "Api", "capacity_provider_strategy.1.weight", 30),
    "service.execute_command": ("aws_ecs_service", "Api", "enable_execute_command", False),
    "service.stop_timeout": ("aws_ecs_task_definition", "Api", "container_definitions.0.stopTimeout", 99),
    "edge.hosted_zone": ("aws_acm_certificate", "", "domain_name", "pay.other.example.org"),
    "edge.hostname": ("aws_acm_certificate", "", "domain_name", "pay.other.example.org"),
    "edge.deletion_protection": ("aws_lb", "", "enable_deletion_protection", True),
    "edge.rate_limit": ("aws_wafv2_web_acl", "", "rule.~rate_based_statement.limit", 777),
    "edge.access_log_retention_days": (
        *("aws_s3_bucket_lifecycle_configuration", "LoadBalancer_Logs", "rule.0.expiration.0.days"),
        123,
    ),
    "cache.node_type": ("aws_elasticache_replication_group", "", "node_type", "cache.r7g.large"),
    "cache.engine_version": ("aws_elasticache_replication_group", "", "engine_version", "7.2"),
    "cache.replicas": ("aws_elasticache_replication_group", "", "num_cache_clusters", 4),
    "cache.snapshot_retention_days": ("aws_elasticache_replication_group", "", "snapshot_retention_limit", 9),
    "cache.snapshot_window": ("aws_elasticache_replication_group", "", "snapshot_window", "20:00-21:00"),
    "cache.maintenance_window": (
        *("aws_elasticache_replication_group", "", "maintenance_window"),
        "wed:06:00-wed:07:00",
    ),
    "queue.fifo": ("aws_sqs_queue", "dead_letter", "name", "payments-dev-payments-dead-letter.fifo"),
    "queue.worker_timeout": ("aws_sqs_queue", "dead_letter", "visibility_timeout_seconds", 198),
    "queue.max_receive_count": ("aws_sqs_queue", "payments", "redrive_policy.maxReceiveCount", 9),
    "queue.retention_days": ("aws_sqs_queue", "payments", "message_retention_seconds", 518_400),
    "logs.retention_days": ("aws_cloudwatch_log_group", "api", "retention_in_days", 545),
    "logs.flow_log_retention_days": ("aws_cloudwatch_log_group", "flow", "retention_in_days", 731),
    "monitoring.emails": ("aws_sns_topic_subscription", "", "endpoint", "x@example.org"),
    "monitoring.error_rate_percent": ("aws_cloudwatch_metric_alarm", "AlbErrors", "threshold", 7.5),
    "monitoring.latency_p99_seconds": ("aws_cloudwatch_metric_alarm", "AlbLatency", "threshold", 3.25),
    "monitoring.queue_age_seconds": ("aws_cloudwatch_metric_alarm", "QueueAge", "threshold", 444),
    "monitoring.database_connections": ("aws_cloudwatch_metric_alarm", "DatabaseConnections", "threshold", 555),
    "backup.daily_retention_days": ("aws_backup_plan", "", "rule.0.lifecycle.delete_after", 44),
    "backup.monthly_retention_days": ("aws_backup_plan", "", "rule.1.lifecycle.delete_after", 777),
    "backup.copy_region": ("aws_backup_vault", "copies", "provider", "aws.copies"),
    "backup.lock": ("aws_backup_vault_lock_configuration", "CopiesLock", "min_retention_days", 44),
    "delivery.repository": (
        *("aws_cloudwatch_metric_alarm", "AlbErrors", "alarm_description"),
        "https://github.com/other/repository/blob/trunk/docs/runbooks.md#alb-errors",
    ),
    "delivery.default_branch": (
        *("aws_cloudwatch_metric_alarm", "AlbErrors", "alarm_description"),
        "/blob/trunk/",
    ),
    "budget.monthly_usd": ("aws_budgets_budget", "", "limit_amount", "4321"),
    "budget.emails": ("aws_budgets_budget", "", "notification.0.subscriber_email_addresses.0", "budget@example.org"),
}
# Seen in the provider and the tags, which are no resource.
OF_THE_STACK = {
    "name",
    "account_id",
    "region",
    "tags.cost_center",
    "tags.owner",
    "tags.data_classification",
}


@pytest.fixture(scope="session")
def changed(outdir: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Stack]:
    """The stack and the foundation of CHANGED; `outdir` has loaded the bindings."""
    from stacks.app import build

    folder = tmp_path_factory.mktemp("changed")
    schema = prepare(folder / "migrations.zip")
    build([Workspace(CHANGED)], str(folder / "out"), schema).synth()
    modules = {path.parent.name: json.loads(path.read_text()) for path in folder.glob("out/stacks/*/cdk.tf.json")}
    return {name: Stack(name, module) for name, module in modules.items()}


def settings_of(model: BaseModel, prefix: str = "") -> list[str]:
    """Every setting by its dotted name; `capacity` is one, whichever of its kinds it is."""
    names: list[str] = []
    for name, value in model:
        nested = isinstance(value, BaseModel) and name != "capacity"
        names += settings_of(value, f"{prefix}{name}.") if nested else [f"{prefix}{name}"]
    return names


def at(value: Any, path: str) -> Any:
    """Follows dots, list positions, JSON in strings, and `~name` for the one item of a list that holds `name`."""
    for part in path.split("."):
        if isinstance(value, str):
            value = json.loads(value)
        if part.startswith("~"):
            (value,) = [i["statement"][part[1:]] for i in value if part[1:] in i["statement"]]
        elif isinstance(value, list) and part.isdecimal():
            value = value[int(part)]
        else:
            (value,) = [value[0][part]] if isinstance(value, list) else [value[part]]
    return value


def resource(changed: dict[str, Stack], type_: str, part: str) -> dict[str, Any]:
    found = {
        id_: attributes
        for stack in changed.values()
        for id_, attributes in stack.all(type_).items()
        if part in id_ or id_ == part
    }
    exact = {id_: attributes for id_, attributes in found.items() if id_ == part}
    ((_, attributes),) = (exact or found).items()
    return dict(attributes)


@pytest.mark.parametrize("setting", EFFECTS)
def test_setting_stands_in_the_json(setting: str, changed: dict[str, Stack]) -> None:
    type_, part, path, expected = EFFECTS[setting]
    found = at(resource(changed, type_, part), path)
    if path == "alarm_description":
        assert expected in found
    else:
        assert found == expected


def test_account_region_and_tags_stand_in_the_provider(changed: dict[str, Stack]) -> None:
    provider = changed["payments-dev"].module["provider"]["aws"][0]
    assert provider["allowed_account_ids"] == ["444455556666"]
    assert provider["region"] == "eu-central-1"
    tags = provider["default_tags"][0]["tags"]
    assert (tags["CostCenter"], tags["Owner"]) == ("other", "other@example.com")
    assert tags["DataClassification"] == "confidential"


def test_ids_of_a_repository_are_trusted_and_not_linked(changed: dict[str, Stack]) -> None:
    trust = resource(changed, "aws_iam_role", "Delivery_Plan")["assume_role_policy"]
    assert '"repo:other@12/repository@34:pull_request"' in trust


def test_the_execution_role_reads_the_secrets_and_no_other(changed: dict[str, Stack]) -> None:
    for service in ("Api", "Worker"):
        policy = json.loads(resource(changed, "aws_iam_role_policy", f"{service}_Execution_secrets")["policy"])
        read, decrypt = policy["Statement"]
        assert (read["Action"], read["Resource"]) == ("secretsmanager:GetSecretValue", SECRET)
        assert decrypt["Condition"] == {"StringEquals": {"kms:ViaService": "secretsmanager.eu-central-1.amazonaws.com"}}


def test_no_setting_is_forgotten_here() -> None:
    assert set(settings_of(CHANGED)) == {*EFFECTS, *OF_THE_STACK}


def test_every_value_differs_from_the_one_in_dev() -> None:
    """Or a setting that is ignored would look as if it took effect."""
    same = []
    for setting in EFFECTS:
        one: Any = CHANGED
        other: Any = DEV
        for part in setting.split("."):
            one, other = getattr(one, part), getattr(other, part)
        if one == other:
            same.append(setting)
    assert same == []
