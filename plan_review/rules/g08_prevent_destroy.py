"""G-08: Terraform's own guard against deletion is removed."""

from collections.abc import Iterator

from plan_review.rule import Hit, Rule
from plan_review.stack import Stack
from plan_review.tier import Tier

RULE = Rule(
    "G-08",
    Tier.REVIEW,
    what="`prevent_destroy` is removed from a resource.",
    why="The plan does not show lifecycles; the next plan may delete what this one could not.",
    do="Put it back, unless the resource is meant to go.",
)


def check(stack: Stack) -> Iterator[Hit]:
    """Lifecycles are not in a plan: the synthesized files before and after the change are compared."""
    if stack.synthesized is None:
        return
    if stack.base is None:
        if stack.changes:
            detail = "no base cdk.tf.json to compare prevent_destroy with"
            yield Hit(None, detail, ("lifecycle",), ("lifecycle",), tier=Tier.ROUTINE)
        return
    present = {change.address.partition("[")[0]: change for change in reversed(stack.resources)}
    for address, _ in stack.base.resources():
        if stack.base.prevents_destroy(address) and not stack.synthesized.prevents_destroy(address):
            yield Hit(present.get(address), "prevent_destroy removed", ("lifecycle.prevent_destroy",))
