"""S-05: a value is not marked as sensitive any more."""

from collections.abc import Iterator
from typing import Any

from plan_review.change import Change, marked
from plan_review.directions import compared
from plan_review.rule import Hit, Rule
from plan_review.stack import Stack
from plan_review.tier import Tier
from plan_review.values import attribute_name

RULE = Rule(
    "S-05",
    Tier.REVIEW,
    what="A value was marked as sensitive and no longer is.",
    why="From now on Terraform prints it in every plan and log.",
    do="Find out which `sensitive` or which sensitive source went away.",
)


def check(stack: Stack) -> Iterator[Hit]:
    for change in stack.changes:
        if compared(change):
            lost = list(_lost(change))
            for path in lost:
                hidden = path in change.unknown
                yield Hit(change, f"{attribute_name(path)} is no longer marked", (path,), (path,) if hidden else ())


def _lost(change: Change) -> Iterator[str]:
    """Top-level attributes that carry a mark before and none after, although they stay."""
    before, after = change.resource.change.before_sensitive, change.resource.change.after_sensitive
    if after is True:
        return
    names = sorted(change.before) if before is True else sorted(before) if isinstance(before, dict) else []
    for name in names:
        mark: Any = True if before is True else before[name] if isinstance(before, dict) else False
        still = marked(after.get(name) if isinstance(after, dict) else False)
        if marked(mark) and not still and change.new(name) is not None:
            yield name
