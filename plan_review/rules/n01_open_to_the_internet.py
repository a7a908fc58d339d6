"""N-01: a security group is opened to the internet."""

from collections.abc import Iterator

from plan_review.change import Change
from plan_review.directions import cannot_tell
from plan_review.openings import Opening, group_references, widened
from plan_review.project import PUBLIC_LOAD_BALANCERS, PUBLIC_PORTS
from plan_review.rule import Hit, Rule
from plan_review.stack import Stack
from plan_review.tier import Tier

RULE = Rule(
    "N-01",
    Tier.BLOCK,
    what="A new way in from every address, other than 443 (and 80 to redirect) of an approved load balancer.",
    why="Anybody can knock at it, and it moves the boundary of the card-data environment.",
    do="Name the peer group or its range; an approved load balancer belongs into plan_review/project.py.",
)


def check(stack: Stack) -> Iterator[Hit]:
    for found in widened(stack):
        public = [opening for opening in found.openings if opening.ingress and opening.anywhere]
        if public and not (_only_web(public) and _guards_approved(stack, found.change)):
            yield Hit(found.change, "opens " + ", ".join(map(str, public)), ("ingress",))
        elif found.unknown and "cidr" in found.unknown and _ingress(found.change):
            yield cannot_tell(found.change, found.unknown)


def _ingress(change: Change) -> bool:
    return change.type != "aws_vpc_security_group_egress_rule" and change.new("type") != "egress"


def _only_web(openings: list[Opening]) -> bool:
    return all(o.protocol == "tcp" and o.ports[0] == o.ports[1] and o.ports[0] in PUBLIC_PORTS for o in openings)


def _guards_approved(stack: Stack, change: Change) -> bool:
    """Whether the group is used by a load balancer whose name is approved."""
    addresses = group_references(stack, change)
    ids = {group.old("id") for group in stack.all("aws_security_group") if group.address in addresses} - {None}
    for balancer in stack.all("aws_lb"):
        name = balancer.either("name")
        if not isinstance(name, str) or not any(p.fullmatch(name) for p in PUBLIC_LOAD_BALANCERS):
            continue
        used = stack.plan.references(balancer.address, "security_groups")
        groups = balancer.either("security_groups")
        if any(f"{address}.id" in used for address in addresses) or (
            isinstance(groups, list) and ids & {g for g in groups if isinstance(g, str)}
        ):
            return True
    return False
