"""S-03: secrets or keys rotate less often, or not at all."""

from collections.abc import Iterator

from plan_review.directions import raised, taken_away, turned_off
from plan_review.rule import Hit, Rule
from plan_review.stack import Stack
from plan_review.tier import Tier

RULE = Rule(
    "S-03",
    Tier.DANGER,
    what="Rotation of a secret or key is turned off, removed or made rarer.",
    why="A leaked secret stays good for as long as it isn't rotated (PCI DSS 8.6.3, 3.7.4).",
    do="Keep the rotation and its interval.",
)

SWITCHES = ("manage_master_user_password", "enable_key_rotation", "rotation_enabled")


def check(stack: Stack) -> Iterator[Hit]:
    for change in stack.touching(*SWITCHES):
        yield from turned_off(change, *SWITCHES)
    for change in stack.changed("aws_secretsmanager_secret_rotation"):
        if change.action == "destroy":
            yield Hit(change, "rotation is removed")
        yield from raised(change, "rotation_rules.0.automatically_after_days")
        yield from taken_away(change, "rotation_rules.0.automatically_after_days")
    for change in stack.changed("aws_kms_key"):
        yield from raised(change, "rotation_period_in_days")
