"""P-02: so much changes that the workspace or the state is probably the wrong one."""

from collections.abc import Iterator

from plan_review.project import REVISIONS
from plan_review.rule import Hit, Rule
from plan_review.rules.t01_tags_only import only_tags
from plan_review.stack import Stack
from plan_review.tier import Tier

RULE = Rule(
    "P-02",
    Tier.BLOCK,
    what="More than 30 % of production changes, more than 10 resources go, or everything is created anew.",
    why="That is how a wrong workspace or a lost state looks.",
    do="Check workspace and state first; a first deployment is announced with --first-deployment.",
)

SHARE = 0.3
DELETIONS = 10
# In a stack of a few resources one change is a large share; a share counts from this many changes on.
FEW = 10


def check(stack: Stack) -> Iterator[Hit]:
    existing = [change for change in stack.resources if change.exists_before]
    gone = [c for c in stack.changes if c.removes and c.type not in REVISIONS]
    if len(gone) > DELETIONS:
        yield Hit(None, f"{len(gone)} resources are deleted or replaced", ("resource_changes",))
    touched = [c for c in stack.changes if c.exists_before and c.type not in REVISIONS and not only_tags(c)]
    if stack.production and len(touched) > max(FEW, SHARE * len(existing)):
        yield Hit(None, f"{len(touched)} of {len(existing)} resources change", ("resource_changes",))
    if stack.changes and not existing and not stack.first_deployment and stack.workspace == stack.environment:
        yield Hit(None, "everything is created: the state is empty", ("resource_changes",))
