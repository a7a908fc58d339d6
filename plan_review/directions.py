"""The directions in which a value can move, as hits."""

from collections.abc import Iterator
from typing import Any

from plan_review.change import UNKNOWN, Change
from plan_review.rule import Hit
from plan_review.tier import Tier
from plan_review.values import arrow, attribute_name


def compared(change: Change) -> bool:
    """Whether the change has two sides to compare."""
    return change.action in ("change", "replace")


def fires(change: Change, *paths: str, detail: str = "", tier: Tier | None = None) -> Hit:
    """A certain hit; its detail is the movement of each path unless given."""
    return Hit(change, detail or "; ".join(arrow(change, path) for path in paths), paths, tier=tier)


def cannot_tell(change: Change, path: str, detail: str = "", tier: Tier | None = None) -> Hit:
    """An uncertain hit: the path's value after is not known."""
    return Hit(change, detail or f"{attribute_name(path)} is known after apply", (path,), (path,), tier)


def _touched(change: Change, paths: tuple[str, ...]) -> list[str]:
    """Those of the paths that may be another after the apply; most changes touch few attributes."""
    return [path for path in paths if change.touches(path)] if change.touched else []


def turned_off(change: Change, *paths: str) -> Iterator[Hit]:
    """True before, false or gone after."""
    yield from _turned(change, paths, True)


def turned_on(change: Change, *paths: str) -> Iterator[Hit]:
    """False or unset before, true after."""
    yield from _turned(change, paths, False)


def _turned(change: Change, paths: tuple[str, ...], was: bool) -> Iterator[Hit]:
    if not compared(change):
        return
    for path in _touched(change, paths):
        if truth(change.old(path)) is not was:
            continue
        new = change.new(path)
        if new is UNKNOWN:
            yield cannot_tell(change, path)
        elif truth(new) is not was:
            yield fires(change, path)


def lowered(change: Change, *paths: str) -> Iterator[Hit]:
    """A number that falls."""
    yield from _moved(change, paths, -1)


def raised(change: Change, *paths: str) -> Iterator[Hit]:
    """A number that rises."""
    yield from _moved(change, paths, 1)


def _moved(change: Change, paths: tuple[str, ...], direction: int) -> Iterator[Hit]:
    if not compared(change):
        return
    for path in _touched(change, paths):
        old, new = number(change.old(path)), change.new(path)
        if old is None:
            continue
        if new is UNKNOWN:
            yield cannot_tell(change, path)
        elif (after := number(new)) is not None and (after - old) * direction > 0:
            yield fires(change, path)


def taken_away(change: Change, *paths: str) -> Iterator[Hit]:
    """Something before, nothing after."""
    if not compared(change):
        return
    for path in _touched(change, paths):
        if change.old(path) in (None, "", [], {}):
            continue
        new = change.new(path)
        if new is UNKNOWN:
            yield cannot_tell(change, path)
        elif new in (None, "", [], {}):
            yield fires(change, path, detail=f"{attribute_name(path)} removed")


def altered(change: Change, *paths: str) -> Iterator[Hit]:
    """Something before, anything else after."""
    if not compared(change):
        return
    for path in _touched(change, paths):
        if change.old(path) in (None, "", [], {}):
            continue
        if change.new(path) is UNKNOWN:
            yield cannot_tell(change, path)
        elif change.differs(path):
            yield fires(change, path)


def truth(value: Any) -> bool:
    """Terraform's booleans, which some attributes spell as strings."""
    return value is True or value == "true"


def number(value: Any) -> float | None:
    """A number, also when spelt as a string; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return None
    try:
        return float(value)
    except ValueError:
        return None
