"""What a plan means, as digests: equal for two plans of the same change, different for any other change.

Left out are timestamps, order, resources that the apply does not touch, values that only AWS computes, old values that
say nothing, and the form of JSON inside strings. A value known only after apply counts as the expression that it will
come from.
"""

import hashlib
import json
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from plan_review import digest, values
from plan_review.blanks import ANYTHING, filled, same
from plan_review.change import Change, known, marked, part_of
from plan_review.stack import Stack

# What identifies an object that goes away; the rest of its attributes may move by themselves until then.
IDENTITY = ("id", "arn")
# A resource's own tags, and these with the provider's. When one of the provider's changes, a refresh takes its old
# value for one of the resource's own, so that only all of them are the same with a refresh and without.
OWN_TAGS, ALL_TAGS = "tags", "tags_all"
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
            content = self._differences(change, secrets)
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

    def _differences(self, change: Change, secrets: dict[str, Any]) -> dict[str, Any]:
        """Each attribute that differs or may after apply, by name."""
        before, after, sides = change.before, change.after, change.resource.change
        configured = self.stack.plan.expressions.get(change.address.partition("[")[0])
        found: dict[str, Any] = {}
        named = change.touched if change.exists_before else change.unknown.union(after)
        if ALL_TAGS in named and ALL_TAGS not in change.unknown:
            named -= {OWN_TAGS}
        for name in sorted(named):
            mask = part_of(sides.after_unknown, name)
            old, new = _known(before.get(name), mask), _known(after.get(name), mask)
            written = ANYTHING if configured is None else configured.get(name)
            expression = written if mask and configured else None
            if same(old, new, written) and expression is None:
                continue
            old = filled(old)
            marks = (part_of(sides.before_sensitive, name), part_of(sides.after_sensitive, name))
            if any(map(marked, marks)):
                secrets[f"{change.address}.{name}"] = [old, new]
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
            if marked(change.before_sensitive) or marked(change.after_sensitive):
                secrets[f"output.{name}"] = sides
                sides = []
            found[name] = [list(change.actions), *sides]
        return found


def _in_one_form(value: Any) -> Any:
    """JSON inside strings as what it means."""
    if isinstance(value, dict):
        return {key: _in_one_form(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_in_one_form(item) for item in value]
    if isinstance(value, str) and value[:1] in ("{", "["):
        try:
            return {"json": json.loads(value)}
        except (ValueError, RecursionError):
            return value
    return value


def _known(value: Any, mask: Any) -> Any:
    return _in_one_form(known(value, mask))
