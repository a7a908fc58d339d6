"""A-01: a database engine goes up by a major version."""

from collections.abc import Iterator

from plan_review.change import Change
from plan_review.directions import fires, truth
from plan_review.engine import ENGINES, PATH, moved
from plan_review.rule import Hit, Rule
from plan_review.stack import Stack
from plan_review.tier import Tier
from plan_review.values import arrow

RULE = Rule(
    "A-01",
    Tier.DANGER,
    what="A database or cache engine goes up by a major version.",
    why="It takes the database down, can't be undone, and may change how queries run.",
    do="Rehearse on a restored snapshot; apply alone, with allow_major_version_upgrade, in a maintenance window.",
)


def check(stack: Stack) -> Iterator[Hit]:
    def hit(change: Change) -> Hit:
        worse = _what_makes_it_worse(stack, change)
        return fires(change, PATH, detail=arrow(change, PATH) + worse, tier=Tier.BLOCK if worse else None)

    return moved(stack, "major up", hit)


def _what_makes_it_worse(stack: Stack, change: Change) -> str:
    if change.type in ("aws_rds_cluster", "aws_db_instance") and not truth(change.new("allow_major_version_upgrade")):
        return ", without allow_major_version_upgrade"
    # Instances and parameter groups follow the cluster's version by necessity.
    others = (c for c in stack.changed(*ENGINES) if c is not change and not c.differs(PATH))
    settings = set(change.changed) - {PATH, "allow_major_version_upgrade", "apply_immediately", *FOLLOWING}
    if settings or any(c.type == change.type or c.removes for c in others):
        return ", together with another database change"
    return ""


FOLLOWING = (
    "db_cluster_parameter_group_name",
    "parameter_group_name",
    "engine_version_actual",
    "tags",
    "tags_all",
)
