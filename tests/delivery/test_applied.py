"""The manifest of the last deployment, as a review finds it."""

from pathlib import Path
from typing import Any

import pytest

from delivery import applied
from delivery.github import GitHub
from delivery.stack import find
from tests.delivery.fake_github import Store

OLD, NEW = "a" * 40, "b" * 40
PROD = find("payments-prod")


def kept(store: Store, commit: str, content: bytes, **more: Any) -> None:
    store.artifact("applied-payments-prod", commit, {"manifest.json": content}, **more)


@pytest.fixture
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("payments-prod")


def test_the_newest(github: GitHub, store: Store, folder: Path) -> None:
    kept(store, NEW, b"new", created="2026-11-25T10:00:00Z")
    kept(store, OLD, b"old", created="2026-11-24T10:00:00Z")
    assert applied.fetch(github, PROD, folder) == "payments-prod: applied last at bbbbbbbbbbbb"
    assert (folder / "applied.json").read_bytes() == b"new"


@pytest.mark.parametrize("more", [{"expired": True}, {"fork": True}, {"branch": "a-pull-request"}], ids=str)
def test_what_does_not_count(github: GitHub, store: Store, folder: Path, more: dict[str, Any]) -> None:
    (folder / "applied.json").write_text("of an earlier run")
    kept(store, NEW, b"new", **more)
    assert "keeps no manifest" in applied.fetch(github, PROD, folder)
    assert not (folder / "applied.json").exists()
