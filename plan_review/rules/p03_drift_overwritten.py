"""P-03: a change that somebody made by hand is overwritten."""

from collections.abc import Iterator

from plan_review import values
from plan_review.change import UNKNOWN, Change
from plan_review.directions import cannot_tell
from plan_review.rule import Hit, Rule
from plan_review.stack import Stack
from plan_review.tier import Tier

RULE = Rule(
    "P-03",
    Tier.REVIEW,
    what="A resource was changed outside Terraform, and this plan changes it too.",
    why="You will overwrite this manual change; perhaps somebody made it during an incident.",
    do="Find out who changed it; take the new value over into the settings, or let it be overwritten.",
)


def check(stack: Stack) -> Iterator[Hit]:
    changes = {change.address: change for change in stack.changes if change.resource.deposed is None}
    for resource in sorted(stack.plan.resource_drift, key=lambda r: r.address):
        drift, change = Change(resource), changes.get(resource.address)
        if change is None or drift.action not in ("change", "destroy"):
            continue
        if drift.action == "destroy":
            yield Hit(change, "was deleted outside Terraform, will be made again")
        for path in sorted(set(drift.changed) & (set(change.changed) | change.unknown)):
            if path in ("tags", "tags_all"):
                continue
            if change.new(path) is UNKNOWN:
                yield cannot_tell(
                    change,
                    path,
                    f"{values.attribute_name(path)} was changed by hand, its new value is not known",
                )
            else:
                by_hand = values.value(drift, path, drift.new(path))
                yield Hit(
                    change,
                    f"by hand {values.attribute_name(path)} {by_hand}, this plan sets "
                    f"{values.value(change, path, change.new(path))}",
                    (path,),
                )
