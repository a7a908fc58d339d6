"""S-04: a secret stands in the open."""

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

from plan_review import values
from plan_review.change import UNKNOWN, Change
from plan_review.directions import cannot_tell
from plan_review.rule import Hit, Rule
from plan_review.secret_shapes import looks_secret
from plan_review.stack import Stack
from plan_review.tier import Tier

RULE = Rule(
    "S-04",
    Tier.BLOCK,
    what="A value in the open looks like a secret, by its name or by its form.",
    why="It is in the state, in the plan, in the console and in every log of the API call.",
    do="Store it in Secrets Manager and pass its ARN (ECS `secrets`, or read it at start); rotate it now.",
)

NAMES = re.compile(
    r"(?i)(pass(word|wd|phrase)|secret|token|api_?key|private_?key|credential|auth_?key|signing_?key|access_?key)"
)
# What such a name may hold: a reference, a switch, a number, a duration, an address without credentials.
HARMLESS = re.compile(r"(?i)(true|false|\d*|\d+(ms|s|m|h|d)|arn:[^\s]+|https?://[^\s@]+|/[a-z0-9_./-]+|\$\{[^}]+\})")
REFERENCE = re.compile(r"\$\{([^}]+)\}")
# Attributes that hold secrets.
SECRET_ATTRIBUTES = re.compile(r"random_password|\.(result|secret_string|secret_binary|auth_token|\w*password\w*)$")

# Reads the names and values out of an attribute; raises one of four errors on another shape.
Pairs = Callable[[Any], list[tuple[str, Any]]]


def check(stack: Stack) -> Iterator[Hit]:
    for change in stack.changed("aws_ecs_task_definition"):
        source = stack.source(change, "container_definitions")
        yield from _open(change, "container_definitions", _containers, source)
    for change in stack.changed("aws_lambda_function"):
        environment = stack.source(change, "environment")
        source = environment.get("variables") if isinstance(environment, dict) else None
        yield from _open(change, "environment.0.variables", lambda variables: list(variables.items()), source)
    for change in stack.changed("aws_instance", "aws_launch_template"):
        yield from _open(change, "user_data", _under(""))
    for change in stack.changed("aws_ssm_parameter"):
        if change.exists_after and change.new("type") == "String":
            yield from _open(change, "value", _under(str(change.new("name"))))


def _open(change: Change, path: str, pairs: Pairs, source: object = None) -> Iterator[Hit]:
    """Names and values at `path` that are new and look like secrets; only names are ever shown.

    A whole that is not known yet is judged by `source`, where references stand for what is missing.
    """
    if not change.exists_after:
        return
    new = change.new(path)
    if new is UNKNOWN:
        new = source
    if new is None and change.new(path) is UNKNOWN:
        yield cannot_tell(change, path)
        return
    try:
        before = set(pairs(change.old(path))) if change.old(path) else set()
        after = list(pairs(new)) if new else []
    except (ValueError, TypeError, AttributeError, LookupError):
        yield cannot_tell(change, path, "the value can't be read")
        return
    for name, value in sorted(set(after) - before, key=str):
        where = values.name(name) if name else "the value"
        if isinstance(value, str) and _secret(name, value):
            yield Hit(change, f"looks like a secret in the open: {where}", (path,))
        elif _may_become_secret(name, value):
            yield cannot_tell(change, path, f"may be a secret in the open, known after apply: {where}")


def _may_become_secret(name: str, value: object) -> bool:
    """Of a value that is known only after apply, or written as a reference."""
    if value is None:
        return NAMES.search(name) is not None
    references = REFERENCE.findall(value) if isinstance(value, str) else []
    if all(reference.endswith(("arn", ".id", ".name")) for reference in references):
        return False
    return NAMES.search(name) is not None or any(SECRET_ATTRIBUTES.search(reference) for reference in references)


def _under(name: str) -> Pairs:
    """A single text under one name."""
    return lambda text: [(name, text)]


def _secret(name: str, value: str) -> bool:
    if HARMLESS.fullmatch(value):
        return False
    return (NAMES.search(name) is not None and len(value) >= 6) or looks_secret(value)


def _containers(definitions: str) -> list[tuple[str, Any]]:
    """Environment of every container as (NAME, value)."""
    return [
        (str(variable["name"]), str(variable.get("value", "")))
        for container in json.loads(definitions)
        for variable in container.get("environment") or []
    ]
