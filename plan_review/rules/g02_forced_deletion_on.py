"""G-02: a later deletion would keep no copy."""

from collections.abc import Iterator

from plan_review.directions import turned_on
from plan_review.rule import Hit, Rule
from plan_review.stack import Stack
from plan_review.tier import Tier

RULE = Rule(
    "G-02",
    Tier.DANGER,
    what="A guard against deletion without a copy is removed.",
    why="The next deletion, wanted or not, takes the snapshots or the content along.",
    do="Leave skip_final_snapshot, force_destroy, force_delete and delete_automated_backups false.",
    raised_in_production=True,
)


PATHS = ("skip_final_snapshot", "force_destroy", "force_delete", "delete_automated_backups")


def check(stack: Stack) -> Iterator[Hit]:
    for change in stack.touching(*PATHS):
        yield from turned_on(change, *PATHS)
