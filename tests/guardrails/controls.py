"""The evidence for auditors: which Security Hub control is met by which attribute, with the synthesized values."""

import json
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from environments.schema.names import ENVIRONMENTS
from tests.stack import Stack

CONTROLS: dict[str, dict[str, dict[str, Any]]] = tomllib.loads(Path(__file__).with_suffix(".toml").read_text())
# A part of a path, and what the block there must match: `aws_vpc_endpoint[service_name=*.ecr.api]`.
PART = re.compile(r"([^.\[\]]+)(?:\[([^\]]+)\])?")
SHOWN = 3  # values in a cell; of more, the number is told
PAGE = """\
# Security controls

Of the {all} Security Hub controls for the services in use, {met} are met, {absent} are about resources that no stack
has, and {unmet} are not met, each with its reason. FSBP is AWS Foundational Security Best Practices, PCI is
PCI DSS 4.0.1, NIST is NIST SP 800-53 where it stands alone. The values are what was synthesized; the test in the
last column fails when one of them is weakened.

This page is generated from `tests/guardrails/controls.toml`, and a test holds it current:

    python -m pytest tests/guardrails/test_controls.py --update-snapshots

## Met

{met_table}

¹ With an exception:

{exceptions}

## About resources that no stack has

{absent_table}

## Not met

{unmet_table}
"""


def evidence(stacks: Mapping[str, Stack], environment: str, path: str) -> list[Any]:
    """Every value at the path in an environment's workspace and foundation; None where the attribute is not set."""
    (type_, condition), *parts = PART.findall(path)
    both = (stacks[f"payments-{environment}"], stacks[f"payments-foundation-{environment}"])
    resources = [attributes for stack in both for attributes in stack.all(type_).values()]
    return [v for resource in resources if _matches(resource, condition) for v in _values(resource, parts)]


def document(stacks: Mapping[str, Stack], held_by: Mapping[str, list[str]]) -> str:
    """docs/controls.md."""
    met, absent, unmet = (CONTROLS[section] for section in ("met", "absent", "unmet"))
    about = ("control", "standard", "what")
    return PAGE.format(
        all=len(met) + len(absent) + len(unmet),
        met=len(met),
        absent=len(absent),
        unmet=len(unmet),
        met_table=_table(*about, "attribute", *ENVIRONMENTS, "held by", rows=_met(stacks, held_by)),
        exceptions="\n".join(f"- {control}: {row['except']}" for control, row in met.items() if "except" in row),
        absent_table=_table(
            *about,
            "resource",
            rows=([c, row["standards"], row["what"], f"`{row['by']}`"] for c, row in absent.items()),
        ),
        unmet_table=_table(
            *about, "why", rows=([c, row["standards"], row["what"], row["why"]] for c, row in unmet.items())
        ),
    )


def _values(value: Any, parts: list[tuple[str, str]]) -> Iterator[Any]:
    if isinstance(value, str) and parts and value[:1] in ("{", "["):
        value = json.loads(value)
    if isinstance(value, list):
        for item in value:
            yield from _values(item, parts)
    elif not parts:
        yield value
    elif isinstance(value, dict):
        (name, condition), *rest = parts
        found = value.get(name)
        if condition and isinstance(found, list):
            found = [item for item in found if _matches(item, condition)]
        yield from [None] if found is None else _values(found, rest)


def _matches(block: dict[str, Any], condition: str) -> bool:
    key, equals, pattern = condition.partition("=")
    return not condition or (key in block and (not equals or fnmatchcase(str(block[key]), pattern)))


def _cell(values: list[Any]) -> str:
    told = sorted({_told(value) for value in values if value is not None})
    if not told:
        return "not set" if values else "—"
    return ", ".join(told) if len(told) <= SHOWN else f"{', '.join(told[:SHOWN])} and {len(told) - SHOWN} more"


def _told(value: Any) -> str:
    reference = re.fullmatch(r"\$\{(?:data\.)?\w+\.([\w-]+)\.\w+\}", str(value))
    return f"`{reference[1] if reference else json.dumps(value).strip(chr(34))}`"


def _met(stacks: Mapping[str, Stack], held_by: Mapping[str, list[str]]) -> Iterator[list[str]]:
    for control, about in CONTROLS["met"].items():
        cells = [_cell(evidence(stacks, environment, about["by"])) for environment in ENVIRONMENTS]
        tests = "<br>".join(_link(test) for test in held_by[control])
        mark = " ¹" if "except" in about else ""
        yield [f"{control}{mark}", about["standards"], about["what"], f"`{about['by']}`", *cells, tests]


def _table(*headings: str, rows: Iterable[list[str]]) -> str:
    lines = [list(headings), ["---"] * len(headings), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _link(test: str) -> str:
    module, _, name = test.partition("::")
    return f"[{name}](../tests/guardrails/{module}.py)"
