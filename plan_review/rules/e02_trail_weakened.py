"""E-02: the trail can be tampered with, or sees fewer regions."""

from collections.abc import Iterator

from plan_review.directions import taken_away, turned_off
from plan_review.rule import Hit, Rule
from plan_review.stack import Stack
from plan_review.tier import Tier

RULE = Rule(
    "E-02",
    Tier.DANGER,
    what="CloudTrail loses log-file validation, encryption or its other regions.",
    why="Evidence that could have been altered is none; attackers like regions nobody watches.",
    do="Keep all three.",
)


def check(stack: Stack) -> Iterator[Hit]:
    for change in stack.changed("aws_cloudtrail"):
        yield from turned_off(change, "enable_log_file_validation", "is_multi_region_trail")
        yield from taken_away(change, "kms_key_id")
