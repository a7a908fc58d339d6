"""The address plan of a VPC: fixed slots, so that adding a zone or a tier renumbers nothing. Pure, no CDKTF.

A tier owns a block at a fixed place in the VPC, and each zone letter a fixed slot in that block:

    VPC 10.0.0.0/16
    ├── private  10.0.0.0/18    a 10.0.0.0/20   b 10.0.16.0/20  c 10.0.32.0/20  d 10.0.48.0/20
    ├── public   10.0.64.0/22   a 10.0.64.0/24  b 10.0.65.0/24  c 10.0.66.0/24  d 10.0.67.0/24
    ├── data     10.0.68.0/22   a 10.0.68.0/24  b 10.0.69.0/24  c 10.0.70.0/24  d 10.0.71.0/24
    └── free     10.0.72.0 to 10.0.255.255, 72 % of the range, for tiers to come
"""

from dataclasses import dataclass
from ipaddress import IPv4Network

ZONE_LETTERS = "abcd"
_SLOT_BITS = 2  # four slots a tier, one a letter

# AWS keeps the first four addresses of a subnet and the last one.
RESERVED_BY_AWS = 5


@dataclass(frozen=True)
class Tier:
    """A block of `2 ** -newbits` of the VPC, at the given position counted in blocks of that size."""

    name: str
    newbits: int
    position: int

    def block(self, vpc: IPv4Network) -> IPv4Network:
        size = 2 ** (vpc.max_prefixlen - vpc.prefixlen - self.newbits)
        return IPv4Network((int(vpc.network_address) + self.position * size, vpc.prefixlen + self.newbits))

    def subnet(self, vpc: IPv4Network, zone: str) -> IPv4Network:
        """The slot of a zone; raises ValueError for a letter that has none."""
        slots = list(self.block(vpc).subnets(prefixlen_diff=_SLOT_BITS))
        return slots[ZONE_LETTERS.index(zone)]


# Tasks, functions and endpoints live in the private tier, so it gets 16 times what the others get.
PRIVATE = Tier("private", newbits=2, position=0)
PUBLIC = Tier("public", newbits=6, position=16)
DATA = Tier("data", newbits=6, position=17)
# A new tier is added at the end, at a position that no other covers; the tests hold the blocks apart.
TIERS = (PRIVATE, PUBLIC, DATA)


@dataclass(frozen=True)
class Share:
    """How much of the VPC a tier takes: addresses set aside, in subnets of the zones in use, and usable by hosts."""

    tier: str
    set_aside: int
    in_subnets: int
    usable: int


def shares(vpc: IPv4Network, zones: tuple[str, ...]) -> list[Share]:
    """One row a tier, and one for what is kept free; `set_aside` adds up to the size of the VPC."""
    rows = []
    for tier in TIERS:
        sizes = [tier.subnet(vpc, zone).num_addresses for zone in zones]
        usable = sum(size - RESERVED_BY_AWS for size in sizes)
        rows.append(Share(tier.name, tier.block(vpc).num_addresses, sum(sizes), usable))
    free = vpc.num_addresses - sum(row.set_aside for row in rows)
    return [*rows, Share("free", free, 0, 0)]
