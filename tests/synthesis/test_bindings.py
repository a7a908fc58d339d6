"""Which settings the jsii process gets, and when the loader stands back."""

import ast
import importlib.util
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest

from synthesis.bindings import KNOWN_VERSIONS, PACKAGE, PRELOADED, environment, load_on_demand

PROJECT = Path("project")


@pytest.fixture
def not_imported(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if the bindings had not been imported in this process; restored afterwards."""
    monkeypatch.setitem(sys.modules, PACKAGE, sys)
    monkeypatch.delitem(sys.modules, PACKAGE)


@pytest.fixture
def other_version(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(KNOWN_VERSIONS, "jsii", "1.0.0")


@pytest.mark.usefixtures("not_imported", "other_version")
def test_another_version_is_imported_as_usual_with_one_warning(capsys: pytest.CaptureFixture[str]) -> None:
    load_on_demand()
    assert PACKAGE not in sys.modules
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("warning: ")
    assert f"known are cdktf-cdktf-provider-aws {version('cdktf-cdktf-provider-aws')}, jsii 1.0.0" in line
    assert f"installed is jsii {version('jsii')}" in line


@pytest.mark.usefixtures("other_version")
def test_another_version_gets_nothing_preloaded() -> None:
    assert "NODE_OPTIONS" not in environment(PROJECT, {})


@pytest.mark.usefixtures("not_imported")
def test_a_missing_package_counts_as_another_version(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(KNOWN_VERSIONS, "no-such-package", "1.0.0")
    load_on_demand()
    assert "installed is no-such-package (none)" in capsys.readouterr().err


@pytest.mark.usefixtures("not_imported")
def test_another_layout_is_imported_as_usual_with_one_warning(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / PACKAGE).mkdir()
    (tmp_path / PACKAGE / "__init__.py").touch()
    monkeypatch.syspath_prepend(tmp_path)
    load_on_demand()
    assert PACKAGE not in sys.modules
    (line,) = capsys.readouterr().err.splitlines()
    assert f"{PACKAGE} has no _jsii/__init__.py" in line


def test_the_body_of_the_package_only_imports_its_submodules() -> None:
    """Else something would be missing when the body is not executed."""
    spec = importlib.util.find_spec(PACKAGE)
    assert spec is not None and spec.origin is not None
    body = ast.parse(Path(spec.origin).read_text()).body
    imported = [
        node.module or node.names[0].name for node in body if isinstance(node, ast.ImportFrom) and node.level == 1
    ]
    folders = [path.parent.name for path in Path(spec.origin).parent.glob("*/__init__.py")]
    assert len(imported) > 2000
    assert sorted(imported) == sorted(folders)
    defined = [node.name for node in body if isinstance(node, (ast.ClassDef, ast.FunctionDef))]
    assert defined == ["check_type"], "a helper that each submodule has for itself"


@pytest.mark.usefixtures("not_imported")
def test_the_body_of_the_package_is_not_executed(capsys: pytest.CaptureFixture[str]) -> None:
    before = set(sys.modules)
    load_on_demand()
    assert set(sys.modules) - before == {PACKAGE}
    assert capsys.readouterr().err == ""


def test_a_second_call_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, PACKAGE, sys)
    load_on_demand()
    assert sys.modules[PACKAGE] is sys


def test_node_and_the_package_cache_are_the_projects() -> None:
    changes = environment(PROJECT, {})
    assert changes["JSII_RUNTIME_PACKAGE_CACHE_ROOT"] == str(PROJECT / ".cache" / "jsii")
    done = subprocess.run([changes["JSII_NODE"], "--version"], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("v")


def test_without_the_wheel_node_is_the_systems(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    assert "JSII_NODE" not in environment(PROJECT, {})


def test_the_callers_settings_stay() -> None:
    current = {
        "JSII_NODE": "/usr/bin/node",
        "JSII_RUNTIME_PACKAGE_CACHE_ROOT": "/cache",
        "NODE_OPTIONS": "--trace-warnings",
    }
    changes = environment(PROJECT, current)
    assert changes.keys() == {"NODE_OPTIONS"}
    assert changes["NODE_OPTIONS"].startswith("--trace-warnings --require=")


def test_files_are_preloaded_once() -> None:
    once = environment(PROJECT, {})["NODE_OPTIONS"]
    assert environment(PROJECT, {"NODE_OPTIONS": once})["NODE_OPTIONS"] == once
    assert once.count("--require=") == len(PRELOADED)
