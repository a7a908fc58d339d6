"""A-02: a database engine goes up by a minor version."""

from collections.abc import Iterator

from plan_review.change import UNKNOWN
from plan_review.directions import cannot_tell, compared, fires, truth
from plan_review.engine import ENGINES, PATH, direction
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
    for change in stack.changed(*ENGINES):
        if not compared(change):
            continue
        now = truth(change.new("apply_immediately"))
        if change.new(PATH) is UNKNOWN and stack.configured(change, PATH):
            yield cannot_tell(change, PATH)
        elif direction(change) == "minor up":
            when = "now" if now else "in the maintenance window"
            yield fires(change, PATH, detail=f"{arrow(change, PATH)}, {when}", tier=Tier.DANGER if now else None)
