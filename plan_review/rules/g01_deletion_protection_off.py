"""G-01: deletion protection is turned off."""

from collections.abc import Iterator

from plan_review.directions import turned_off
from plan_review.rule import Hit, Rule
from plan_review.stack import Stack
from plan_review.tier import Tier

RULE = Rule(
    "G-01",
    Tier.DANGER,
    what="Deletion protection is turned off.",
    why="It is the last guard between a wrong plan and a lost database.",
    do="Leave it on; turn it off in a change of its own right before a deletion that was agreed upon.",
    raised_in_production=True,
)


PATHS = ("deletion_protection", "enable_deletion_protection", "deletion_protection_enabled")


def check(stack: Stack) -> Iterator[Hit]:
    for change in stack.touching(*PATHS):
        yield from turned_off(change, *PATHS)
