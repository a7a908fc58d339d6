"""Ways into and out of security groups, whichever resource they are written in."""

import ipaddress
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from plan_review import values
from plan_review.change import UNKNOWN, Change
from plan_review.stack import Stack

ANYWHERE = frozenset({"0.0.0.0/0", "::/0"})
ALL = "-1"
# A group that this plan creates has no id yet.
NEW_GROUP = "a group made in this plan"


@dataclass(frozen=True)
class Opening:
    """One peer, one protocol, one range of ports; the group is part of it, so that a moved rule counts as changed."""

    group: str
    ingress: bool
    protocol: str
    ports: tuple[int, int]
    peer: str

    @property
    def anywhere(self) -> bool:
        return self.peer in ANYWHERE

    def covers(self, other: "Opening") -> bool:
        """Whether everything that `other` lets pass, this one does too."""
        return (
            (self.group, self.ingress) == (other.group, other.ingress)
            and self.protocol in (other.protocol, ALL)
            and (self.protocol == ALL or (self.ports[0] <= other.ports[0] and other.ports[1] <= self.ports[1]))
            and covers_peer(self.peer, other.peer)
        )

    def __str__(self) -> str:
        first, last = self.ports
        ports = "all protocols" if self.protocol == ALL else f"{values.protocol(self.protocol)} {first}"
        if self.protocol != ALL and last != first:
            ports += f"-{last}"
        peer = self.peer if self.peer == NEW_GROUP else values.peer(self.peer)
        return f"{ports} {'from' if self.ingress else 'to'} {peer}"


def covers_peer(wide: str, narrow: str) -> bool:
    """Equal peers, or a range of addresses that contains the other."""
    if wide == narrow:
        return True
    try:
        outer, inner = ipaddress.ip_network(wide, strict=False), ipaddress.ip_network(narrow, strict=False)
    except ValueError:
        return False
    if isinstance(outer, ipaddress.IPv4Network) and isinstance(inner, ipaddress.IPv4Network):
        return inner.subnet_of(outer)
    if isinstance(outer, ipaddress.IPv6Network) and isinstance(inner, ipaddress.IPv6Network):
        return inner.subnet_of(outer)
    return False


TYPES = (
    *("aws_vpc_security_group_ingress_rule", "aws_vpc_security_group_egress_rule"),
    *("aws_security_group_rule", "aws_security_group", "aws_default_security_group"),
)


@dataclass(frozen=True)
class Widened:
    """What one change opens; `unknown` is the path that hides the rest."""

    change: Change
    openings: tuple[Opening, ...]
    unknown: str | None = None


@lru_cache(maxsize=1)  # three rules ask for the same stack, one after the other
def widened(stack: Stack) -> tuple[Widened, ...]:
    """Openings after the change that none before it covers, in any resource."""
    before = [opening for change in stack.all(*TYPES) for opening in _openings(change, after=False)]
    by_group: dict[tuple[str, bool], list[Opening]] = {}
    for opening in before:
        by_group.setdefault((opening.group, opening.ingress), []).append(opening)
    found = []
    for change in stack.changed(*TYPES):
        if change.action not in ("create", "change", "replace"):
            continue
        new = tuple(
            opening
            for opening in _openings(change, after=True)
            if not any(old.covers(opening) for old in by_group.get((opening.group, opening.ingress), ()))
        )
        unknown = _unknown(change, stack)
        if new or unknown:
            found.append(Widened(change, new, unknown))
    return tuple(found)


def _unknown(change: Change, stack: Stack) -> str | None:
    """A path that decides what is opened and is not known; an unknown peer group is a group made in this plan."""
    paths = ["cidr_ipv4", "cidr_ipv6", "from_port", "to_port", "ip_protocol", "prefix_list_id"]
    paths += ["cidr_blocks", "ipv6_cidr_blocks", "protocol", "ingress", "egress"]
    return next((p for p in paths if change.new(p) is UNKNOWN and stack.configured(change, p)), None)


def _openings(change: Change, *, after: bool) -> Iterator[Opening]:
    read = change.new if after else change.old
    if not (change.exists_after if after else change.exists_before):
        return
    if change.type.startswith("aws_vpc_security_group_"):
        peers = [read(p) for p in ("cidr_ipv4", "cidr_ipv6", "prefix_list_id", "referenced_security_group_id")]
        ingress, group = change.type == "aws_vpc_security_group_ingress_rule", read("security_group_id")
        yield from _each(change, group, ingress, read("ip_protocol"), read("from_port"), read("to_port"), peers)
    elif change.type == "aws_security_group_rule":
        peers = [
            *_many(read, "cidr_blocks"),
            *_many(read, "ipv6_cidr_blocks"),
            *_many(read, "prefix_list_ids"),
        ]
        peers += [read("source_security_group_id"), "itself" if read("self") is True else None]
        ingress, group = read("type") == "ingress", read("security_group_id")
        yield from _each(change, group, ingress, read("protocol"), read("from_port"), read("to_port"), peers)
    else:
        for ingress, name in ((True, "ingress"), (False, "egress")):
            for rule in _many(read, name):
                peers = [p for key in _INLINE_PEERS for p in rule.get(key) or ()]
                peers += ["itself"] if rule.get("self") is True else []
                group, protocol = read("id"), rule.get("protocol")
                yield from _each(change, group, ingress, protocol, rule.get("from_port"), rule.get("to_port"), peers)


_INLINE_PEERS = ("cidr_blocks", "ipv6_cidr_blocks", "prefix_list_ids", "security_groups")


def _many(read: Any, path: str) -> list[Any]:
    value = read(path)
    return value if isinstance(value, list) else []


def _each(
    change: Change, group: Any, ingress: bool, protocol: Any, first: Any, last: Any, peers: list[Any]
) -> Iterator[Opening]:
    name = group if isinstance(group, str) else f"new:{change.address}"
    ports = (first if isinstance(first, int) else 0, last if isinstance(last, int) else 65535)
    for peer in peers:
        if peer is UNKNOWN:
            yield Opening(name, ingress, str(protocol), ports, NEW_GROUP)
        elif isinstance(peer, str) and peer:
            yield Opening(name, ingress, str(protocol), ports, peer)


def group_is_new(change: Change) -> bool:
    """Whether the group that the rule opens is made in this plan; what is in it was never closed."""
    if change.type in ("aws_security_group", "aws_default_security_group"):
        return change.action == "create"
    return change.new("security_group_id") is UNKNOWN


def group_references(stack: Stack, change: Change) -> tuple[str, ...]:
    """Addresses of the groups that a rule belongs to, from the configuration or by id."""
    if change.type in ("aws_security_group", "aws_default_security_group"):
        return (change.address,)
    references = tuple(
        reference.removesuffix(".id")
        for reference in stack.plan.references(change.address, "security_group_id")
        if reference.endswith(".id")
    )
    group = change.new("security_group_id")
    by_id = tuple(g.address for g in stack.all("aws_security_group") if g.old("id") == group)
    return references or by_id
