"""What is preloaded into Node: the bindings' lazy entry file, and jsii's index before jsii's first load."""

import os
import re
import subprocess
from importlib.resources import files
from pathlib import Path

import pytest

from synthesis import bindings
from synthesis.bindings import PRELOADED, environment
from tests.synthesis.conftest import PROJECT, Run

INDEX = (".jsii.runtime-defs.v1.jsonl", ".jsii.runtime-index.v1", ".jsii.runtime.v1.json")
# Runs jsii's own worker in a worker thread, as jsii does it.
JSII_WORKER = """
const [worker, packageDir] = process.argv.slice(1);
const supportedFeatures = ["intersection-types", "class-covariant-overrides"];
new (require("worker_threads").Worker)(worker, { workerData: { packageDir, supportedFeatures } })
  .on("message", ({ error }) => { console.error(error); process.exitCode = 1; });
"""


def node(*arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    command = [environment(PROJECT, {})["JSII_NODE"], *arguments]
    variables = {name: value for name, value in os.environ.items() if name != "NODE_OPTIONS"} | settings
    return subprocess.run(command, env=variables, capture_output=True, text=True, timeout=60)


def test_both_entry_files_export_the_same(provider: Path) -> None:
    whole = re.findall(r"^exports\.(\w+) = require\(\"(.+)\"\);$", (provider / "lib/index.js").read_text(), re.M)
    lazy = re.findall(
        r"^Object\.defineProperty\(exports, '(\w+)', .* return require\('(.+)'\); } }\);$",
        (provider / "lib/lazy-index.js").read_text(),
        re.M,
    )
    assert len(whole) > 2000
    assert sorted(whole) == sorted(lazy)


@pytest.fixture
def npm_package(tmp_path: Path) -> Path:
    """A stand-in for the bindings' npm package, in a folder with a space."""
    folder = tmp_path / "with space" / "node_modules" / "@cdktf" / "provider-aws"
    (folder / "lib").mkdir(parents=True)
    (folder / "package.json").write_text('{"main": "lib/index.js"}')
    (folder / "lib" / "index.js").write_text('module.exports = "whole";')
    (folder / "lib" / "lazy-index.js").write_text('module.exports = "lazy";')
    return folder


def entry(npm_package: Path) -> subprocess.CompletedProcess[str]:
    script = f"console.log(require({str(npm_package)!r}))"
    return node("-e", script, NODE_OPTIONS=environment(PROJECT, {})["NODE_OPTIONS"])


def test_the_lazy_entry_file_is_taken(npm_package: Path) -> None:
    assert entry(npm_package).stdout == "lazy\n"


def test_without_it_the_usual_one_is_taken_with_one_warning(npm_package: Path) -> None:
    (npm_package / "lib" / "lazy-index.js").unlink()
    done = entry(npm_package)
    assert done.stdout == "whole\n"
    (line,) = done.stderr.splitlines()
    assert "@cdktf/provider-aws has no lib/lazy-index.js" in line


def test_node_reads_a_path_with_a_space(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    preloaded = tmp_path / "with space" / "hello.js"
    preloaded.parent.mkdir()
    preloaded.write_text('console.log("preloaded")')
    monkeypatch.setattr(bindings, "PRELOADED", (preloaded,))
    assert node("-e", "", NODE_OPTIONS=environment(PROJECT, {})["NODE_OPTIONS"]).stdout == "preloaded\n"


@pytest.fixture(scope="module")
def provider(first_run: Run) -> Path:
    return first_run.provider


def test_the_index_is_there_before_jsii_loads(first_run: Run) -> None:
    """jsii alone starts to build it when it loads, and a run as short as this one ends first."""
    assert (first_run.provider / INDEX[-1]).stat().st_mtime < first_run.written.stat().st_mtime


def test_a_first_run_leaves_the_index_that_jsii_would_have_built(provider: Path, tmp_path: Path) -> None:
    (tmp_path / ".jsii").symlink_to(provider / ".jsii")
    worker = tmp_path / "worker.js"
    worker.write_bytes((files("jsii._embedded.jsii") / "lib__runtime-index-worker.js").read_bytes())
    done = node("-e", JSII_WORKER, str(worker), str(tmp_path))
    assert done.returncode == 0, done.stderr
    for name in INDEX:
        assert (provider / name).read_bytes() == (tmp_path / name).read_bytes(), name


def test_a_failed_index_is_a_warning(tmp_path: Path) -> None:
    worker = tmp_path / "worker.js"
    worker.write_text('require("worker_threads").parentPort.postMessage({ error: "disk full" });')
    done = node(str(PRELOADED[1]), str(worker), str(tmp_path))
    assert done.stderr == "warning: jsii's index was not built, which is slow: disk full\n"


def test_jsii_still_names_the_files_so() -> None:
    """A new name would only cost speed, in silence: this says so when jsii is upgraded."""
    program = (files("jsii._embedded.jsii") / "lib__program.js").read_text()
    assert "runtime-index-worker.js" in program
    assert ".jsii.runtime.v${" in program
