"""The fixed part of the monthly bill that a plan adds or saves, from a dated table of list prices."""

import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

from plan_review.change import UNKNOWN, Change
from plan_review.directions import number
from plan_review.stack import Stack

REGION = "eu-west-1"
HOURS = 730  # a month, as Infracost counts
STALE = timedelta(days=90)


@dataclass(frozen=True)
class Prices:
    """One table, in US dollars without tax."""

    as_of: date
    region: str
    hourly: dict[str, float]
    monthly: dict[str, float]
    free: tuple[str, ...]


@dataclass(frozen=True)
class Cost:
    """Difference in dollars a month; `not_priced` are types that cost something fixed or used which the table lacks."""

    monthly: float
    not_priced: tuple[str, ...]
    as_of: date

    @property
    def amount(self) -> str:
        """ "+$212", with the types that are missing as "?"."""
        sign = "-" if round(self.monthly) < 0 else "+"
        return f"{sign}${abs(round(self.monthly)):,}/month" + (" + ?" if self.not_priced else "")

    @property
    def source(self) -> str:
        return f"Fixed cost: list prices of {REGION}, {self.as_of:%Y-%m-%d}, without usage"

    def is_stale(self, today: date) -> bool:
        return today - self.as_of > STALE


@lru_cache(maxsize=1)
def prices(region: str = REGION) -> Prices:
    """The table of a region, shipped with this package."""
    with (Path(__file__).parent / "prices" / f"{region}.toml").open("rb") as file:
        table = tomllib.load(file)
    return Prices(table["as_of"], table["region"], table["hourly"], table["monthly"], tuple(table["free"]))


@lru_cache(maxsize=1024)
def is_free(type_: str) -> bool:
    """Whether the table lists the type, or the beginning of its name, as free of any charge of its own."""
    return any(type_ == name or (name.endswith("_") and type_.startswith(name)) for name in prices().free)


def cost_of(stack: Stack) -> Cost:
    """What the changes of a stack add to the bill, before usage."""
    sides = (
        (sign, change, side) for change in stack.changes for sign, side in ((-1, change.before), (1, change.after))
    )
    return _sum(sides, stack)


def standing_cost(stack: Stack) -> Cost:
    """What everything that a stack will have costs, changed by the plan or not, before usage."""
    return _sum(((1, resource, resource.after) for resource in stack.resources), stack)


def _sum(sides: Iterable[tuple[int, Change, dict[str, Any]]], stack: Stack) -> Cost:
    table = prices()
    total, missing = 0.0, set()
    for sign, change, side in sides:
        price = _monthly(change, side, table, stack)
        if price is None:
            missing.add(change.type)
        else:
            total += sign * price
    return Cost(round(total, 2), tuple(sorted(missing)), table.as_of)


def _monthly(change: Change, side: dict[str, Any], table: Prices, stack: Stack) -> float | None:
    """Dollars a month of one side; None when the table can't say."""
    if not side or is_free(change.type):
        return 0.0
    if change.type == "aws_ecs_service":
        return _tasks(change, side, table, stack)
    if change.type == "aws_rds_cluster":
        return _capacity_floor(side, table)
    if change.type == "aws_rds_cluster_instance" and side.get("instance_class") == "db.serverless":
        return 0.0  # counted as the cluster's floor
    keys = list(_keys(change.type, side))
    if not keys or any(key not in table.hourly and key not in table.monthly for key, _ in keys):
        return None
    return sum(count * (table.hourly.get(key, 0) * HOURS + table.monthly.get(key, 0)) for key, count in keys)


def _keys(type_: str, side: dict[str, Any]) -> Iterator[tuple[str, float]]:
    """Entries of the table that make up one resource, with how many of each."""
    match type_:
        case "aws_rds_cluster_instance" | "aws_db_instance":
            yield f"{type_}.{side.get('instance_class')}", 1
        case "aws_elasticache_replication_group":
            yield f"{type_}.{side.get('node_type')}", number(side.get("num_cache_clusters")) or 1
        case "aws_lb":
            yield f"{type_}.{side.get('load_balancer_type') or 'application'}", 1
        case "aws_vpc_endpoint":
            kind = side.get("vpc_endpoint_type") or "Gateway"
            subnets = side.get("subnet_ids")
            zones = len(subnets) if isinstance(subnets, list) and subnets else 1
            yield f"{type_}.{kind}", zones if kind == "Interface" else 1
        case "aws_wafv2_web_acl":
            yield type_, 1
            yield "aws_wafv2_web_acl.rule", len(side.get("rule") or ())
        case "aws_nat_gateway":
            yield type_, 1
            yield "public_ipv4", 1
        case _:
            yield type_, 1


def _capacity_floor(side: dict[str, Any], table: Prices) -> float | None:
    scaling = side.get("serverlessv2_scaling_configuration")
    if not scaling:
        return 0.0  # its instances carry the price
    floor = number(scaling[0].get("min_capacity")) if isinstance(scaling[0], dict) else None
    return None if floor is None else floor * table.hourly["aurora_capacity_unit"] * HOURS


def _tasks(change: Change, side: dict[str, Any], table: Prices, stack: Stack) -> float | None:
    """Desired tasks times the size of their definition, which is found by reference or ARN."""
    count, definition = number(side.get("desired_count")), side.get("task_definition")
    references = stack.plan.references(change.address, "task_definition")
    for task in stack.all("aws_ecs_task_definition"):
        if definition == task.old("arn") or f"{task.address}.arn" in references:
            current = task.before if side is change.before else task.after
            cpu, memory = number(current.get("cpu")), number(current.get("memory"))
            if None not in (count, cpu, memory) and change.new("desired_count") is not UNKNOWN:
                vcpu = table.hourly["fargate_vcpu"] * (cpu or 0) / 1024
                gigabytes = table.hourly["fargate_gb"] * (memory or 0) / 1024
                return (count or 0) * (vcpu + gigabytes) * HOURS
    return None
