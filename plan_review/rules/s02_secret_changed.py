"""S-02: a password or token changes, and the plan can't show it."""

from collections.abc import Iterator

from plan_review.change import UNKNOWN
from plan_review.directions import cannot_tell, compared, fires
from plan_review.rule import Hit, Rule
from plan_review.stack import Stack
from plan_review.tier import Tier

RULE = Rule(
    "S-02",
    Tier.DANGER,
    what="A password, token or stored secret changes.",
    why="Terraform prints only (sensitive value); clients with the old one are locked out.",
    do="Check that the change is meant as a rotation, and that clients fetch the secret anew.",
    raised_in_production=True,
)

VALUES = ("master_password", "password", "auth_token", "secret_string", "secret_binary")
# A write-only value is sent again when its number changes.
NUMBERS = (
    "master_password_wo_version",
    "password_wo_version",
    "secret_string_wo_version",
    "value_wo_version",
)


def check(stack: Stack) -> Iterator[Hit]:
    for change in stack.touching(*VALUES, *NUMBERS):
        if not compared(change):
            continue
        for path in VALUES:
            if change.old(path) is None or not change.sensitive(path):
                continue
            if change.new(path) is UNKNOWN:
                yield cannot_tell(change, path)
            elif change.differs(path):
                yield fires(change, path, detail=f"{path} changes (sensitive)")
        for path in NUMBERS:
            if change.old(path) is None or not change.differs(path):
                continue
            yield cannot_tell(change, path) if change.new(path) is UNKNOWN else fires(change, path)
