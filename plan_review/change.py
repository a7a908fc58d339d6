"""One planned change of one resource, with before, after and what is unknown at a path."""

from dataclasses import dataclass
from enum import Enum
from functools import cached_property, lru_cache
from typing import Any, Final, Literal

from plan_review.plan import ACTIONS, ResourceChange


class Unknown(Enum):
    """The value of a path that is known only after apply."""

    UNKNOWN = "known after apply"


UNKNOWN: Final = Unknown.UNKNOWN

Word = Literal["no-op", "read", "create", "change", "destroy", "forget", "replace"]


@lru_cache(maxsize=4096)
def _parts(path: str) -> tuple[str, ...]:
    return tuple(path.split("."))


@dataclass(frozen=True, eq=False)
class Change:
    """A resource before and after; paths are dotted, blocks by index: `versioning_configuration.0.status`."""

    resource: ResourceChange

    @cached_property
    def address(self) -> str:
        return self.resource.address

    @cached_property
    def type(self) -> str:
        return self.resource.type

    @cached_property
    def action(self) -> Word:
        word: Any = ACTIONS[self.resource.change.actions]
        return word  # type: ignore[no-any-return]

    @property
    def changes_something(self) -> bool:
        """Whether an apply touches the resource, or its entry in the state."""
        if self.resource.mode == "data":
            return False
        return self.action not in ("no-op", "read") or self.moved_from is not None or self.imported

    @property
    def moved_from(self) -> str | None:
        previous = self.resource.previous_address
        return previous if previous != self.address else None

    @property
    def imported(self) -> bool:
        return self.resource.change.importing is not None

    @property
    def removes(self) -> bool:
        """The object that exists now will be gone; left-over deposed objects don't count."""
        return self.action in ("destroy", "replace") and self.resource.deposed is None

    @property
    def order(self) -> str:
        """For a replacement, what comes first; empty otherwise."""
        if self.action != "replace":
            return ""
        return "destroy first, gap" if self.resource.change.actions[0] == "delete" else "create first, overlap"

    @property
    def exists_before(self) -> bool:
        return self.resource.change.before is not None

    @property
    def exists_after(self) -> bool:
        """Also when all of it is known only after apply, and `after` therefore empty."""
        return self.resource.change.after is not None

    @cached_property
    def before(self) -> dict[str, Any]:
        return self.resource.change.before or {}

    @cached_property
    def after(self) -> dict[str, Any]:
        return self.resource.change.after or {}

    def old(self, path: str) -> Any:
        """The value before, or None."""
        if "." not in path:  # nearly always, and three times as fast
            return self.before.get(path)
        return _at(self.resource.change.before, False, path)

    def new(self, path: str) -> Any:
        """The value after; UNKNOWN when it, or something around it, is known only after apply."""
        return _at(self.resource.change.after, self.resource.change.after_unknown, path)

    def either(self, path: str) -> Any:
        """The value after, or before when the resource goes away."""
        return self.new(path) if self.exists_after else self.old(path)

    def differs(self, path: str) -> bool:
        return bool(self.old(path) != self.new(path))

    def sensitive(self, path: str) -> bool:
        """Whether Terraform marks the path, or something around or inside it, as sensitive on either side."""
        change = self.resource.change
        return _masked(change.before_sensitive, path) or _masked(change.after_sensitive, path)

    @cached_property
    def changed(self) -> tuple[str, ...]:
        """Top-level attributes that differ in what is known of them."""
        if self.action not in ("change", "replace"):
            return ()
        before, after, mask = self.before, self.after, self.resource.change.after_unknown
        differing = (name for name in sorted(before.keys() | after.keys()) if before.get(name) != after.get(name))
        return tuple(name for name in differing if _differ(before.get(name), after.get(name), part_of(mask, name)))

    @cached_property
    def unknown(self) -> frozenset[str]:
        """Top-level attributes that are, or contain, something known only after apply."""
        mask = self.resource.change.after_unknown
        if isinstance(mask, dict):
            return frozenset(name for name, part in mask.items() if marked(part))
        return frozenset(self.after) if mask is True else frozenset()

    @cached_property
    def touched(self) -> frozenset[str]:
        """Top-level attributes that differ, or may after apply."""
        return self.unknown.union(self.changed)

    def touches(self, path: str) -> bool:
        """Whether the value at `path` may be another after the apply."""
        return path.partition(".")[0] in self.touched

    @cached_property
    def replace_causes(self) -> tuple[str, ...]:
        """The paths that force a replacement."""
        return tuple(".".join(map(str, path)) for path in self.resource.change.replace_paths)


def _at(value: Any, mask: Any, path: str) -> Any:
    for part in _parts(path):
        if mask is True:
            return UNKNOWN
        if isinstance(value, list):
            index = int(part) if part.isdigit() else len(value)
            value = value[index] if index < len(value) else None
            mask = mask[index] if isinstance(mask, list) and index < len(mask) else False
        else:
            value = value.get(part) if isinstance(value, dict) else None
            mask = mask.get(part, False) if isinstance(mask, dict) else False
    return UNKNOWN if mask is True else value


def part_of(mask: Any, name: str) -> Any:
    """The mask of one member of an object."""
    return mask.get(name, False) if isinstance(mask, dict) else mask


def known(value: Any, mask: Any) -> Any:
    """The value without the parts that `mask` says are known only after apply."""
    if mask is True:
        return None
    if isinstance(value, dict) and isinstance(mask, dict):
        return {key: known(item, part_of(mask, key)) for key, item in value.items() if mask.get(key) is not True}
    if isinstance(value, list) and isinstance(mask, list):
        return [known(item, mask[i] if i < len(mask) else False) for i, item in enumerate(value)]
    return value


def _differ(before: Any, after: Any, mask: Any) -> bool:
    return mask is not True and bool(known(before, mask) != known(after, mask))


def _masked(mask: Any, path: str) -> bool:
    for part in _parts(path):
        if mask is True:
            return True
        if isinstance(mask, list):
            mask = mask[int(part)] if part.isdigit() and int(part) < len(mask) else False
        else:
            mask = mask.get(part, False) if isinstance(mask, dict) else False
    return marked(mask)


def marked(mask: Any) -> bool:
    """Whether a mask holds True anywhere; masks are shallow, so plain recursion does."""
    if isinstance(mask, dict):
        return any(marked(part) for part in mask.values())
    if isinstance(mask, list):
        return any(marked(part) for part in mask)
    return mask is True
