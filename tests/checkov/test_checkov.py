"""checkov's checks hold on every stack, and no skip outlives its need."""

import tomllib
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import pytest

from tests.checkov.conftest import BROKEN, Report
from tests.stack import Stack

SKIPS: list[dict[str, Any]] = tomllib.loads((Path(__file__).parent / "skips.toml").read_text())["skip"]


def skips(skip: dict[str, Any], check: str, stack: str, resource: str) -> bool:
    return (
        check == skip["check"]
        and any(fnmatchcase(stack, pattern) for pattern in skip["stacks"])
        and any(fnmatchcase(resource, pattern) for pattern in skip["resources"])
    )


def test_no_check_fails(report: Report) -> None:
    real = [found for found in sorted(report.failed) if found[1] != BROKEN]
    left = [found for found in real if not any(skips(skip, *found) for skip in SKIPS)]
    assert not left, "\n".join(f"{stack}: {resource} fails {check}" for check, stack, resource in left)


def test_every_stack_was_read(report: Report, stacks: dict[str, Stack]) -> None:
    """No failed check means nothing where checkov could not read the file, or asked little of it."""
    assert not report.parsing_errors
    for name, stack in stacks.items():
        asked = {check for check, where, _ in report.passed | report.failed if where == name}
        assert len(asked) >= (30 if stack.is_foundation else 90), f"{name}: only {len(asked)} different checks"


def test_defects_are_found(report: Report) -> None:
    """The broken stack has a public database and no flow logs."""
    assert ("CKV_AWS_17", BROKEN, "database_1") in report.failed
    assert any(check == "CKV2_AWS_11" and stack == BROKEN for check, stack, _ in report.failed)


@pytest.mark.parametrize("skip", SKIPS, ids=lambda skip: str(skip["check"]))
def test_every_skip_is_needed(report: Report, skip: dict[str, Any]) -> None:
    used = [found for found in report.failed if found[1] != BROKEN and skips(skip, *found)]
    for stack in skip["stacks"]:
        assert any(fnmatchcase(found[1], stack) for found in used), f"no stack {stack} needs this skip any more"
    for resource in skip["resources"]:
        assert any(fnmatchcase(found[2], resource) for found in used), f"no {resource} needs this skip any more"


@pytest.mark.parametrize("skip", SKIPS, ids=lambda skip: str(skip["check"]))
def test_every_skip_has_a_reason(skip: dict[str, Any]) -> None:
    assert set(skip) == {"check", "stacks", "resources", "reason"}
    assert len(skip["reason"].split()) >= 8 and skip["reason"].endswith("."), "say why in a sentence"
