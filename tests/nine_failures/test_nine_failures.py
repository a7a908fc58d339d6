"""The record of the nine failures stays true: the edits still apply, the tests still exist, the page names them all."""

from pathlib import Path

import pytest

from tests.nine_failures.failures import NINE, TRAPS, Return

PROJECT = Path(__file__).resolve().parents[2]
RETURNS = [one for failure in NINE for one in failure.returns]


@pytest.mark.parametrize("one", RETURNS, ids=lambda one: f"{one.file}-{one.test.partition('::')[2]}")
def test_failure_can_be_put_back(one: Return) -> None:
    """`python -m tests.nine_failures` needs the text that it edits, and the test that it runs."""
    assert one.old in (PROJECT / one.file).read_text(), f"{one.file} no longer has {one.old!r}: adapt failures.py"
    file, _, name = one.test.partition("::")
    assert f"def {name.partition('[')[0]}(" in (PROJECT / file).read_text()


def test_page_lists_all_nine() -> None:
    page = (PROJECT / "docs" / "nine_failures.md").read_text()
    assert len(NINE) == 9
    for number, failure in enumerate(NINE, 1):
        assert f"| {number} | {failure.title} |" in page, "run `python -m tests.nine_failures`"
    for one in RETURNS:
        assert f"python -m pytest {one.test}\n" in page, "run `python -m tests.nine_failures`"


@pytest.mark.parametrize("test", [test for tests in TRAPS.values() for test in tests])
def test_traps_are_held_by_tests_that_exist(test: str) -> None:
    file, _, name = test.partition("::")
    assert f"def {name}(" in (PROJECT / "tests" / "guardrails" / file).read_text()
    assert f"[{name}](../tests/guardrails/{file})" in (PROJECT / "docs" / "nine_failures.md").read_text()
