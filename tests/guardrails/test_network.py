"""The network: three tiers at fixed addresses, no way out of the data tier, and most of the range free."""

import re
from collections.abc import Iterator
from ipaddress import IPv4Network

from tests.guardrails.guardrail import PROD, Offences, add, change, each, guardrail, remove, wrong
from tests.stack import Attributes, Stack

# Where each tier's zone a begins, and the size of a zone's slot, as shares of a /16: (offset, addresses) in 10.x.0.0.
SLOTS = {"private": (0, 4096), "public": (64 * 256, 256), "data": (68 * 256, 256)}
ZONES = "abcd"


def _subnets(stack: Stack, tier: str) -> Iterator[tuple[str, Attributes]]:
    return ((where, s) for where, s in each(stack, "aws_subnet") if s["tags"]["Tier"] == tier)


def _routes(stack: Stack, tier: str) -> Iterator[tuple[str, Attributes]]:
    """The routes of a tier's route tables."""
    tables = {
        a["route_table_id"]
        for _, a in each(stack, "aws_route_table_association")
        if f"_{tier.title()}" in a["subnet_id"]
    }
    return ((where, route) for where, route in each(stack, "aws_route") if route["route_table_id"] in tables)


def _table_of(stack: Stack, subnet: str) -> str:
    return str(stack.one("aws_route_table_association", subnet)["route_table_id"])


@guardrail(
    "aws_vpc",
    "aws_subnet",
    broken_by=[
        change("aws_subnet", cidr_block="10.20.128.0/24"),
        change("aws_subnet", availability_zone="eu-west-1d"),
    ],
)
def test_subnets_lie_in_fixed_slots(stack: Stack) -> Offences:
    """A subnet's place follows from its tier and the letter of its zone alone, so an added zone renumbers nothing."""
    vpc = IPv4Network(stack.one("aws_vpc")["cidr_block"])
    scale = vpc.num_addresses / 65536
    for address, subnet in each(stack, "aws_subnet"):
        offset, size = SLOTS[subnet["tags"]["Tier"]]
        zone = ZONES.index(subnet["availability_zone"][-1])
        block = IPv4Network(subnet["cidr_block"])
        place = int(block.network_address) - int(vpc.network_address)
        if (place, block.num_addresses) != ((offset + zone * size) * scale, size * scale):
            yield address, f"{block} is not the slot of its tier and zone"


@guardrail(
    "aws_subnet",
    broken_by=[
        add("aws_subnet", cidr_block="10.0.0.0/8", tags={"Tier": "data"}),
        change("aws_vpc", cidr_block="10.99.0.0/18"),
    ],
)
def test_addresses_are_not_wasted(stack: Stack) -> Offences:
    """Subnets lie apart, inside the VPC, and leave half of it free for tiers to come."""
    vpc = IPv4Network(stack.one("aws_vpc")["cidr_block"])
    blocks = {where: IPv4Network(subnet["cidr_block"]) for where, subnet in each(stack, "aws_subnet")}
    for where, block in blocks.items():
        if not block.subnet_of(vpc):
            yield where, f"{block} is outside {vpc}"
        yield from ((where, f"overlaps {other}") for other, b in blocks.items() if other != where and b.overlaps(block))
    if sum(block.num_addresses for block in blocks.values()) > vpc.num_addresses / 2:
        yield "aws_vpc", "has less than half of its addresses free"


def test_environments_have_different_ranges(stacks: dict[str, Stack]) -> None:
    names = ("payments-dev", "payments-staging", "payments-prod")
    ranges = [IPv4Network(stacks[name].one("aws_vpc")["cidr_block"]) for name in names]
    assert not any(a.overlaps(b) for i, a in enumerate(ranges) for b in ranges[i + 1 :]), ranges


@guardrail(
    "aws_subnet",
    broken_by=[
        lambda stack: stack.all("aws_route").update(Added={"route_table_id": _table_of(stack, "DataA")}),
        lambda stack: stack.one("aws_route_table_association", "DataA").update(
            route_table_id=_table_of(stack, "PrivateA")
        ),
        remove("aws_route_table_association", "DataA"),
    ],
    meets="RDS.46",
)
def test_data_tier_has_no_way_out(stack: Stack) -> Offences:
    """The data tier has routes of its own, and none that leaves the VPC."""
    yield from ((where, "leads out of the data tier") for where, _ in _routes(stack, "data"))
    routed = {association["subnet_id"] for _, association in each(stack, "aws_route_table_association")}
    for where, _ in _subnets(stack, "data"):
        if f"${{{where}.id}}" not in routed:
            yield where, "has the VPC's main route table, which may lead anywhere"


@guardrail(
    "aws_route",
    broken_by=[
        change("aws_route", "PrivateA", nat_gateway_id=None, gateway_id="${aws_internet_gateway.x.id}"),
        remove("aws_route", "PublicToInternet"),
        change("aws_subnet", map_public_ip_on_launch=True),
    ],
    meets="EC2.15",
)
def test_private_tier_leaves_through_nat(stack: Stack) -> Offences:
    """The private tier leaves through NAT, the public one through the gateway, and nobody gets a public address."""
    for where, route in _routes(stack, "private"):
        if "nat_gateway_id" not in route:
            yield where, "does not lead to a NAT gateway"
    if not any("gateway_id" in route for _, route in _routes(stack, "public")):
        yield "aws_route", "the public tier has no way out"
    yield from wrong(stack, "aws_subnet", map_public_ip_on_launch=False)


