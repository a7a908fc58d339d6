"""N-02: a security group lets in more than before."""

from collections.abc import Iterator

from plan_review.directions import cannot_tell
from plan_review.openings import group_is_new, widened
from plan_review.rule import Hit, Rule
from plan_review.stack import Stack
from plan_review.tier import Tier

RULE = Rule(
    "N-02",
    Tier.DANGER,
    what="A security group lets in a new peer, more addresses, more ports or more protocols.",
    why="Each way in is one that an intruder can take from the peer on.",
    do="Check that the peer needs this port of this component, and that the range is as small as it can be.",
)


def check(stack: Stack) -> Iterator[Hit]:
    for found in widened(stack):
        ingress = [opening for opening in found.openings if opening.ingress]
        # A group made in this plan was never closed: what it lets in is its design, worth a look.
        tier = Tier.REVIEW if group_is_new(found.change) else None
        if found.unknown and found.unknown != "egress" and "egress" not in found.change.type:
            yield cannot_tell(found.change, found.unknown, tier=tier)
        elif ingress:
            yield Hit(found.change, "opens " + ", ".join(map(str, ingress)), ("ingress",), tier=tier)
