"""One cold run on demand and one usual run of the small app, shared: the usual one takes half a minute."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Run:
    """What one run of the small app wrote, loaded, and said on standard error; when its stack was written."""

    files: dict[str, bytes]
    submodules: list[str]
    stderr: str
    finished: float


def run(way: str, outdir: Path, cache: Path) -> Run:
    environment = {name: value for name, value in os.environ.items() if name != "NODE_OPTIONS"}
    environment |= {"PYTHONPATH": str(PROJECT), "JSII_RUNTIME_PACKAGE_CACHE_ROOT": str(cache)}
    command = [sys.executable, str(Path(__file__).with_name("app.py")), way, str(outdir)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    files = {str(p.relative_to(outdir)): p.read_bytes() for p in outdir.rglob("*") if p.is_file()}
    finished = (outdir / "stacks" / "sample" / "cdk.tf.json").stat().st_mtime
    return Run(files, json.loads(done.stdout), done.stderr, finished)


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """jsii's package cache of these runs, empty at first."""
    return tmp_path_factory.mktemp("jsii")


@pytest.fixture(scope="session")
def on_demand(tmp_path_factory: pytest.TempPathFactory, cache: Path) -> Run:
    return run("on-demand", tmp_path_factory.mktemp("on-demand"), cache)


@pytest.fixture(scope="session")
def usual(tmp_path_factory: pytest.TempPathFactory, cache: Path, on_demand: Run) -> Run:
    return run("usual", tmp_path_factory.mktemp("usual"), cache)


@pytest.fixture(scope="session")
def provider(cache: Path, on_demand: Run) -> Path:
    """The folder into which jsii unpacked the AWS bindings."""
    (folder,) = (cache / "@cdktf" / "provider-aws").glob("*/*")
    return folder
