"""Snapshots record what `App.synth()` wrote, for a person to review; guardrails explain what must hold."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.stack import Stack

SNAPSHOTS = Path(__file__).parent / "snapshots"


def readable(value: Any) -> Any:
    """Without CDKTF's `//` notes, and with policies and other JSON inside strings unfolded."""
    match value:
        case dict():
            return {key: readable(inner) for key, inner in value.items() if key != "//"}
        case list():
            return [readable(inner) for inner in value]
        case str() if value[:1] in "{[" and value[:1]:
            try:
                return {"json": readable(json.loads(value))}
            except ValueError:
                return value
        case _:
            return value


def text_of(stack: Stack) -> str:
    return json.dumps(readable(stack.module), indent=2, sort_keys=True) + "\n"


def test_stack_equals_its_snapshot(stack: Stack, request: pytest.FixtureRequest) -> None:
    path = SNAPSHOTS / f"{stack.name}.json"
    text = text_of(stack)
    if request.config.getoption("--update-snapshots"):
        path.write_text(text)
    assert path.exists(), f"no snapshot of {stack.name}: run `make snapshots`"
    assert text == path.read_text(), f"{stack.name} differs from its snapshot: run `make snapshots` and review"


def test_no_snapshot_is_left_over(stacks: dict[str, Stack]) -> None:
    assert {path.stem for path in SNAPSHOTS.glob("*.json")} == set(stacks)
