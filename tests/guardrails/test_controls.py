"""docs/controls.md: the evidence is generated, current, and held by guardrails."""

import importlib
from pathlib import Path

import pytest

from environments.schema.names import ENVIRONMENTS
from tests.guardrails.controls import CONTROLS, document, evidence
from tests.guardrails.guardrail import HELD_BY
from tests.stack import Stack

HERE = Path(__file__).parent
PAGE = HERE.parents[1] / "docs" / "controls.md"

for module in sorted(HERE.glob("test_*.py")):
    importlib.import_module(f"{__package__}.{module.stem}")


def test_every_met_control_is_held_by_a_guardrail() -> None:
    assert set(CONTROLS["met"]) == set(HELD_BY)


@pytest.mark.parametrize("control", CONTROLS["met"])
def test_evidence_exists(stacks: dict[str, Stack], control: str) -> None:
    for environment in ENVIRONMENTS:
        path = CONTROLS["met"][control]["by"]
        assert evidence(stacks, environment, path), f"payments-{environment} has nothing at {path}"


@pytest.mark.parametrize("control", CONTROLS["absent"])
def test_absent_resources_are_absent(stacks: dict[str, Stack], control: str) -> None:
    for environment in ENVIRONMENTS:
        path = CONTROLS["absent"][control]["by"]
        assert not evidence(stacks, environment, path), f"payments-{environment} has {path} now: meet {control}"


def test_page_is_current(stacks: dict[str, Stack], request: pytest.FixtureRequest) -> None:
    text = document(stacks, {control: sorted(tests) for control, tests in HELD_BY.items()})
    if request.config.getoption("--update-snapshots"):
        PAGE.write_text(text)
    assert PAGE.exists() and text == PAGE.read_text(), "docs/controls.md is not current: run `make snapshots`"
