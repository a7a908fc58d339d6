"""N-06: the way packets take through the network changes."""

from collections.abc import Iterator

from plan_review import values
from plan_review.change import UNKNOWN, Change
from plan_review.directions import cannot_tell, turned_on
from plan_review.openings import ALL, ANYWHERE, covers_peer
from plan_review.rule import Hit, Rule
from plan_review.stack import Stack
from plan_review.tier import Tier

RULE = Rule(
    "N-06",
    Tier.DANGER,
    what="A route to the internet or a peering is added, a NAT gateway or endpoint removed, a network ACL widened.",
    why="A private subnet becomes public, or services lose their way out and payments stop.",
    do="Check which subnets use the route table, and what travels through the gateway or endpoint.",
)

GOING = {"aws_nat_gateway": "a NAT gateway", "aws_vpc_endpoint": "a VPC endpoint"}
ATTACHMENTS = (
    *(
        "aws_vpc_peering_connection",
        "aws_vpc_peering_connection_accepter",
        "aws_ec2_transit_gateway_vpc_attachment",
    ),
    *("aws_vpn_connection", "aws_dx_gateway_association", "aws_vpclattice_service_network_vpc_association"),
)


def check(stack: Stack) -> Iterator[Hit]:
    for change in stack.changed("aws_route"):
        yield from _route(stack, change)
    for change in stack.changed(*GOING):
        if change.removes:
            how = "removed" if change.action == "destroy" else f"replaced ({change.order})"
            yield Hit(change, f"{GOING[change.type]} is {how}", change.replace_causes)
    for change in stack.changed(*ATTACHMENTS):
        if change.action == "create":
            yield Hit(change, "another network is attached")
    for change in stack.changed("aws_subnet"):
        yield from turned_on(change, "map_public_ip_on_launch")
    for change in stack.changed("aws_network_acl_rule"):
        yield from _acl_rule(stack, change)


def _route(stack: Stack, change: Change) -> Iterator[Hit]:
    if change.action not in ("create", "change", "replace") or not change.differs("gateway_id"):
        return
    destination = change.new("destination_cidr_block") or change.new("destination_ipv6_cidr_block")
    gateway = change.new("gateway_id")
    if destination is not UNKNOWN and destination not in ANYWHERE:
        return
    if gateway is UNKNOWN and stack.configured(change, "gateway_id"):
        references = stack.plan.references(change.address, "gateway_id")
        if any(reference.startswith("aws_internet_gateway.") for reference in references):
            # Gateway and table made in the same plan: a new network, not a private subnet that becomes public.
            new_table = change.new("route_table_id") is UNKNOWN
            tier = Tier.REVIEW if new_table else None
            yield Hit(change, "route to an internet gateway added", ("gateway_id",), tier=tier)
        else:
            yield cannot_tell(change, "gateway_id")
    elif isinstance(gateway, str) and gateway.startswith("igw-"):
        yield Hit(change, "route to an internet gateway added", ("gateway_id",))


def _acl_rule(stack: Stack, change: Change) -> Iterator[Hit]:
    if change.action not in ("create", "change", "replace") or change.new("rule_action") != "allow":
        return
    if change.new("network_acl_id") is UNKNOWN and change.action == "create":
        return  # the whole list is new
    for path in ("cidr_block", "ipv6_cidr_block", "from_port", "to_port", "protocol"):
        if change.new(path) is UNKNOWN and stack.configured(change, path):
            yield cannot_tell(change, path)
            return
    others = [c for c in stack.all("aws_network_acl_rule") if c.exists_before and c.old("rule_action") == "allow"]
    if not any(_covers(other, change) for other in others):
        block = change.new("cidr_block") or change.new("ipv6_cidr_block") or ""
        direction = "out" if change.new("egress") else "in"
        yield Hit(
            change,
            f"network ACL lets {direction} {values.peer(str(block))} on more ports or addresses",
            ("cidr_block",),
        )


def _covers(old: Change, new: Change) -> bool:
    same = all(old.old(path) == new.new(path) for path in ("network_acl_id", "egress"))
    before = _protocol(old.old("protocol"))
    protocol = before in (_protocol(new.new("protocol")), ALL)
    first, last = old.old("from_port"), old.old("to_port")
    ports = before == ALL or _inside((new.new("from_port"), new.new("to_port")), (first, last))
    wide = old.old("cidr_block") or old.old("ipv6_cidr_block") or ""
    narrow = new.new("cidr_block") or new.new("ipv6_cidr_block") or ""
    return same and protocol and ports and covers_peer(str(wide), str(narrow))


def _protocol(value: object) -> str:
    """Its number: the state holds that, a plan the word of the configuration."""
    return _NUMBERS.get(str(value), str(value))


# https://www.iana.org/assignments/protocol-numbers, those that Terraform takes by name
_NUMBERS = {"all": ALL, "icmp": "1", "tcp": "6", "udp": "17", "icmpv6": "58"}


def _inside(inner: tuple[object, object], outer: tuple[object, object]) -> bool:
    (a, b), (c, d) = inner, outer
    if isinstance(a, int) and isinstance(b, int) and isinstance(c, int) and isinstance(d, int):
        return c <= a and b <= d
    return inner == outer
