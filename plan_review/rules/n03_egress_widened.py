"""N-03: a security group lets out to every address."""

from collections.abc import Iterator

from plan_review.directions import cannot_tell
from plan_review.openings import group_references, widened
from plan_review.project import CARD_DATA_GROUPS
from plan_review.rule import Hit, Rule
from plan_review.stack import Stack
from plan_review.tier import Tier

RULE = Rule(
    "N-03",
    Tier.REVIEW,
    what="A security group gets a way out to every address.",
    why="Stolen card data leaves by such a way; PCI DSS 1.3.2 asks for outbound traffic to be limited.",
    do="Use an endpoint, a prefix list or the peer's range instead.",
)


def check(stack: Stack) -> Iterator[Hit]:
    for found in widened(stack):
        outside = [opening for opening in found.openings if not opening.ingress and opening.anywhere]
        groups = (*group_references(stack, found.change), found.change.address)
        card_data = any(CARD_DATA_GROUPS.search(group) for group in groups)
        tier = Tier.DANGER if card_data else None
        if outside:
            yield Hit(found.change, "opens " + ", ".join(map(str, outside)), ("egress",), tier=tier)
        elif found.unknown and "cidr" in found.unknown and "egress" in found.change.type:
            yield cannot_tell(found.change, found.unknown, tier=tier)
