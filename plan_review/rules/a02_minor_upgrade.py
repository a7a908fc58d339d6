"""A-02: a database engine goes up by a minor version."""

from collections.abc import Iterator

from plan_review.change import Change
from plan_review.directions import fires, truth
from plan_review.engine import PATH, moved
from plan_review.rule import Hit, Rule
from plan_review.stack import Stack
from plan_review.tier import Tier
from plan_review.values import arrow

RULE = Rule(
    "A-02",
    Tier.REVIEW,
    what="A database or cache engine goes up by a minor version.",
    why="Instances restart; with apply_immediately that is now, otherwise in the maintenance window.",
    do="Apply in a quiet hour, the environments one after the other.",
)


def check(stack: Stack) -> Iterator[Hit]:
    return moved(stack, "minor up", _hit)


def _hit(change: Change) -> Hit:
    now = truth(change.new("apply_immediately"))
    when = "now" if now else "in the maintenance window"
    return fires(change, PATH, detail=f"{arrow(change, PATH)}, {when}", tier=Tier.DANGER if now else None)
