"""One issue an environment, as long as there is a difference."""

from delivery import drift_issue
from delivery.github import GitHub
from tests.delivery.fake_github import Store

RUN = "https://github.example/runs/1"


def test_opened_updated_closed(github: GitHub, store: Store) -> None:
    assert drift_issue.report(github, "prod", "first night", RUN) == "prod: opened #1001"
    assert drift_issue.report(github, "prod", "second night", RUN) == "prod: updated #1001"
    (issue,) = store.issues
    assert "second night" in issue["body"] and "first night" not in issue["body"] and RUN in issue["body"]
    assert issue["title"] == "Drift: prod differs from the default branch"
    assert drift_issue.report(github, "prod", None, RUN) == "prod: no difference any more, closed #1001"
    assert (issue["state"], issue["state_reason"]) == ("closed", "completed")
    assert RUN in store.comments[1001][0]["body"]


def test_nothing_to_say(github: GitHub, store: Store) -> None:
    assert drift_issue.report(github, "dev", None, RUN) == "dev: no difference"
    assert store.issues == []


def test_a_closed_issue_is_not_used_again(github: GitHub, store: Store) -> None:
    for text in ("drift", None, "drift again"):
        drift_issue.report(github, "dev", text, RUN)
    assert [issue["state"] for issue in store.issues] == ["closed", "open"]


def test_each_environment_has_its_own(github: GitHub, store: Store) -> None:
    drift_issue.report(github, "dev", "a", RUN)
    drift_issue.report(github, "prod", "b", RUN)
    drift_issue.report(github, "dev", None, RUN)
    assert [issue["state"] for issue in store.issues] == ["closed", "open"]


def test_issues_of_others_with_the_label_are_left_alone(github: GitHub, store: Store) -> None:
    store.issues = [
        {"number": 1, "state": "open", "labels": ["drift"], "body": None},
        {"number": 2, "state": "open", "labels": ["drift"], "body": "about drift"},
        {"number": 3, "state": "open", "labels": ["drift"], "body": "<!-- payments:drift dev -->", "pull_request": {}},
    ]
    drift_issue.report(github, "dev", None, RUN)
    assert [issue["state"] for issue in store.issues] == ["open", "open", "open"]
