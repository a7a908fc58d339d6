"""G-05: a lock on stored evidence is loosened."""

from collections.abc import Iterator

from plan_review.change import UNKNOWN
from plan_review.directions import cannot_tell, compared, fires, lowered, turned_off
from plan_review.rule import Hit, Rule
from plan_review.stack import Stack
from plan_review.tier import Tier

RULE = Rule(
    "G-05",
    Tier.BLOCK,
    what="S3 Object Lock is removed, weakened or shortened.",
    why="Audit evidence can then be deleted before its time, by whoever has access.",
    do="Leave mode and retention; a longer retention is always allowed.",
)

RETENTION = "rule.0.default_retention.0."


def check(stack: Stack) -> Iterator[Hit]:
    for change in stack.changed("aws_s3_bucket"):
        yield from turned_off(change, "object_lock_enabled")
    for change in stack.changed("aws_s3_bucket_object_lock_configuration"):
        if change.action == "destroy":
            yield Hit(change, "the lock's configuration is deleted")
        yield from lowered(change, f"{RETENTION}days", f"{RETENTION}years")
        mode = f"{RETENTION}mode"
        if compared(change) and change.old(mode) == "COMPLIANCE":
            if change.new(mode) is UNKNOWN:
                yield cannot_tell(change, mode)
            elif change.new(mode) != "COMPLIANCE":
                yield fires(change, mode)
