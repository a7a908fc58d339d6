"""A guardrail: a rule over one stack's JSON, and the changes of that JSON that it must catch."""

import json
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pytest

from tests.conftest import STACKS
from tests.stack import Attributes, Stack, listed, statements

# What is wrong: the address of a block and a sentence.
Offences = Iterator[tuple[str, str]]
Rule = Callable[[Stack], Offences]
Change = Callable[[Stack], None]

FOUNDATIONS = tuple(name for name in STACKS if "-foundation-" in name)
WORKSPACES = tuple(name for name in STACKS if name not in FOUNDATIONS)
# The workspaces that must survive a mistake; the others are made to be thrown away.
PROTECTED = ("payments-staging", "payments-prod")
PROD = ("payments-prod",)

# Security Hub control -> the tests that hold it; filled as the test modules are imported, read by controls.py.
HELD_BY: dict[str, list[str]] = {}


def guardrail(
    *speaks_of: str, broken_by: Sequence[Change], on: Sequence[str] = WORKSPACES, meets: str = ""
) -> Callable[[Rule], Callable[..., None]]:
    """Makes a rule a test of every stack in `on`.

    The test fails when a stack has no block that the rule `speaks_of` (`aws_vpc`, `data.aws_ecr_image`,
    `terraform.backend`), when the rule finds an offence, and when it finds none after one of the changes in
    `broken_by`. `meets` names Security Hub controls that the rule stands for, separated by spaces.
    """

    def test_of(rule: Rule) -> Callable[..., None]:
        @pytest.mark.parametrize("name", on)
        def test(stacks: dict[str, Stack], name: str) -> None:
            stack = stacks[name]
            for path in speaks_of:
                assert _block(stack, path), f"{name} has no {path}: the rule would hold of nothing"
            found = sorted(set(rule(stack)))
            assert not found, "\n".join([str(rule.__doc__), *(f"{name}: {where}: {what}" for where, what in found)])
            for number, apply in enumerate(broken_by, 1):
                broken = stack.changed()
                apply(broken)
                assert broken.module != stack.module, f"{name}: change {number} changes nothing"
                assert list(rule(broken)), f"{name}: change {number} of {len(broken_by)} is not caught: {rule.__doc__}"

        test.__doc__ = rule.__doc__
        for control in meets.split():
            HELD_BY.setdefault(control, []).append(f"{rule.__module__.rpartition('.')[2]}::{rule.__name__}")
        return test

    return test_of


def _block(stack: Stack, path: str) -> Any:
    block: Any = stack.module if path.partition(".")[0] in stack.module else stack.module["resource"]
    for part in path.split("."):
        block = block.get(part, {})
    return block


def each(stack: Stack, *types: str) -> Iterator[tuple[str, Attributes]]:
    """Every resource of the types as (address, attributes)."""
    for type_ in types:
        for id_, attributes in stack.all(type_).items():
            yield f"{type_}.{id_}", attributes


def wrong(stack: Stack, type_: str, **expected: Any) -> Offences:
    """An offence for each resource of the type whose attribute is not as expected."""
    for address, attributes in each(stack, type_):
        for key, value in expected.items():
            if attributes.get(key) != value:
                yield address, f"{key} is {attributes.get(key)!r}, not {value!r}"


def points_to(reference: str, address: str) -> bool:
    """Whether a value is an expression that reads the resource."""
    return f"${{{address}." in reference


def policies(stack: Stack) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every statement of every policy document as (address, statement), trust policies included."""
    for type_, id_, attributes in stack.each():
        for key in ("policy", "assume_role_policy"):
            if str(attributes.get(key, "")).startswith('{"Version"'):
                yield from ((f"{type_}.{id_}", statement) for statement in statements(attributes[key]))


def actions(statement: dict[str, Any]) -> list[str]:
    return listed(statement.get("Action", []))


# Changes


def change(type_: str, id_part: str = "", /, **values: Any) -> Change:
    """Sets attributes of the first resource of the type; None takes an attribute away."""

    def apply(stack: Stack) -> None:
        attributes = _first(stack, type_, id_part)
        for key, value in values.items():
            if value is None:
                del attributes[key]
            else:
                attributes[key] = value

    return apply


def edit(type_: str, how: Callable[[Attributes], Any], id_part: str = "") -> Change:
    """Calls `how` with the attributes of the first resource of the type."""
    return lambda stack: how(_first(stack, type_, id_part))


def edit_json(type_: str, key: str, how: Callable[[Any], Any], id_part: str = "") -> Change:
    """Calls `how` with the parsed JSON of an attribute, and writes it back."""

    def apply(stack: Stack) -> None:
        attributes = _first(stack, type_, id_part)
        document = json.loads(attributes[key])
        how(document)
        attributes[key] = json.dumps(document)

    return apply


def edit_statement(type_: str, how: Callable[[dict[str, Any]], Any], id_part: str = "", sid: str = "") -> Change:
    """Calls `how` with the first statement of a policy, or with the one that has the Sid."""
    key = "assume_role_policy" if type_ == "aws_iam_role" else "policy"
    return edit_json(type_, key, lambda document: how(_statement(document, sid)), id_part)


def remove(type_: str, id_part: str = "") -> Change:
    """Takes away the first resource of the type."""

    def apply(stack: Stack) -> None:
        first = _first(stack, type_, id_part)
        resources = stack.all(type_)
        del resources[next(id_ for id_, attributes in resources.items() if attributes is first)]

    return apply


def add(type_: str, **attributes: Any) -> Change:
    """Adds a resource of the type."""
    return lambda stack: stack.module["resource"].setdefault(type_, {}).update(Added=attributes)


def edit_module(how: Callable[[dict[str, Any]], Any]) -> Change:
    """Calls `how` with the whole JSON, for what is no resource."""
    return lambda stack: how(stack.module)


def _first(stack: Stack, type_: str, id_part: str) -> Attributes:
    found = [value for key, value in stack.all(type_).items() if id_part.lower() in key.lower()]
    assert found, f"{stack.name} has no {type_} with {id_part!r} to change"
    return found[0]


def _statement(document: Any, sid: str) -> Any:
    found = [statement for statement in document["Statement"] if not sid or statement.get("Sid") == sid]
    assert found, f"there is no statement {sid!r} to change"
    return found[0]
