"""Records of deployments, and the way of an image from one environment to the next."""

import pytest

from delivery import promotion, record
from delivery.errors import Refused
from delivery.github import GitHub
from delivery.record import Deployment
from delivery.stack import find
from tests.delivery.fake_github import Store

COMMIT = "c" * 40
RUN = "https://github.example/runs/1"
DEV, STAGING, PROD = (find(f"payments-{name}") for name in ("dev", "staging", "prod"))


def deployed(github: GitHub, name: str, image: str) -> None:
    stack = find(name)
    record.save(github, stack, Deployment(name, COMMIT, image, "f" * 64), RUN)


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
    assert record.latest(github, "dev") is None
    deployed(github, "payments-dev", "sha256:1")
    deployed(github, "payments-dev", "sha256:2")
    last = record.latest(github, "dev")
    assert last == Deployment("payments-dev", COMMIT, "sha256:2", "f" * 64)


def test_a_deployment_without_success_does_not_count(github: GitHub, store: Store) -> None:
    deployed(github, "payments-dev", "sha256:1")
    deployed(github, "payments-dev", "sha256:2")
    store.statuses[store.deployments[-1]["id"]] = [{"state": "failure"}]
    last = record.latest(github, "dev")
    assert last is not None and last.image == "sha256:1"


def test_entries_that_github_makes_by_itself_do_not_count(github: GitHub, store: Store) -> None:
    store.deployments = [{"id": 1, "environment": "dev", "task": "deploy", "sha": COMMIT, "payload": {}}]
    store.statuses[1] = [{"state": "success"}]
    assert record.latest(github, "dev") is None


def test_dev_is_first(github: GitHub) -> None:
    assert "first of dev, staging, prod" in promotion.check(github, DEV)


@pytest.mark.parametrize(("stack", "before"), [(STAGING, "dev"), (PROD, "staging")])
def test_the_same_digest_passes(github: GitHub, stack: object, before: str) -> None:
    deployed(github, f"payments-{before}", record.running_image(PROD))
    assert f"runs in {before} since commit cccccccccccc" in promotion.check(github, stack)  # type: ignore[arg-type]


def test_another_digest_is_refused(github: GitHub) -> None:
    deployed(github, "payments-staging", "sha256:another")
    with pytest.raises(Refused, match=r"environments/prod.py names image sha256:\w+, but staging runs sha256:another"):
        promotion.check(github, PROD)


def test_never_deployed_before_is_refused(github: GitHub) -> None:
    deployed(github, "payments-dev", record.running_image(PROD))  # skips staging
    with pytest.raises(Refused, match="staging has no recorded deployment; deploy the same digest to staging first"):
        promotion.check(github, PROD)
