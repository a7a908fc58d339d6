"""P-06: an existing object is taken over into the state."""

from collections.abc import Iterator

from plan_review.rule import Hit, Rule
from plan_review.stack import Stack
from plan_review.tier import Tier

RULE = Rule(
    "P-06",
    Tier.REVIEW,
    what="An existing object is imported.",
    why="From now on this stack changes and deletes it; another owner may do so as well.",
    do="Check that no other stack manages it, and that the import changes nothing.",
)


def check(stack: Stack) -> Iterator[Hit]:
    for change in stack.changes:
        if change.imported:
            id_ = change.resource.change.importing.id if change.resource.change.importing else None
            also = "" if change.action == "no-op" else ", and changed in the same apply"
            unknown = () if id_ else ("importing.id",)
            yield Hit(
                change,
                f"imported{also}" if id_ else f"imported by an id that is not known{also}",
                ("importing",),
                unknown,
            )
