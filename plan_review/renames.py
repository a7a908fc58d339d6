"""Deletions and creations that are really one resource under a new address."""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from plan_review.change import Change

# Share of the telling attributes that must be equal.
NEARLY = 0.8
# Attribute values that more new resources than this have in common tell none of them apart.
COMMON = 20
# New resources that each deleted one is compared with in full.
NEAREST = 5


@dataclass(frozen=True)
class Rename:
    """One resource before and after, with how many of the attributes compared are equal."""

    old: Change
    new: Change
    equal: int
    compared: int


def renames(changes: Iterable[Change]) -> list[Rename]:
    """Pairs of a deletion and a creation of one type, best matches first; each resource is in one pair at most."""
    deleted, created = _split(changes)
    candidates = [
        rename for type_ in deleted.keys() & created.keys() for rename in _pairs(deleted[type_], created[type_])
    ]
    candidates.sort(key=lambda r: (-r.equal / r.compared, -r.equal, r.old.address, r.new.address))
    taken: set[str] = set()
    found = []
    for rename in candidates:
        if not {rename.old.address, rename.new.address} & taken:
            taken |= {rename.old.address, rename.new.address}
            found.append(rename)
    return sorted(found, key=lambda rename: rename.old.address)


def _split(changes: Iterable[Change]) -> tuple[dict[str, list[Change]], dict[str, list[Change]]]:
    deleted: dict[str, list[Change]] = defaultdict(list)
    created: dict[str, list[Change]] = defaultdict(list)
    for change in changes:
        if change.action == "destroy" and change.resource.deposed is None:
            deleted[change.type].append(change)
        elif change.action == "create" and change.moved_from is None:
            created[change.type].append(change)
    return deleted, created


def _pairs(deleted: list[Change], created: list[Change]) -> Iterator[Rename]:
    """Compares each deletion with the creations that share most of its uncommon values, so that effort stays linear."""
    telling = [_telling(change) for change in created]
    holders: dict[tuple[str, str], list[int]] = defaultdict(list)
    for number, pairs in enumerate(telling):
        for pair in pairs.items():
            holders[pair].append(number)
    for old in deleted:
        texts = {name: _text(value) for name, value in old.before.items()}
        votes = Counter(
            n for pair in texts.items() if len(holders.get(pair, ())) <= COMMON for n in holders.get(pair, ())
        )
        near = [number for number, _ in votes.most_common(NEAREST)] or range(min(len(created), COMMON))
        for number in near:
            compared = telling[number]
            equal = sum(texts.get(name) == text for name, text in compared.items())
            if equal and equal >= NEARLY * len(compared):
                yield Rename(old, created[number], equal, len(compared))


def _telling(change: Change) -> dict[str, str]:
    """Attributes that set a new resource apart: known and given, no switches, no tags."""
    return {
        name: _text(value)
        for name, value in change.after.items()
        if value not in (None, "", 0, [], {})
        and not isinstance(value, bool)
        and name not in ("tags", "tags_all")
        and name not in change.unknown
    }


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, sort_keys=True)
