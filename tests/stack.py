"""A synthesized stack as tests read it."""

import copy
import json
from collections.abc import Iterator
from typing import Any

Attributes = dict[str, Any]


class Stack:
    """The JSON of one stack, with the questions that tests ask of it."""

    def __init__(self, name: str, module: dict[str, Any]) -> None:
        self.name = name
        self.module = module

    @property
    def is_foundation(self) -> bool:
        return "-foundation-" in self.name

    @property
    def environment(self) -> str:
        """dev, staging or prod, whether the stack is a workspace, a copy or a foundation."""
        return next(part for part in self.name.split("-") if part in ("dev", "staging", "prod"))

    @property
    def is_copy(self) -> bool:
        return not self.is_foundation and self.name != f"payments-{self.environment}"

    def all(self, type_: str) -> dict[str, Attributes]:
        """Resources of a type by logical id; empty when there are none."""
        found: dict[str, Attributes] = self.module.get("resource", {}).get(type_, {})
        return found

    def data(self, type_: str) -> dict[str, Attributes]:
        found: dict[str, Attributes] = self.module.get("data", {}).get(type_, {})
        return found

    def one(self, type_: str, id_part: str = "") -> Attributes:
        """The only resource of a type whose logical id contains `id_part`; AssertionError unless there is one."""
        found = {key: value for key, value in self.all(type_).items() if id_part.lower() in key.lower()}
        assert len(found) == 1, f"{self.name}: {len(found)} of {type_} with {id_part!r}: {sorted(found)}"
        return next(iter(found.values()))

    def each(self) -> Iterator[tuple[str, str, Attributes]]:
        """Every resource as (type, logical id, attributes)."""
        for type_, instances in self.module.get("resource", {}).items():
            for id_, attributes in instances.items():
                yield type_, id_, attributes

    def changed(self) -> "Stack":
        """A deep copy, to be broken on purpose."""
        return Stack(self.name, copy.deepcopy(self.module))


def statements(policy: str) -> list[dict[str, Any]]:
    """The statements of a policy document."""
    found: list[dict[str, Any]] = json.loads(policy)["Statement"]
    return found


def listed(value: str | list[str]) -> list[str]:
    """IAM's "one or many" as a list."""
    return [value] if isinstance(value, str) else value
