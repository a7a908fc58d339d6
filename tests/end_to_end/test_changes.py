"""Changes of a copy of dev, each planned from the applied state: the actions are these and no others."""

import hashlib
from collections import Counter
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from environments.schema.service import Task
from tests.addresses.contract import STATEFUL
from tests.conftest import COPY
from tests.end_to_end import account
from tests.end_to_end.bench import module_of
from tests.end_to_end.changes import CREATE, REPLACE, SWAP, UPDATE, Change, actions, synthesize
from tests.end_to_end.lanes import Lanes, Life

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
REPOSITORY = "111122223333.dkr.ecr.eu-west-1.amazonaws.com/payments-foundation-dev"
DIGEST = f"sha256:{hashlib.sha256(b'the next release').hexdigest()}"


@dataclass(frozen=True)
class Case:
    """A change and how many resources of each type it does what to; without that, all that can carry a tag change."""

    change: Change
    expected: Mapping[tuple[str, tuple[str, ...]], int] | None = None


CASES = {
    "new image": Case(
        Change({"service": {"image": f"{REPOSITORY}@{DIGEST}"}}),
        {("aws_ecs_task_definition", SWAP): 2, ("aws_ecs_service", UPDATE): 2},
    ),
    "more tasks": Case(
        Change({"service": {"api": Task(cpu=512, memory=1024, min_tasks=2, max_tasks=8)}}),
        # The share of Fargate that is never interrupted follows the least number of tasks.
        {("aws_appautoscaling_target", UPDATE): 1, ("aws_ecs_service", UPDATE): 1},
    ),
    "new revision": Case(
        Change({}, "-- phase: expand\n\nCOMMENT ON TABLE payments.payments IS 'One attempt to collect money.';\n"),
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


@pytest.fixture(scope="module")
def life(lanes: Lanes) -> Life:
    return lanes["payments-dev-pr-42"]


@pytest.fixture(scope="module")
def plans(life: Life, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Future[dict[str, Any]]]:
    """All plans by name, made two at a time while the first are looked at."""
    stacks = {name: synthesize(case.change, COPY, tmp_path_factory.mktemp("change")) for name, case in CASES.items()}

    def plan(name: str, stack: Path) -> dict[str, Any]:
        account.push_image(life.bench.emulator, module_of(stack))
        module = life.bench.changed(life.module, stack, name.replace(" ", "-"))
        # Nobody else touches this state: a lock would make them wait for each other, and the second plan of its life
        # has compared it with the account.
        module.plan("-lock=false", "-refresh=false")
        return module.show()

    pool = ThreadPoolExecutor(2)
    return {name: pool.submit(plan, name, stack) for name, stack in stacks.items()}


@pytest.mark.parametrize("name", CASES)
def test_a_change_does_what_it_should_and_nothing_else(
    name: str, plans: dict[str, Future[dict[str, Any]]], life: Life
) -> None:
    done = actions(plans[name].result())
    if (expected := CASES[name].expected) is None:
        assert sorted(done) == [(address, ["update"]) for address in tagged(life)]
    else:
        assert Counter((address.partition(".")[0], tuple(what)) for address, what in done) == expected


@pytest.mark.parametrize("name", CASES)
def test_no_change_replaces_or_destroys_what_holds_data_or_serves(
    name: str, plans: dict[str, Future[dict[str, Any]]]
) -> None:
    kept = {*STATEFUL, *SERVING}
    done = actions(plans[name].result())
    assert not [address for address, what in done if "delete" in what and address.partition(".")[0] in kept]


def tagged(life: Life) -> list[str]:
    """The addresses of what carries the tags of the provider's configuration."""
    resources = [one for one in life.module.state()["resources"] if one["mode"] == "managed"]
    return sorted(
        f"{one['type']}.{one['name']}" for one in resources if one["instances"][0]["attributes"].get("tags_all")
    )
