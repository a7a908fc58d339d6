"""Changes of a copy of dev, each with the actions that it may plan from the applied state."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from environments.schema.service import Task
from tests.end_to_end.account import NEXT_DIGEST
from tests.end_to_end.changes import CREATE, REPLACE, SWAP, UPDATE, Change
from tests.end_to_end.lanes import Life
from tests.end_to_end.terraform import Terraform

# The workspace that they change.
STACK = "payments-dev-pr-42"
NEXT_IMAGE = f"111122223333.dkr.ecr.eu-west-1.amazonaws.com/payments-foundation-dev@{NEXT_DIGEST}"
NEXT_REVISION = "-- phase: expand\n\nCOMMENT ON TABLE payments.payments IS 'One attempt to collect money.';\n"


@dataclass(frozen=True)
class Case:
    """A change and how many resources of each type it does what to; without that, all that can carry a tag change."""

    change: Change
    expected: Mapping[tuple[str, tuple[str, ...]], int] | None = None


CASES = {
    "new image": Case(
        Change({"service": {"image": NEXT_IMAGE}}),
        {("aws_ecs_task_definition", SWAP): 2, ("aws_ecs_service", UPDATE): 2},
    ),
    "more tasks": Case(
        Change({"service": {"api": Task(cpu=512, memory=1024, min_tasks=2, max_tasks=8)}}),
        # The share of Fargate that is never interrupted follows the least number of tasks.
        {("aws_appautoscaling_target", UPDATE): 1, ("aws_ecs_service", UPDATE): 1},
    ),
    "new revision": Case(
        Change({}, NEXT_REVISION),
        # The migration and the rotation are one archive.
        {("aws_lambda_function", UPDATE): 2, ("aws_lambda_invocation", REPLACE): 1},
    ),
    "minor engine upgrade": Case(
        Change({"database": {"engine_version": "17.9"}}),
        {("aws_rds_cluster", UPDATE): 1},
    ),
    "third zone": Case(
        Change({"network": {"zones": ("a", "b", "c")}}),
        {
            ("aws_route", CREATE): 1,
            ("aws_route_table", CREATE): 1,
            ("aws_route_table_association", CREATE): 3,
            ("aws_subnet", CREATE): 3,
            ("aws_db_subnet_group", UPDATE): 1,
            ("aws_ecs_service", UPDATE): 2,
            ("aws_elasticache_subnet_group", UPDATE): 1,
            ("aws_lambda_function", UPDATE): 2,
            ("aws_lb", UPDATE): 1,
            ("aws_network_acl", UPDATE): 1,
            ("aws_vpc_endpoint", UPDATE): 9,
        },
    ),
    "one endpoint more": Case(
        Change({"network": {"extra_endpoints": ("sns",)}}),
        {("aws_vpc_endpoint", CREATE): 1},
    ),
    "longer retention": Case(
        Change({"logs": {"retention_days": 90}, "database": {"backup_retention_days": 14}}),
        {("aws_cloudwatch_log_group", UPDATE): 10, ("aws_rds_cluster", UPDATE): 1},
    ),
    "new password": Case(
        Change({"database": {"password_version": 2}}),
        {
            ("aws_rds_cluster", UPDATE): 1,
            ("aws_secretsmanager_secret_version", SWAP): 1,
            # The migration runs again, as the proof that the database takes the new password.
            ("aws_lambda_invocation", REPLACE): 1,
        },
    ),
    "a tag": Case(Change({"tags": {"cost_center": "payments-research"}})),
}


@dataclass(frozen=True)
class Planned:
    """A plan that takes an applied life to another synthesis of its stack, saved in the folder of `module`."""

    module: Terraform
    printed: str


def plan(life: Life, stack: Path, name: str) -> Planned:
    module = life.bench.changed(life.module, stack, name.replace(" ", "-"))
    # Nobody else touches this state: a lock would make them wait for each other, and the second plan of its life
    # has compared it with the account.
    return Planned(module, module.printed_plan("-lock=false", "-refresh=false"))
