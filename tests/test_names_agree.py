"""Makefile, cdktf.json, README, docs and workflows use the names that `environments/` owns."""

import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from environments.schema import names

PROJECT = Path(__file__).resolve().parents[1]
DOCUMENTS = sorted(
    path.relative_to(PROJECT)
    for pattern in ("*.md", "Makefile", "cdktf.json", "docs/**/*.md", "tests/**/*.md", ".github/workflows/*.yml")
    for path in PROJECT.glob(pattern)
)
# What a document may call a stack; the rest after `payments-` are components, placeholders or patterns.
CALLED = re.compile(r"(?:cdktf (?:diff|deploy|destroy|list)|cdktf\.out/stacks/|STACK=) ?([a-z0-9<$(][\w<>$(){}.-]*)")
WORKSPACE = re.compile(r"WORKSPACE=([\w-]+)")
# At the start of a line, of a step or of code: elsewhere prose may make other things.
TARGET = re.compile(r"(?:^\s*|run: |&& |`)make ([a-z][a-z-]+)\b", re.MULTILINE)


def targets() -> set[str]:
    return set(re.findall(r"^([a-z][a-z-]*):.*## ", (PROJECT / "Makefile").read_text(), re.MULTILINE))


def wrong_names(text: str, known_targets: set[str]) -> Iterator[str]:
    """Stacks, workspaces and commands in a text that do not exist."""
    for stack in CALLED.findall(text):
        if not set(stack) & set("<$") and not names.STACK.fullmatch(stack.removesuffix("/")):
            yield f"stack {stack}"
    for workspace in WORKSPACE.findall(text):
        if not names.STACK.fullmatch(f"{names.PROJECT}-{workspace}"):
            yield f"workspace {workspace}"
    yield from (f"make {target}" for target in TARGET.findall(text) if target not in known_targets)


@pytest.mark.parametrize("document", DOCUMENTS, ids=str)
def test_document_names_what_exists(document: Path) -> None:
    assert list(wrong_names((PROJECT / document).read_text(), targets())) == []


def test_names_that_do_not_exist_are_found() -> None:
    text = "cdktf deploy payment-dev\nWORKSPACE=production\nRun `make snyth` now.\n"
    assert list(wrong_names(text, targets())) == ["stack payment-dev", "workspace production", "make snyth"]


def test_help_lists_every_target() -> None:
    run = subprocess.run(["make", "--no-print-directory", "help"], cwd=PROJECT, capture_output=True, text=True)
    assert {line.split()[1] for line in run.stdout.splitlines()} == targets()


def test_cdktf_runs_the_app_of_this_project() -> None:
    settings = json.loads((PROJECT / "cdktf.json").read_text())
    interpreter, flag, app = settings["app"].split()
    assert (PROJECT / app).is_file()
    assert (interpreter, flag) == (".venv/bin/python", "-O")
    assert re.fullmatch(r"[0-9a-f-]{36}", settings["projectId"])


def test_synthesized_stacks_are_named_by_environments(outdir: Path) -> None:
    manifest = json.loads((outdir / "manifest.json").read_text())
    for name, stack in manifest["stacks"].items():
        assert names.STACK.fullmatch(name)
        module = json.loads((outdir / stack["synthesizedStackPath"]).read_text())
        assert module["terraform"]["backend"]["s3"]["key"] == names.state_key(name)
