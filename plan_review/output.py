"""The last gate: a finished text leaves only when nothing in it looks like a secret, and only as a whole."""

import os
import tempfile
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

from plan_review.errors import CannotReview
from plan_review.plan import ResourceChange, ValueChange
from plan_review.secret_shapes import SHORTEST, leaks
from plan_review.stack import Stack


def secrets_of(stack: Stack) -> frozenset[str]:
    """Every text that the plan marks as sensitive and that nobody could take for a word."""
    found: set[str] = set()
    resources: list[ResourceChange] = [*stack.plan.resource_changes, *stack.plan.resource_drift]
    for change in (*(resource.change for resource in resources), *stack.plan.output_changes.values()):
        found.update(_of_change(change))
    return frozenset(text for text in found if len(text) >= SHORTEST and not text.replace("_", "").isalpha())


def _of_change(change: ValueChange) -> Iterator[str]:
    yield from _marked(change.before, change.before_sensitive)
    yield from _marked(change.after, change.after_sensitive)


def _marked(value: Any, mask: Any) -> Iterator[str]:
    if mask is True:
        yield from _texts(value)
    elif isinstance(mask, dict) and isinstance(value, dict):
        for key, part in mask.items():
            yield from _marked(value.get(key), part)
    elif isinstance(mask, list) and isinstance(value, list):
        for item, part in zip(value, mask, strict=False):
            yield from _marked(item, part)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, item in value.items():
            yield key
            yield from _texts(item)
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item)


def refuse_leaks(name: str, text: str, secrets: Collection[str], own: Collection[str]) -> None:
    """Raises CannotReview when `text` gives something away; the message doesn't repeat it."""
    found = next(leaks(text, secrets=secrets, own=own), None)
    if found:
        raise CannotReview(f"the {name} is not written: it would show {found}")


def write(path: Path, text: str) -> None:
    """Writes the file in one step, so that nobody reads half of it."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile("w", dir=path.parent, delete=False, encoding="utf-8") as file:
            file.write(text)
        Path(file.name).chmod(0o644)
        os.replace(file.name, path)
    except OSError as error:
        raise CannotReview(f"{path}: cannot be written: {error.strerror}") from None
