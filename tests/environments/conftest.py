"""Environment files edited for one test, and loaded in place of the real ones."""

import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

import environments
from environments.loading import load
from environments.schema import names
from environments.schema.base import SettingsError
from environments.schema.workspace import Workspace

REAL = Path(__file__).resolve().parents[2] / "environments"

Edit = Callable[[str, str, str], None]


@pytest.fixture
def edit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Edit]:
    """`edit("prod", old, new)` replaces text of environments/prod.py for this test."""
    folder = tmp_path / "environments"
    folder.mkdir()
    monkeypatch.setattr(environments, "__path__", [str(folder), str(REAL)])
    _forget()

    def apply(name: str, old: str, new: str) -> None:
        path = folder / f"{name}.py"
        text = (path if path.exists() else REAL / path.name).read_text()
        assert old in text, f"environments/{name}.py no longer has {old!r}"
        path.write_text(text.replace(old, new, 1))

    yield apply
    _forget()


def _forget() -> None:
    for name in names.ENVIRONMENTS:
        sys.modules.pop(f"environments.{name}", None)


def problems(variables: Mapping[str, str] | None = None) -> list[str]:
    """The lines that a user would read; empty when everything is right."""
    try:
        load(variables or {})
    except SettingsError as error:
        return str(error).splitlines()
    return []


def workspaces(**variables: str) -> list[Workspace]:
    return list(load(variables))
