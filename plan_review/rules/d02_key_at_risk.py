"""D-02: an encryption key is deleted, disabled, or gets less time before deletion."""

from collections.abc import Iterator

from plan_review.directions import lowered, turned_off
from plan_review.rule import Hit, Rule
from plan_review.stack import Stack
from plan_review.tier import Tier

RULE = Rule(
    "D-02",
    Tier.BLOCK,
    what="A KMS key is deleted or disabled, or its deletion window gets shorter.",
    why="Without its key every copy of the data is unreadable, backups included.",
    do="Keep the key until nothing is encrypted with it; keep the window at 30 days.",
)


def check(stack: Stack) -> Iterator[Hit]:
    for change in stack.changed("aws_kms_key", "aws_kms_replica_key", "aws_kms_external_key"):
        if change.removes:
            yield Hit(change, "key scheduled for deletion", change.replace_causes)
        yield from turned_off(change, "is_enabled", "enabled")
        yield from lowered(change, "deletion_window_in_days")
