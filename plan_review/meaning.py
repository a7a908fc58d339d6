"""What a plan means, as digests: equal for two plans of the same change, different for any other change.

Left out are timestamps, order, resources that the apply does not touch, values that only AWS computes, and the form of
JSON inside strings. A value known only after apply counts as the expression that it will come from.
"""

import hashlib
import json
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from plan_review import digest, values
from plan_review.change import Change
from plan_review.plan import ValueChange
from plan_review.stack import Stack

# What identifies an object that goes away; the rest of its attributes may move by themselves until then.
IDENTITY = ("id", "arn")
OUTPUTS = "outputs"
SENSITIVE = "sensitive values"
# scrypt's cost: 16 MiB and about 50 ms, so that a short secret can't be guessed from a published fingerprint.
SCRYPT = {"n": 1 << 14, "r": 8, "p": 1}


@dataclass(frozen=True, eq=False)
class Meaning:
    """One plan's meaning; `parts` maps addresses, as they may be shown, and two names of ours to digests."""

    stack: Stack

    @cached_property
    def parts(self) -> dict[str, str]:
        secrets: dict[str, Any] = {}
        parts: dict[str, str] = {}
        for change in self.stack.changes:
            name = values.address(change.address)
            content = digest.of_json(self._of_change(change, secrets))
            # Hidden instance keys, and left-overs that differ by a random key alone, share a name and count together.
            parts[name] = digest.of_json([parts[name], content]) if name in parts else content
        outputs = self._of_outputs(secrets)
        if outputs:
            parts[OUTPUTS] = digest.of_json(outputs)
        if secrets:
            text = json.dumps(secrets, sort_keys=True).encode()
            parts[SENSITIVE] = hashlib.scrypt(text, salt=b"planreview/v1", dklen=32, **SCRYPT).hex()
        return parts

    @property
    def fingerprint(self) -> str:
        """One digest over all parts and the stack's name."""
        return digest.of_json([self.stack.name, self.parts])

    def _of_change(self, change: Change, secrets: dict[str, Any]) -> dict[str, Any]:
        resource = change.resource
        content: dict[str, Any] = {}
        if change.action in ("destroy", "forget"):
            content = {name: change.old(name) for name in IDENTITY}
        elif change.action in ("create", "change", "replace"):
            content = self._differences(change.address, resource.change, secrets)
        return {
            "address": change.address,
            "deposed": resource.deposed is not None,
            "actions": list(resource.change.actions),
            "type": resource.type,
            "provider": resource.provider_name,
            "from": change.moved_from,
            "importing": resource.change.importing.id if resource.change.importing else None,
            "replace_paths": sorted(resource.change.replace_paths, key=str),
            "values": content,
        }

    def _differences(self, address: str, change: ValueChange, secrets: dict[str, Any]) -> dict[str, Any]:
        before, after, unknown = change.before or {}, change.after or {}, change.after_unknown
        found: dict[str, Any] = {}
        for name in sorted(before.keys() | after.keys() | (unknown.keys() if isinstance(unknown, dict) else set())):
            mask = _part(unknown, name)
            old, new = _known(before.get(name), mask), _known(after.get(name), mask)
            expression = self.stack.plan.expressions.get(address.partition("[")[0], {}).get(name) if mask else None
            if old == new and expression is None:
                continue
            marks = (_part(change.before_sensitive, name), _part(change.after_sensitive, name))
            if any(_any(mark) for mark in marks):
                secrets[f"{address}.{name}"] = [old, new]
                found[name] = {"sensitive": True, "expression": expression}
            else:
                found[name] = {"old": old, "new": new, "expression": expression}
        return found

    def _of_outputs(self, secrets: dict[str, Any]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for name, change in sorted(self.stack.plan.output_changes.items()):
            if change.actions in (("no-op",), ("read",)):
                continue
            sides = [_known(change.before, False), _known(change.after, change.after_unknown)]
            if _any(change.before_sensitive) or _any(change.after_sensitive):
                secrets[f"output.{name}"] = sides
                sides = []
            found[name] = [list(change.actions), *sides]
        return found


def _part(mask: Any, name: str) -> Any:
    return mask.get(name, False) if isinstance(mask, dict) else mask


def _any(mask: Any) -> bool:
    if isinstance(mask, dict):
        return any(map(_any, mask.values()))
    return any(map(_any, mask)) if isinstance(mask, list) else mask is True


def _known(value: Any, mask: Any) -> Any:
    """The value without what is known only after apply, JSON in strings in one form."""
    if mask is True:
        return None
    if isinstance(value, dict):
        return {k: _known(v, _part(mask, k)) for k, v in value.items() if _part(mask, k) is not True}
    if isinstance(value, list):
        masks = mask if isinstance(mask, list) else []
        return [_known(v, masks[i] if i < len(masks) else False) for i, v in enumerate(value)]
    if isinstance(value, str) and value[:1] in ("{", "["):
        try:
            return {"json": json.loads(value)}
        except (ValueError, RecursionError):
            return value
    return value
