"""The workflow and action files as tests read them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml  # type: ignore[import-untyped]

PROJECT = Path(__file__).resolve().parents[2]
GITHUB = PROJECT / ".github"
WORKFLOWS = sorted((GITHUB / "workflows").glob("*.yml"))
ACTIONS = sorted((GITHUB / "actions").glob("*/action.yml"))
# A step that names a file of this repository: at the running commit.
OWN = "$/"


@dataclass(frozen=True)
class Job:
    """One job of a workflow file."""

    workflow: str
    name: str
    content: dict[str, Any]

    @property
    def steps(self) -> list[dict[str, Any]]:
        return list(self.content.get("steps", ()))

    def __str__(self) -> str:
        return f"{self.workflow}:{self.name}"


def read(path: Path) -> dict[str, Any]:
    content: dict[str, Any] = yaml.safe_load(path.read_text())
    return content


def triggers(path: Path) -> dict[str, Any]:
    """What starts a workflow; YAML 1.1 reads the key `on` as true."""
    found: Any = read(path).get(True, {})  # type: ignore[call-overload]
    return found if isinstance(found, dict) else dict.fromkeys([found] if isinstance(found, str) else found)


def jobs() -> list[Job]:
    return [Job(path.name, name, job) for path in WORKFLOWS for name, job in read(path)["jobs"].items()]


def scripts() -> Iterator[tuple[str, str]]:
    """Every `run:` with the file that it stands in, composite actions included."""
    for job in jobs():
        yield from ((str(job), step["run"]) for step in job.steps if "run" in step)
    for path in ACTIONS:
        yield from ((path.parent.name, step["run"]) for step in read(path)["runs"]["steps"] if "run" in step)


def texts() -> list[tuple[str, str]]:
    return [(str(path.relative_to(PROJECT)), path.read_text()) for path in (*WORKFLOWS, *ACTIONS)]


def commands(program: str) -> Iterator[tuple[str, list[str]]]:
    """Every call of `python -m <program>` in a script: where it stands, and its words."""
    for where, script in scripts():
        for line in script.replace("\\\n", " ").splitlines():
            for found in re.finditer(rf"-m {program} ([^;|)]*)", line):
                yield where, found[1].split()
