"""P-01: the plan shows only a part of the change."""

from collections.abc import Iterator

from plan_review.rule import Hit, Rule
from plan_review.stack import Stack
from plan_review.tier import Tier

RULE = Rule(
    "P-01",
    Tier.DANGER,
    what="The plan is incomplete, has deferred changes, can't be applied, or a check failed.",
    why="What is not in the plan was not reviewed, and comes with the next one.",
    do="Plan again without -target; fix the check.",
    never_green=True,
)


def check(stack: Stack) -> Iterator[Hit]:
    plan = stack.plan
    if plan.complete is False:
        yield Hit(None, "complete is false: made with -target, or changes were deferred", ("complete",))
    elif plan.complete is None:
        yield Hit(None, "the plan does not say whether it is complete", ("complete",), ("complete",))
    if plan.deferred_changes:
        yield Hit(None, f"{len(plan.deferred_changes)} deferred changes", ("deferred_changes",))
    if plan.applyable is False and stack.changes:
        yield Hit(None, "applyable is false", ("applyable",))
    failed = sum(check.status in ("fail", "error") for check in plan.checks)
    if failed:
        yield Hit(None, f"{failed} checks failed", ("checks",))
