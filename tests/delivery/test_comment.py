"""One comment a pull request and kind, whoever else writes there."""

import pytest

from delivery import comment
from delivery.errors import BadInput
from delivery.github import GitHub
from tests.delivery.fake_github import BOT, Item, Store


def test_made_once_then_kept_up_to_date(github: GitHub, store: Store) -> None:
    first = comment.post(github, 7, "plan-review", "old")
    second = comment.post(github, 7, "plan-review", "new")
    assert first == second
    assert [one["body"] for one in store.comments[7]] == ["<!-- payments:plan-review -->\nnew"]


def test_the_same_text_is_not_written_again(github: GitHub, store: Store) -> None:
    comment.post(github, 7, "plan-review", "text")
    comment.post(github, 7, "plan-review", "text")
    assert [method for method, _, _ in store.requests] == ["GET", "POST", "GET"]


def test_kinds_and_pull_requests_do_not_mix(github: GitHub, store: Store) -> None:
    comment.post(github, 7, "plan-review", "review")
    comment.post(github, 7, "copy", "copy")
    comment.post(github, 8, "plan-review", "other")
    assert [len(store.comments[number]) for number in (7, 8)] == [2, 1]


def test_found_behind_a_hundred_others(github: GitHub, store: Store) -> None:
    talk = [{"id": number, "body": "talk", "user": {"login": "somebody"}} for number in range(100)]
    store.comments[7] = talk.copy()
    comment.post(github, 7, "plan-review", "old")
    comment.post(github, 7, "plan-review", "new")
    assert len(store.comments[7]) == 101


def test_a_marker_that_somebody_planted_is_left_alone(github: GitHub, store: Store) -> None:
    planted: Item = {"id": 1, "body": "<!-- payments:plan-review -->\nall is well", "user": {"login": "somebody"}}
    store.comments[7] = [planted]
    comment.post(github, 7, "plan-review", "BLOCKED")
    assert [one["user"]["login"] for one in store.comments[7]] == ["somebody", BOT]
    assert planted["body"].endswith("all is well")


def test_a_quoted_marker_is_no_marker(github: GitHub, store: Store) -> None:
    store.comments[7] = [{"id": 1, "body": "> <!-- payments:plan-review -->", "user": {"login": BOT}}]
    comment.post(github, 7, "plan-review", "text")
    assert len(store.comments[7]) == 2


def test_too_long_is_said_before_github_says_it(github: GitHub, store: Store) -> None:
    with pytest.raises(BadInput, match=r"65566 characters, GitHub takes 65536"):
        comment.post(github, 7, "plan-review", "x" * 65_536)
    assert store.requests == []
