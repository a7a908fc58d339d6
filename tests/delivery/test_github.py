"""The client: pages, GitHub's faults, and where the token goes."""

import pytest

from delivery.errors import BadInput, Refused
from delivery.github import GitHub
from tests.delivery.fake_github import TOKEN, Store


def test_reads_every_page(github: GitHub, store: Store) -> None:
    store.comments[7] = [{"id": number} for number in range(250)]
    assert [one["id"] for one in github.pages("issues/7/comments")] == list(range(250))
    assert len(store.requests) == 3


def test_a_full_last_page_ends_the_list(github: GitHub, store: Store) -> None:
    store.comments[7] = [{"id": number} for number in range(100)]
    assert len(list(github.pages("issues/7/comments"))) == 100


@pytest.mark.parametrize("status", [429, 502, 503, 504])
def test_reads_again_after_a_fault_of_github(github: GitHub, store: Store, status: int) -> None:
    store.faults = [(status, "try later")] * 3
    assert list(github.pages("issues/7/comments")) == []


def test_gives_up_after_four_tries_with_what_github_says(github: GitHub, store: Store) -> None:
    store.faults = [(503, "No server is currently available")] * 4
    with pytest.raises(Refused, match=r"GET http://127.*/pulls/7: 503 No server is currently"):
        github.request("GET", "pulls/7")
    assert len(store.requests) == 4


def test_never_repeats_what_may_have_been_carried_out(github: GitHub, store: Store) -> None:
    store.faults = [(502, "Bad gateway")]
    with pytest.raises(Refused, match="502 Bad gateway"):
        github.request("POST", "issues/7/comments", {"body": "once"})
    assert len(store.requests) == 1


def test_an_error_of_ours_is_not_repeated(github: GitHub, store: Store) -> None:
    with pytest.raises(Refused, match="404 Not Found"):
        github.request("GET", "pulls/7")
    assert len(store.requests) == 1


def test_nobody_answers(github: GitHub) -> None:
    dead = GitHub(github.repository, TOKEN, "http://127.0.0.1:9", pause=0.01)
    with pytest.raises(Refused, match=r"GET .*pulls/7: .*refused"):
        dead.request("GET", "pulls/7")


def test_the_token_does_not_follow_a_redirect(github: GitHub, store: Store) -> None:
    store.files[5] = b"content"
    assert github.download("actions/artifacts/5/zip") == b"content"
    assert [token for _, path, token in store.requests if path == "/files/5"] == [None]


def test_what_the_runner_sets() -> None:
    made = GitHub.of({"GITHUB_REPOSITORY": "a/b", "GITHUB_TOKEN": "t", "GITHUB_API_URL": "http://127.0.0.1:1"})
    assert (made.repository, made.token, made.api) == ("a/b", "t", "http://127.0.0.1:1")
    assert GitHub.of({"GITHUB_REPOSITORY": "a/b", "GITHUB_TOKEN": "t"}).api == "https://api.github.com"


def test_says_what_is_not_set() -> None:
    with pytest.raises(BadInput, match="GITHUB_REPOSITORY and GITHUB_TOKEN: not set"):
        GitHub.of({})
    with pytest.raises(BadInput, match=r"^GITHUB_TOKEN: not set"):
        GitHub.of({"GITHUB_REPOSITORY": "a/b", "GITHUB_TOKEN": ""})
