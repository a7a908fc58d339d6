"""What an attribute is, told by the provider that the bench runs and by the bindings of the one that is shipped."""

import importlib
import inspect
import typing
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from types import UnionType
from typing import Any

# Terraform's own arguments, the same for every resource.
META = {"//", "depends_on", "lifecycle", "provider", "timeouts", "count", "for_each"}


@dataclass(frozen=True)
class Meaning:
    """`kind` is string, number, bool, map, `list of <kind>`, block or blocks."""

    kind: str
    required: bool


@dataclass(frozen=True)
class Attribute:
    """One attribute that a stack sets: `section` is resource or data, `path` leads through its blocks."""

    section: str
    type: str
    path: tuple[str, ...]

    def __str__(self) -> str:
        return f"{'data.' if self.section == 'data' else ''}{self.type}.{'.'.join(self.path)}"


def used(module: dict[str, Any]) -> Iterator[Attribute]:
    """Every attribute that a synthesized module sets, once or more."""
    for section in ("resource", "data"):
        for type_, instances in module.get(section, {}).items():
            for body in instances.values():
                for path in _paths(body):
                    yield Attribute(section, type_, path)


def _paths(body: dict[str, Any], above: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    for name, value in body.items():
        if not above and name in META:
            continue
        yield (*above, name)
        for block in value if isinstance(value, list) else [value]:
            if isinstance(block, dict):
                yield from _paths(block, (*above, name))


def of_the_provider(schema: dict[str, Any], attribute: Attribute) -> Meaning | None:
    """From `terraform providers schema -json`; None when the provider does not know it, or it is a key of a map."""
    section = "resource_schemas" if attribute.section == "resource" else "data_source_schemas"
    block = schema[section].get(attribute.type, {}).get("block")
    found: Meaning | None = None
    for name in attribute.path:
        if block is None:
            return None
        if name in block.get("attributes", {}):
            one = block["attributes"][name]
            if "nested_type" in one:
                found, block = Meaning("blocks", one.get("required", False)), one["nested_type"]
            else:
                found, block = Meaning(_kind(one["type"]), one.get("required", False)), None
        elif name in block.get("block_types", {}):
            one = block["block_types"][name]
            single = one["nesting_mode"] == "single" or one.get("max_items") == 1
            found = Meaning("block" if single else "blocks", one.get("min_items", 0) > 0)
            block = one["block"]
        else:
            return None
    return found


def is_deprecated(schema: dict[str, Any], attribute: Attribute) -> bool:
    section = "resource_schemas" if attribute.section == "resource" else "data_source_schemas"
    block = schema[section][attribute.type]["block"]
    return bool(block.get("attributes", {}).get(attribute.path[0], {}).get("deprecated"))


def _kind(type_: Any) -> str:
    if isinstance(type_, str):
        return type_
    outer, inner = type_
    if outer == "map":
        return "map"
    return "blocks" if isinstance(inner, list) and inner[0] == "object" else f"list of {_kind(inner)}"


def of_the_bindings(attribute: Attribute) -> Meaning | None:
    """From the signatures of the generated classes; None when they do not know it, or it is a key of a map."""
    prefix = "data_" if attribute.section == "data" else ""
    name = attribute.type if prefix else attribute.type.removeprefix("aws_")
    module = importlib.import_module(f"cdktf_cdktf_provider_aws.{prefix}{name}")
    class_ = next(
        one
        for title, one in vars(module).items()
        if title.endswith(("Config", "ConfigA")) and "depends_on" in inspect.signature(one.__init__).parameters
    )
    found: Meaning | None = None
    for step in attribute.path:
        parameter = inspect.signature(class_.__init__).parameters.get(step) if class_ else None
        if parameter is None:
            return None
        hint = typing.get_type_hints(class_.__init__)[step]
        kind, class_ = _of_hint(hint)
        found = Meaning(kind, parameter.default is inspect.Parameter.empty)
    return found


def _of_hint(hint: Any) -> tuple[str, Any]:
    """A kind, and the class of its blocks if it has some."""
    options = typing.get_args(hint) if typing.get_origin(hint) in (typing.Union, UnionType) else (hint,)
    for option in options:
        origin, arguments = typing.get_origin(option), typing.get_args(option)
        if option is str:
            return "string", None
        if option is bool:
            return "bool", None
        if option in (int, float):
            return "number", None
        if hasattr(option, "__jsii_name_mapping__"):
            return "block", option
        if origin is not None and issubclass(origin, Sequence):
            kind, class_ = _of_hint(arguments[0])
            return ("blocks", class_) if class_ else (f"list of {kind}", None)
        if origin is not None and arguments[-1] is str:
            return "map", None
    return "unknown", None
