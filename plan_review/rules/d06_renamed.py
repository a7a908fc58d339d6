"""D-06: a construct was renamed, so its resource is deleted and made again."""

from collections.abc import Iterator

from plan_review import values
from plan_review.renames import renames
from plan_review.rule import Hit, Rule
from plan_review.stack import Stack
from plan_review.tier import Tier

RULE = Rule(
    "D-06",
    Tier.BLOCK,
    what="A resource is deleted and a nearly equal one created: a construct was renamed or re-nested.",
    why="CDKTF derives addresses from the tree of constructs; Terraform takes a new address for a new resource.",
    do="Add the printed move_from_id line to the construct, or give it its old id with override_logical_id.",
)


def check(stack: Stack) -> Iterator[Hit]:
    for rename in renames(stack.changes):
        old = values.address(rename.old.address)
        new = values.address(rename.new.address)
        hidden = tuple(sorted(path for path in rename.new.unknown if stack.configured(rename.new, path)))
        yield Hit(
            rename.old,
            f"{rename.equal} of {rename.compared} attributes equal those of the new {new}; "
            f'add to that construct: move_from_id("{old}")',
            ("address",),
            # Equal in little, and more of it can't be compared: perhaps a rename, perhaps another resource.
            unknown=hidden if len(hidden) > rename.compared else (),
        )
