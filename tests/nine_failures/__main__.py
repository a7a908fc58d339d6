"""`python -m tests.nine_failures` puts each failure back into a copy, runs its test, and records what it said."""

import difflib
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from textwrap import dedent

from tests.nine_failures.failures import NINE, TRAPS, Return

PROJECT = Path(__file__).resolve().parents[2]
PAGE = """\
# The nine failures of the earlier attempt

Each was put back into a copy of the project, its test was run, and this page was written from what the test said:

    python -m tests.nine_failures

A test holds the page to the code: an edit that no longer applies, or a test that was renamed, fails the suite.

| | failure | held by |
|---|---|---|
{table}

## Traps found later

| trap | held by |
|---|---|
{traps}

## Seen to fail

{seen}
"""


def main() -> int:
    """Exit code 1 unless every test passes now and fails with its failure put back; only then the page is written."""
    table, seen = [], []
    print("Without any failure", file=sys.stderr, flush=True)
    with _copy() as copy:
        before = _pytest(copy, *sorted({one.test for failure in NINE for one in failure.returns}))
    if before.returncode != 0:
        print(before.stdout[-3000:], file=sys.stderr)
        return 1
    for number, failure in enumerate(NINE, 1):
        table.append(f"| {number} | {failure.title} | {_links(one.test for one in failure.returns)} |")
        for one in failure.returns:
            print(f"{number}. {failure.title}: {one.file}", file=sys.stderr, flush=True)
            line = _failing_line(one)
            if line is None:
                print(f"   {one.test} does not fail", file=sys.stderr)
                return 1
            seen.append(
                f"**{number}. {failure.title}.** In `{one.file}`\n\n```diff\n{_diff(one)}\n```\n\n"
                f"    python -m pytest {one.test}\n    {line}\n"
            )
    traps = [f"| {trap} | {_links(f'tests/guardrails/{test}' for test in tests)} |" for trap, tests in TRAPS.items()]
    page = PAGE.format(table="\n".join(table), traps="\n".join(traps), seen="\n".join(seen))
    (PROJECT / "docs" / "nine_failures.md").write_text(page)
    return 0


def _links(tests: Iterable[str]) -> str:
    parts = (re.split(r"::|\[", test) for test in dict.fromkeys(tests))
    return "<br>".join(dict.fromkeys(f"[{name}](../{file})" for file, name, *_ in parts))


@contextmanager
def _copy() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "project"
        ignored = shutil.ignore_patterns(".git", ".venv*", ".*cache", "cdktf.out*", "node_modules", "__pycache__")
        shutil.copytree(PROJECT, copy, ignore=ignored)
        # The loaded bindings, so that each run starts warm.
        (copy / ".cache").symlink_to(PROJECT / ".cache")
        yield copy


def _pytest(copy: Path, *tests: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-x", *tests],
        cwd=copy,
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1", "COLUMNS": "400"},
        capture_output=True,
        text=True,
        check=False,
    )


def _failing_line(one: Return) -> str | None:
    """What the test says with the failure put back, in a line; None when it passes."""
    with _copy() as copy:
        path = copy / one.file
        path.write_text(path.read_text().replace(one.old, one.new))
        run = _pytest(copy, one.test)
    if run.returncode != 1 or not (found := re.search(r"^FAILED \S+?::(.*)$", run.stdout, re.MULTILINE)):
        print(run.stdout[-3000:], file=sys.stderr)
        return None
    detail = re.findall(r"^E +((?:payments-|assert |'|AssertionError: ).*)$", run.stdout, re.MULTILINE)
    offences = [line for line in detail if line.startswith("payments-")]
    said = (offences or detail[:1] or [found[1]])[-1]
    return f"FAILED {found[1].partition(' - ')[0]}: {said}"[:300]


def _diff(one: Return) -> str:
    old, new = (dedent(text).strip("\n").splitlines() for text in (one.old, one.new))
    lines = difflib.ndiff(old, new)
    return "\n".join(line for line in lines if not line.startswith("?"))


if __name__ == "__main__":
    sys.exit(main())
