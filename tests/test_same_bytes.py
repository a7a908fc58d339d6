"""The same input gives the same bytes, wherever and whenever it is synthesized."""

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from synthesis.bindings import environment as bindings_environment

PROJECT = Path(__file__).resolve().parents[1]
SOURCES = ("constructs_lib", "environments", "migrations", "stacks", "synthesis")
MOMENT = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d")


def files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def machine_dependent(text: str, folders: list[Path]) -> list[str]:
    """Paths of this machine and moments in time that stand in a text."""
    return [str(folder) for folder in folders if str(folder) in text] + MOMENT.findall(text)


@dataclass(frozen=True)
class Run:
    """What a run wrote, and what it said besides."""

    stacks: Path
    warnings: str


@pytest.fixture(scope="session")
def elsewhere(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """`python main.py` in a copy of the project that lies in another directory, with an old list of engine versions."""
    copy = tmp_path_factory.mktemp("another place")
    for name in SOURCES:
        shutil.copytree(PROJECT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("main.py", "Pipfile.lock"):
        shutil.copy(PROJECT / name, copy)
    catalogue = copy / "environments" / "schema" / "engine_versions.py"
    catalogue.write_text(re.sub(r"^AS_OF = .*", "AS_OF = date(2024, 1, 1)", catalogue.read_text(), flags=re.MULTILINE))
    variables = {**os.environ, **bindings_environment(PROJECT, {}), "TZ": "Pacific/Auckland"}
    for name in ("CDKTF_OUTDIR", "ENVIRONMENT", "ENVIRONMENT_SUFFIX", "CONTAINER_IMAGE", "NODE_OPTIONS"):
        variables.pop(name, None)
    run = subprocess.run([sys.executable, "main.py"], cwd=copy, env=variables, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    return Run(copy / "cdktf.out" / "stacks", run.stderr)


def test_another_directory_and_time_zone_give_the_same_bytes(outdir: Path, elsewhere: Run) -> None:
    here = {name: content for name, content in files(outdir / "stacks").items() if "pr-42" not in name}
    there = files(elsewhere.stacks)
    assert sorted(there) == sorted(here)
    assert [name for name in here if here[name] != there[name]] == []
    assert any(name.endswith(".zip") for name in here), "the migration's archive belongs to the output"


def test_an_old_list_of_engine_versions_is_a_warning(elsewhere: Run) -> None:
    [warning] = [line for line in elsewhere.warnings.splitlines() if line.startswith("warning: ")]
    assert re.search(r"engine_versions\.py is \d+ days old .* run `make catalogue`", warning)


def test_nothing_of_this_machine_is_in_the_output(outdir: Path) -> None:
    folders = [PROJECT, outdir, Path.home(), Path(sys.prefix)]
    for path in outdir.rglob("*.json"):
        assert machine_dependent(path.read_text(), folders) == [], path.name


def test_a_path_and_a_moment_would_be_found() -> None:
    text = f'{{"path": "{PROJECT}/x", "made": "2026-11-25T08:00:00Z"}}'
    assert machine_dependent(text, [PROJECT]) == [str(PROJECT), "2026-11-25T08:00"]