@guardrail(
    "aws_nat_gateway",
    on=PROD,
    broken_by=[remove("aws_nat_gateway"), change("aws_route", "PrivateB", nat_gateway_id="x")],
)
def test_production_has_a_nat_per_zone(stack: Stack) -> Offences:
    """In production each zone leaves through a NAT gateway of its own, so that losing one cuts off no other."""
    used = {route["nat_gateway_id"] for _, route in _routes(stack, "private")}
    zones = {subnet["availability_zone"] for _, subnet in each(stack, "aws_subnet")}
    known = {f"${{{where}.id}}" for where, _ in each(stack, "aws_nat_gateway")}
    if len(zones) < 3 or len(used & known) != len(zones):
        yield "aws_nat_gateway", f"{len(used & known)} for {len(zones)} zones"


@guardrail(
    "aws_subnet",
    broken_by=[remove("aws_subnet", "DataB"), remove("aws_subnet", "PublicA")],
    meets="ELB.13 Lambda.5",
)
def test_every_tier_spans_the_zones(stack: Stack) -> Offences:
    """Each tier has a subnet in each of the zones, of which there are two or more."""
    zones = {tier: {s["availability_zone"] for _, s in _subnets(stack, tier)} for tier in SLOTS}
    every = set.union(*zones.values())
    for tier, own in zones.items():
        if own != every or len(own) < 2:
            yield "aws_subnet", f"the {tier} tier spans {sorted(own)} of {sorted(every)}"


@guardrail(
    "aws_network_acl",
    broken_by=[
        change("aws_network_acl", subnet_ids=[]),
        change("aws_network_acl_rule", cidr_block="0.0.0.0/0"),
        change("aws_network_acl_rule", from_port=0),
        change("aws_network_acl_rule", protocol="-1"),
        change("aws_network_acl_rule", rule_action="deny"),
        remove("aws_network_acl_rule"),
    ],
    meets="EC2.16 EC2.21",
)
def test_data_tier_has_a_second_wall(stack: Stack) -> Offences:
    """A network ACL lets only the private and the data tier into the data tier, from no port below 1024."""
    address, acl = next(each(stack, "aws_network_acl"))
    if set(acl.get("subnet_ids", [])) != {f"${{{where}.id}}" for where, _ in _subnets(stack, "data")}:
        yield address, "does not guard every subnet of the data tier"
    vpc = IPv4Network(stack.one("aws_vpc")["cidr_block"])
    for where, rule in each(stack, "aws_network_acl_rule"):
        if not IPv4Network(rule["cidr_block"]).subnet_of(vpc):
            yield where, f"opens the data tier to {rule['cidr_block']}"
        if rule["protocol"] != "tcp" or rule["from_port"] < 1024:
            yield where, "opens privileged ports"
    rules = [rule for _, rule in each(stack, "aws_network_acl_rule")]
    blocks = {rule["cidr_block"] for rule in rules}
    allowed = {(rule["egress"], rule["cidr_block"]) for rule in rules if rule["rule_action"] == "allow"}
    if len(blocks) != 2 or allowed != {(egress, block) for egress in (True, False) for block in blocks}:
        yield address, f"does not let the private and the data tier in and out alone: {sorted(allowed)}"


@guardrail(
    "aws_vpc", broken_by=[change("aws_vpc", enable_dns_hostnames=False), change("aws_vpc", enable_dns_support=None)]
)
def test_private_names_resolve(stack: Stack) -> Offences:
    """DNS is on, which the endpoints' private names need."""
    yield from wrong(stack, "aws_vpc", enable_dns_support=True, enable_dns_hostnames=True)


@guardrail(
    "aws_db_subnet_group",
    "aws_elasticache_subnet_group",
    "aws_lb",
    broken_by=[
        change("aws_db_subnet_group", subnet_ids=["${aws_subnet.Network_PublicA_1.id}"]),
        change("aws_elasticache_subnet_group", subnet_ids=["${aws_subnet.Network_PrivateA_1.id}"]),
        change("aws_lambda_function", vpc_config={"subnet_ids": ["${aws_subnet.Network_PublicA_1.id}"]}),
    ],
    meets="Lambda.3",
)
def test_components_live_in_their_tier(stack: Stack) -> Offences:
    """Database and cache live in the data tier, tasks and functions in the private one, the load balancer in public."""
    homes: list[tuple[str, str, list[str]]] = [
        *((w, "Data", r["subnet_ids"]) for w, r in each(stack, "aws_db_subnet_group", "aws_elasticache_subnet_group")),
        *((w, "Private", r["vpc_config"]["subnet_ids"]) for w, r in each(stack, "aws_lambda_function")),
        *((w, "Private", r["network_configuration"]["subnets"]) for w, r in each(stack, "aws_ecs_service")),
        *((w, "Public", r["subnets"]) for w, r in each(stack, "aws_lb")),
    ]
    for where, tier, subnets in homes:
        if not all(re.match(rf"\$\{{aws_subnet\.Network_{tier}[A-D]_", subnet) for subnet in subnets):
            yield where, f"leaves the {tier.lower()} tier: {subnets}"


@guardrail(
    "aws_vpc",
    broken_by=[
        change("aws_subnet", vpc_id="vpc-1"),
        change("aws_security_group", vpc_id=None),
        change("aws_network_acl", vpc_id="vpc-1"),
        add("aws_vpc", cidr_block="10.99.0.0/16"),
    ],
)
def test_there_is_one_vpc(stack: Stack) -> Offences:
    """Everything of the network belongs to the one VPC of the workspace."""
    vpc = f"${{{next(where for where, _ in each(stack, 'aws_vpc'))}.id}}"
    if len(stack.all("aws_vpc")) != 1:
        yield "aws_vpc", "there are several"
    parts = ("aws_internet_gateway", "aws_lb_target_group", "aws_network_acl", "aws_route_table")
    for type_ in (*parts, "aws_default_security_group", "aws_security_group", "aws_subnet"):
        yield from wrong(stack, type_, vpc_id=vpc)
