"""Changes of dev, each planned from the applied state: the actions are these and no others."""

import hashlib
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from environments.schema.service import Task
from tests.addresses.contract import STATEFUL
from tests.end_to_end import account
from tests.end_to_end.bench import module_of
from tests.end_to_end.changes import CREATE, REPLACE, SWAP, UPDATE, Change, actions, synthesize
from tests.end_to_end.lanes import Lanes

pytestmark = pytest.mark.end_to_end

# What is reached from outside or stands for an address: gone for a minute is an outage.
SERVING = {
    "aws_ecs_cluster",
    "aws_ecs_service",
    "aws_eip",
    "aws_lb",
    "aws_lb_listener",
    "aws_lb_target_group",
    "aws_nat_gateway",
    "aws_route53_record",
    "aws_subnet",
    "aws_vpc",
}
TAGGED = {
    *("aws_acm_certificate", "aws_appautoscaling_target", "aws_backup_plan", "aws_backup_vault"),
    *("aws_cloudwatch_log_group", "aws_cloudwatch_metric_alarm", "aws_db_event_subscription"),
    *("aws_db_parameter_group", "aws_db_subnet_group", "aws_default_security_group", "aws_ecs_cluster"),
    *("aws_ecs_service", "aws_ecs_task_definition", "aws_eip", "aws_elasticache_parameter_group"),
    *("aws_elasticache_replication_group", "aws_elasticache_subnet_group", "aws_elasticache_user"),
    *("aws_elasticache_user_group", "aws_flow_log", "aws_iam_role", "aws_internet_gateway", "aws_kms_key"),
    *("aws_lambda_function", "aws_lb", "aws_lb_listener", "aws_lb_target_group", "aws_nat_gateway"),
    *("aws_network_acl", "aws_rds_cluster", "aws_rds_cluster_instance", "aws_rds_cluster_parameter_group"),
    *("aws_route_table", "aws_s3_bucket", "aws_secretsmanager_secret", "aws_security_group", "aws_sns_topic"),
    *("aws_sqs_queue", "aws_subnet", "aws_vpc", "aws_vpc_endpoint", "aws_vpc_security_group_egress_rule"),
    *("aws_vpc_security_group_ingress_rule", "aws_wafv2_web_acl"),
}
REPOSITORY = "111122223333.dkr.ecr.eu-west-1.amazonaws.com/payments-foundation-dev"
DIGEST = f"sha256:{hashlib.sha256(b'the next release').hexdigest()}"

CHANGES = [
    Change(
        "new image",
        {("aws_ecs_task_definition", SWAP), ("aws_ecs_service", UPDATE)},
        {"service": {"image": f"{REPOSITORY}@{DIGEST}"}},
    ),
    Change(
        "more tasks",
        # The share of Fargate that is never interrupted follows the least number of tasks.
        {("aws_appautoscaling_target", UPDATE), ("aws_ecs_service", UPDATE)},
        {"service": {"api": Task(cpu=512, memory=1024, min_tasks=2, max_tasks=8)}},
    ),
    Change(
        "new revision",
        {("aws_lambda_function", UPDATE), ("aws_lambda_invocation", REPLACE)},
        {},
        "-- phase: expand\n\nCOMMENT ON TABLE payments.payments IS 'One attempt to collect money.';\n",
    ),
    Change("minor engine upgrade", {("aws_rds_cluster", UPDATE)}, {"database": {"engine_version": "17.9"}}),
    Change(
        "third zone",
        {
            ("aws_route", CREATE),
            ("aws_route_table", CREATE),
            ("aws_route_table_association", CREATE),
            ("aws_subnet", CREATE),
            ("aws_db_subnet_group", UPDATE),
            ("aws_ecs_service", UPDATE),
            ("aws_elasticache_subnet_group", UPDATE),
            ("aws_lambda_function", UPDATE),
            ("aws_lb", UPDATE),
            ("aws_network_acl", UPDATE),
            ("aws_vpc_endpoint", UPDATE),
        },
        {"network": {"zones": ("a", "b", "c")}},
    ),
    Change(
        "one endpoint more",
        {("aws_vpc_endpoint", CREATE)},
        {"network": {"extra_endpoints": ("sns",)}},
    ),
    Change("longer retention", {("aws_cloudwatch_log_group", UPDATE)}, {"logs": {"retention_days": 90}}),
    Change(
        "new password",
        {
            ("aws_rds_cluster", UPDATE),
            ("aws_secretsmanager_secret_version", SWAP),
            # The migration runs again, as the proof that the database takes the new password.
            ("aws_lambda_invocation", REPLACE),
        },
        {"database": {"password_version": 2}},
    ),
    # On whatever can carry a tag.
    Change("a tag", {(type_, UPDATE) for type_ in TAGGED}, {"tags": {"cost_center": "payments-research"}}),
]


@pytest.fixture(scope="module")
def plans(lanes: Lanes, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Future[dict[str, Any]]]:
    """All plans by name, made two at a time while the first are looked at."""
    life = lanes["payments-dev"]
    folders = {change.name: tmp_path_factory.mktemp("change") for change in CHANGES}
    stacks = {change.name: synthesize(change, {"ENVIRONMENT": "dev"}, folders[change.name]) for change in CHANGES}

    def plan(name: str, stack: Path) -> dict[str, Any]:
        account.push_image(life.bench.emulator, module_of(stack))
        module = life.bench.changed(life.module, stack, name.replace(" ", "-"))
        # Nobody else touches this state: a lock would make them wait for each other, and the second plan of its life
        # has compared it with the account.
        module.plan("-lock=false", "-refresh=false")
        return module.show()

    pool = ThreadPoolExecutor(2)
    return {name: pool.submit(plan, name, stack) for name, stack in stacks.items()}


@pytest.fixture(params=CHANGES, ids=lambda change: change.name)
def change(request: pytest.FixtureRequest) -> Change:
    chosen: Change = request.param
    return chosen


def test_a_change_does_what_it_should_and_nothing_else(change: Change, plans: dict[str, Any]) -> None:
    done = {(address.partition(".")[0], tuple(what)) for address, what in actions(plans[change.name].result())}
    assert done == change.expected


def test_no_change_replaces_or_destroys_what_holds_data_or_serves(change: Change, plans: dict[str, Any]) -> None:
    kept = {*STATEFUL, *SERVING}
    done = actions(plans[change.name].result())
    assert not [address for address, what in done if "delete" in what and address.partition(".")[0] in kept]
