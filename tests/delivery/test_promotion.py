"""Records of deployments, and the way of an image from one environment to the next."""

import pytest

from delivery import promotion, record
from delivery.errors import Refused
from delivery.github import GitHub
from delivery.record import Deployment
from delivery.stack import Stack, find
from tests.delivery.fake_github import Store

COMMIT, OTHER = "c" * 40, "d" * 40
RUN = "https://github.example/runs/1"
DEV, STAGING, PROD = (find(f"payments-{name}") for name in ("dev", "staging", "prod"))


def deployed(github: GitHub, name: str, image: str, commit: str = COMMIT) -> None:
    stack = find(name)
    record.save(github, stack, Deployment(name, commit, image, "f" * 64), RUN)


def test_what_is_recorded(github: GitHub, store: Store) -> None:
    image = record.running_image(PROD)
    number = record.save(github, PROD, Deployment("payments-prod", COMMIT, image, "f" * 64), RUN)
    (made,) = store.deployments
    assert made["id"] == number
    assert (made["ref"], made["environment"], made["production_environment"]) == (COMMIT, "prod", True)
    assert made["payload"] == {"stack": "payments-prod", "image": image, "plan_fingerprint": "f" * 64, "run": RUN}
    assert (made["auto_merge"], made["required_contexts"]) == (False, [])
    (status,) = store.statuses[number]
    assert (status["state"], status["environment_url"]) == ("success", "https://payments.example.com")


def test_read_back(github: GitHub) -> None:
    assert list(record.successes(github, "dev")) == []
    deployed(github, "payments-dev", "sha256:1")
    deployed(github, "payments-dev", "sha256:2", OTHER)
    first, second = (Deployment("payments-dev", *of, "f" * 64) for of in ((COMMIT, "sha256:1"), (OTHER, "sha256:2")))
    assert list(record.successes(github, "dev")) == [second, first]
    assert list(record.successes(github, "dev", COMMIT)) == [first]


def test_a_deployment_without_success_does_not_count(github: GitHub, store: Store) -> None:
    deployed(github, "payments-dev", "sha256:1")
    deployed(github, "payments-dev", "sha256:2")
    store.statuses[store.deployments[-1]["id"]] = [{"state": "failure"}]
    assert [made.image for made in record.successes(github, "dev")] == ["sha256:1"]


def test_entries_that_github_makes_by_itself_do_not_count(github: GitHub, store: Store) -> None:
    store.deployments = [{"id": 1, "environment": "dev", "task": "deploy", "sha": COMMIT, "payload": {}}]
    store.statuses[1] = [{"state": "success"}]
    assert list(record.successes(github, "dev")) == []


def test_dev_is_first(github: GitHub) -> None:
    assert "first of dev, staging, prod" in promotion.check(github, DEV, COMMIT)


@pytest.mark.parametrize(("stack", "before"), [(STAGING, "dev"), (PROD, "staging")])
def test_the_same_commit_and_digest_pass(github: GitHub, stack: Stack, before: str) -> None:
    deployed(github, f"payments-{before}", record.running_image(PROD))
    assert f"commit cccccccccccc ran in {before} with image sha256:" in promotion.check(github, stack, COMMIT)


def test_while_it_waited_for_approval_the_environment_before_moved_on(github: GitHub) -> None:
    deployed(github, "payments-staging", record.running_image(PROD))
    deployed(github, "payments-staging", "sha256:newer", OTHER)
    assert promotion.check(github, PROD, COMMIT)


def test_another_digest_is_refused(github: GitHub) -> None:
    deployed(github, "payments-staging", "sha256:another")
    with pytest.raises(
        Refused, match=r"names image sha256:\w+, but commit cccccccccccc ran in staging with sha256:another"
    ):
        promotion.check(github, PROD, COMMIT)


def test_another_commit_with_the_same_digest_is_refused(github: GitHub) -> None:
    deployed(github, "payments-staging", record.running_image(PROD), OTHER)
    with pytest.raises(Refused, match="commit cccccccccccc has no recorded deployment in staging"):
        promotion.check(github, PROD, COMMIT)


def test_never_deployed_before_is_refused(github: GitHub) -> None:
    deployed(github, "payments-dev", record.running_image(PROD))  # skips staging
    with pytest.raises(Refused, match="no recorded deployment in staging; deploy this commit to staging first"):
        promotion.check(github, PROD, COMMIT)
