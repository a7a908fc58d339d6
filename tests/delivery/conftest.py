"""A GitHub for each test."""

from collections.abc import Iterator

import pytest

from delivery.github import GitHub
from tests.delivery.fake_github import REPOSITORY, TOKEN, Store, serve


@pytest.fixture
def served() -> Iterator[tuple[str, Store]]:
    with serve() as both:
        yield both


@pytest.fixture
def store(served: tuple[str, Store]) -> Store:
    """What the repository holds."""
    return served[1]


@pytest.fixture
def github(served: tuple[str, Store]) -> GitHub:
    """The client, with the pauses between its tries cut short."""
    return GitHub(REPOSITORY, TOKEN, served[0], pause=0.01)


@pytest.fixture
def credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    """For moto, which refuses to work with none."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
