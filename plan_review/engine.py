"""Versions of database and cache engines, and the direction in which they move."""

import re
from collections.abc import Callable, Iterator
from typing import Literal

from plan_review.change import UNKNOWN, Change
from plan_review.directions import cannot_tell, compared
from plan_review.rule import Hit
from plan_review.stack import Stack

PATH = "engine_version"
ENGINES = (
    *("aws_rds_cluster", "aws_db_instance", "aws_rds_cluster_instance", "aws_rds_global_cluster"),
    *("aws_elasticache_replication_group", "aws_elasticache_cluster"),
)


Direction = Literal["major up", "minor up", "down", ""]


def moved(stack: Stack, way: Direction, hit: Callable[[Change], Hit]) -> Iterator[Hit]:
    """`hit` of every engine whose version moves that way; where the new version is unknown, that nobody can tell."""
    for change in stack.changed(*ENGINES):
        if not compared(change):
            continue
        if change.new(PATH) is UNKNOWN and stack.configured(change, PATH):
            yield cannot_tell(change, PATH)
        elif direction(change) == way:
            yield hit(change)


def direction(change: Change) -> Direction:
    """Where the version moves; empty when it doesn't, or can't be read as a version."""
    old, new = numbers(change.old(PATH)), numbers(change.new(PATH))
    if not old or not new:
        return ""
    # "17" means the newest 17.x: only what both sides spell is compared.
    both = min(len(old), len(new))
    old, new = old[:both], new[:both]
    if new == old:
        return ""
    if new < old:
        return "down"
    return "major up" if new[0] != old[0] else "minor up"


def numbers(version: object) -> tuple[int, ...]:
    """(17, 7) for "17.7"; empty for anything that does not start with a number."""
    match = re.match(r"\d+(?:\.\d+)*", version) if isinstance(version, str) else None
    return tuple(int(part) for part in match[0].split(".")) if match else ()
