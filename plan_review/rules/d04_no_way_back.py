"""D-04: something that holds data goes, and nothing keeps a last copy."""

from collections.abc import Iterator

from plan_review.change import UNKNOWN
from plan_review.directions import cannot_tell, fires, truth
from plan_review.rule import Hit, Rule
from plan_review.rules.d01_stateful_removed import STATEFUL
from plan_review.stack import Stack
from plan_review.tier import Tier

RULE = Rule(
    "D-04",
    Tier.BLOCK,
    what="A resource with data is deleted or replaced without a final snapshot, or by force.",
    why="There is no way back from this one.",
    do="Take a snapshot by hand, or set skip_final_snapshot / force_destroy to false in a change before this one.",
)

FORCED = ("skip_final_snapshot", "force_destroy", "force_delete")


def check(stack: Stack) -> Iterator[Hit]:
    for change in stack.changed(*STATEFUL):
        if not change.removes:
            continue
        for path in FORCED:
            if truth(change.old(path)) or truth(change.new(path)):
                yield fires(change, path, detail=f"no way back: {path} is true")
            elif change.new(path) is UNKNOWN:
                yield cannot_tell(change, path)
        if change.old("recovery_window_in_days") == 0:
            yield fires(change, "recovery_window_in_days", detail="no way back: recovery_window_in_days is 0")
