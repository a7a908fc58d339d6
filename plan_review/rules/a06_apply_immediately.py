"""A-06: disruptive changes stop waiting for the maintenance window."""

from collections.abc import Iterator

from plan_review.change import UNKNOWN
from plan_review.directions import turned_on
from plan_review.rule import Hit, Rule
from plan_review.rules.a04_database_restart import PATHS, TYPES
from plan_review.stack import Stack
from plan_review.tier import Tier

RULE = Rule(
    "A-06",
    Tier.DANGER,
    what="apply_immediately is turned on together with a change that restarts or fails over.",
    why="The interruption comes with the apply, in the middle of the day's payments.",
    do="Leave it off and let the maintenance window apply the change, or apply in a quiet hour.",
)

DISRUPTIVE = (
    *PATHS,
    *("engine_version", "parameter_group_name", "db_parameter_group_name", "db_cluster_parameter_group_name"),
)


def check(stack: Stack) -> Iterator[Hit]:
    for change in stack.changed(*TYPES):
        for hit in turned_on(change, "apply_immediately"):
            others = [path for path in DISRUPTIVE if change.old(path) is not None and change.differs(path)]
            unknown = tuple(path for path in others if change.new(path) is UNKNOWN)
            if others:
                detail = f"{hit.detail}, together with {', '.join(others)}"
                yield Hit(change, detail, (*hit.paths, *others), (*hit.unknown, *unknown))
