"""N-07: a name points somewhere else, or nowhere."""

from collections.abc import Iterator

from environments.schema.names import PROJECT
from plan_review.change import UNKNOWN, Change
from plan_review.directions import cannot_tell, compared, fires
from plan_review.rule import Hit, Rule
from plan_review.stack import Stack
from plan_review.tier import Tier

RULE = Rule(
    "N-07",
    Tier.REVIEW,
    what="A Route 53 record is deleted, replaced or gets another target.",
    why="Clients follow it within its TTL; a name without an owner can be taken over.",
    do="Check the new target, and lower the TTL before a move.",
)

TARGETS = ("records", "alias.0.name", "alias.0.zone_id")


def check(stack: Stack) -> Iterator[Hit]:
    for change in stack.changed("aws_route53_record"):
        tier = Tier.DANGER if _carries_payments(change) else None
        if change.removes:
            yield Hit(
                change,
                "the record is deleted" if change.action == "destroy" else "the record is replaced",
                tier=tier,
            )
        elif compared(change):
            for path in TARGETS:
                if change.new(path) is UNKNOWN and change.old(path) is not None:
                    yield cannot_tell(change, path, tier=tier)
                elif change.differs(path):
                    yield fires(change, path, tier=tier)


def _carries_payments(change: Change) -> bool:
    """Names of the project and apexes (one dot at most below the top); validation records start with an underscore."""
    name = str(change.old("name") or "")
    return not name.startswith("_") and (PROJECT in name.split(".")[0] or name.rstrip(".").count(".") <= 1)
