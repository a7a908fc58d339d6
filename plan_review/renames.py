"""Deletions and creations that are really one resource under a new address."""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from plan_review.change import UNKNOWN, Change

# Share of the telling attributes that must be equal.
NEARLY = 0.8
# Attribute values that more new resources than this have in common tell none of them apart.
COMMON = 20


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
    """Compares only resources that share an uncommon value, so that the effort grows with their number."""
    holders: dict[tuple[str, str], list[int]] = defaultdict(list)
    for number, change in enumerate(created):
        for pair in _telling(change.after, change):
            holders[pair].append(number)
    for old in deleted:
        pairs = [(name, _text(value)) for name, value in old.before.items()]
        near = {n for pair in pairs for n in _few(holders.get(pair, []))}
        if not near and len(created) <= COMMON:
            near = set(range(len(created)))
        for number in sorted(near):
            rename = _compare(old, created[number])
            if rename:
                yield rename


def _few(numbers: list[int]) -> list[int]:
    return numbers if len(numbers) <= COMMON else []


def _telling(values: dict[str, Any], change: Change) -> list[tuple[str, str]]:
    """Attributes that set this resource apart: known and given, no switches, no tags."""
    return [
        (name, _text(value))
        for name, value in values.items()
        if value not in (None, "", 0, [], {})
        and not isinstance(value, bool)
        and name not in ("tags", "tags_all")
        and change.new(name) is not UNKNOWN
        and name not in change.unknown
    ]


def _compare(old: Change, new: Change) -> Rename | None:
    compared = _telling(new.after, new)
    equal = sum(_text(old.before.get(name)) == text for name, text in compared)
    if equal < 1 or equal < NEARLY * len(compared):
        return None
    return Rename(old, new, equal, len(compared))


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, sort_keys=True)
