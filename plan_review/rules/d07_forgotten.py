"""D-07: a resource leaves the state and stays in AWS."""

from collections.abc import Iterator

from plan_review.rule import Hit, Rule
from plan_review.stack import Stack
from plan_review.tier import Tier

RULE = Rule(
    "D-07",
    Tier.REVIEW,
    what="A resource leaves the state without being deleted.",
    why="Nobody manages, patches or pays attention to it from then on; its bill goes on.",
    do="Write down who owns it now, or delete it.",
)


def check(stack: Stack) -> Iterator[Hit]:
    for change in stack.changes:
        if change.action == "forget" or "forget" in change.resource.change.actions:
            yield Hit(change, "forgotten: leaves the state, stays in AWS")
