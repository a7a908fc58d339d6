"""A-03: a database engine goes down."""

from collections.abc import Iterator

from plan_review.directions import fires
from plan_review.engine import PATH, moved
from plan_review.rule import Hit, Rule
from plan_review.stack import Stack
from plan_review.tier import Tier

RULE = Rule(
    "A-03",
    Tier.BLOCK,
    what="A database or cache engine goes down.",
    why="AWS refuses it, and the plan does not tell: the apply stops half-way.",
    do="AWS upgraded the minor version by itself: raise engine_version in the settings to what is running.",
)


def check(stack: Stack) -> Iterator[Hit]:
    return moved(stack, "down", lambda change: fires(change, PATH))
