"""The address plan: no overlap, exact slots, and nothing renumbered by a zone or a tier that is added."""

from ipaddress import IPv4Network
from itertools import combinations
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from constructs_lib.cidr import TIERS, ZONE_LETTERS, Tier, shares

NETWORK_DOC = Path(__file__).resolve().parents[1] / "docs" / "network.md"

vpcs = st.builds(
    lambda second, prefix: IPv4Network((f"10.{second}.0.0", prefix)), st.integers(0, 255), st.integers(16, 19)
)
zones = st.lists(st.sampled_from(ZONE_LETTERS), min_size=2, max_size=4, unique=True).map(lambda z: tuple(sorted(z)))


def subnets(vpc: IPv4Network, letters: tuple[str, ...], tiers: tuple[Tier, ...]) -> dict[tuple[str, str], IPv4Network]:
    return {(tier.name, zone): tier.subnet(vpc, zone) for tier in tiers for zone in letters}


@given(vpcs, zones)
def test_subnets_never_overlap_and_lie_in_the_vpc(vpc: IPv4Network, letters: tuple[str, ...]) -> None:
    plan = subnets(vpc, letters, TIERS)
    assert not [(one, other) for (_, one), (_, other) in combinations(plan.items(), 2) if one.overlaps(other)]
    assert all(subnet.subnet_of(vpc) for subnet in plan.values())


@given(vpcs, zones, st.sampled_from(ZONE_LETTERS))
def test_an_added_zone_renumbers_nothing(vpc: IPv4Network, letters: tuple[str, ...], added: str) -> None:
    before = subnets(vpc, letters, TIERS)
    after = subnets(vpc, tuple(sorted({*letters, added})), TIERS)
    assert {key: after[key] for key in before} == before


@given(vpcs, zones, st.integers(2, 8))
def test_an_added_tier_renumbers_nothing_and_finds_room(
    vpc: IPv4Network, letters: tuple[str, ...], newbits: int
) -> None:
    """Behind the last tier there is a free block of every size, down to a quarter of the range."""
    end = max(int(tier.block(vpc).broadcast_address) for tier in TIERS) + 1
    size = 2 ** (32 - vpc.prefixlen - newbits)
    added = Tier("added", newbits, -(-(end - int(vpc.network_address)) // size))
    before, after = subnets(vpc, letters, TIERS), subnets(vpc, letters, (*TIERS, added))
    assert {key: after[key] for key in before} == before
    assert not [key for key in before if after["added", letters[0]].overlaps(before[key])]
    assert added.block(vpc).subnet_of(vpc)


def test_slots_of_the_widest_range_are_exact() -> None:
    plan = subnets(IPv4Network("10.20.0.0/16"), ("a", "b", "c", "d"), TIERS)
    assert {f"{tier}-{zone}": str(subnet) for (tier, zone), subnet in plan.items()} == {
        "private-a": "10.20.0.0/20",
        "private-b": "10.20.16.0/20",
        "private-c": "10.20.32.0/20",
        "private-d": "10.20.48.0/20",
        "public-a": "10.20.64.0/24",
        "public-b": "10.20.65.0/24",
        "public-c": "10.20.66.0/24",
        "public-d": "10.20.67.0/24",
        "data-a": "10.20.68.0/24",
        "data-b": "10.20.69.0/24",
        "data-c": "10.20.70.0/24",
        "data-d": "10.20.71.0/24",
    }


@given(vpcs, zones)
def test_shares_add_up_to_the_vpc(vpc: IPv4Network, letters: tuple[str, ...]) -> None:
    rows = shares(vpc, letters)
    assert sum(row.set_aside for row in rows) == vpc.num_addresses
    assert all(row.usable < row.in_subnets <= row.set_aside for row in rows if row.tier != "free")


def test_the_table_in_the_docs_is_what_the_plan_gives() -> None:
    vpc, letters = IPv4Network("10.0.0.0/16"), ("a", "b", "c")
    blocks = {tier.name: tier for tier in TIERS}

    def percent(addresses: int) -> str:
        return f"{100 * addresses / vpc.num_addresses:.2f} %"

    lines = [
        "| tier | block | set aside | in subnets of three zones | kept for a fourth | addresses for hosts |",
        "|---|---|---|---|---|---|",
    ]
    for row in shares(vpc, letters):
        if row.tier == "free":
            lines.append(f"| none yet, free for new tiers | | {percent(row.set_aside)} | | | |")
            continue
        tier = blocks[row.tier]
        used = f"3 of /{tier.subnet(vpc, 'a').prefixlen}, {percent(row.in_subnets)}"
        kept = percent(row.set_aside - row.in_subnets)
        lines.append(
            f"| {row.tier} | {tier.block(vpc)} | {percent(row.set_aside)} | {used} | {kept} | {row.usable:,} |"
        )
    table = "\n".join(lines)
    assert table in NETWORK_DOC.read_text(), "docs/network.md should hold:\n" + table
