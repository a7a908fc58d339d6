"""Environment variables are input like any other."""

import pytest

from tests.environments.conftest import Edit, problems, workspaces

REPOSITORY = "111122223333.dkr.ecr.eu-west-1.amazonaws.com/payments-foundation-dev"
DIGEST = "@sha256:" + "5a6c31ebb541dd08" * 4

WRONG = {
    "unknown environment": ({"ENVIRONMENT": "production"}, ["ENVIRONMENT = 'production'", "dev, staging, prod"]),
    "path as environment": ({"ENVIRONMENT": "../x"}, ["ENVIRONMENT = '../x'"]),
    "capital suffix": (
        {"ENVIRONMENT": "dev", "ENVIRONMENT_SUFFIX": "PR_42"},
        ["ENVIRONMENT_SUFFIX = 'PR_42'", "lower-case letters and digits", "'pr-42'"],
    ),
    "suffix with two hyphens in a row": (
        {"ENVIRONMENT": "dev", "ENVIRONMENT_SUFFIX": "pr--42"},
        ["ENVIRONMENT_SUFFIX = 'pr--42'", "single hyphens"],
    ),
    "path as suffix": ({"ENVIRONMENT": "dev", "ENVIRONMENT_SUFFIX": "../x"}, ["ENVIRONMENT_SUFFIX = '../x'"]),
    "suffix on prod": (
        {"ENVIRONMENT": "prod", "ENVIRONMENT_SUFFIX": "pr-42"},
        ["ENVIRONMENT_SUFFIX = 'pr-42'", "prod has no copies"],
    ),
    "suffix without environment": ({"ENVIRONMENT_SUFFIX": "pr-42"}, ["say which environment to copy"]),
    "suffix that makes names too long": (
        {"ENVIRONMENT": "dev", "ENVIRONMENT_SUFFIX": "a-very-long-branch-name"},
        ["payments-dev-a-very-long-branch-name-", "load balancer names have at most 32 characters", "shorten it"],
    ),
    "latest": ({"ENVIRONMENT": "dev", "CONTAINER_IMAGE": f"{REPOSITORY}:latest"}, ["CONTAINER_IMAGE", "'latest'"]),
    "tag for prod": (
        {"ENVIRONMENT": "prod", "CONTAINER_IMAGE": f"{REPOSITORY}:1.4.2"},
        ["CONTAINER_IMAGE", "prod needs a digest"],
    ),
    "tag for all, prod among them": (
        {"CONTAINER_IMAGE": f"{REPOSITORY}:1.4.2"},
        ["CONTAINER_IMAGE", "prod needs a digest"],
    ),
}


# text of environments/dev.py, text in its place, what the one line about the suffix pr-42 must say
TOO_LONG = {
    "domain of a copy": (
        *('hosted_zone="dev.example.com"', f'hosted_zone="{"z" * 42}.example.com"'),
        [f"payments-pr-42.{'z' * 42}.example.com 5 characters too long", "ACM certificate domain names", "at most 64"],
    ),
    "host of a copy": (
        *('hosted_zone="dev.example.com"', f'hosted_zone="a.io", hostname="{"h" * 59}"'),
        [f"{'h' * 59}-pr-42.a.io 6 characters too long", "ACM certificate domain names", "at most 64"],
    ),
}


@pytest.mark.parametrize("case", TOO_LONG)
def test_domain_of_a_copy_fits_its_certificate_and_dns(case: str, edit: Edit) -> None:
    old, new, expected = TOO_LONG[case]
    edit("dev", old, new)
    assert problems() == []
    (found,) = problems({"ENVIRONMENT": "dev", "ENVIRONMENT_SUFFIX": "pr-42"})
    assert found.startswith("environment variable: ENVIRONMENT_SUFFIX = 'pr-42': makes the name")
    for fragment in [*expected, "shorten it"]:
        assert fragment in found


@pytest.mark.parametrize("case", WRONG)
def test_wrong_variable_gets_one_sentence(case: str) -> None:
    variables, expected = WRONG[case]
    found = problems(variables)
    assert len(found) == 1, found
    assert found[0].startswith("environment variable: ")
    for fragment in expected:
        assert fragment in found[0]


def test_without_variables_there_are_all_three() -> None:
    assert [w.names.stack for w in workspaces()] == ["payments-dev", "payments-staging", "payments-prod"]


def test_environment_builds_that_one() -> None:
    assert [w.name for w in workspaces(ENVIRONMENT="staging")] == ["staging"]


def test_suffix_builds_the_copy_and_only_that() -> None:
    (copy,) = workspaces(ENVIRONMENT="dev", ENVIRONMENT_SUFFIX="pr-42")
    assert copy.names.stack == "payments-dev-pr-42"
    assert copy.domain == "payments-pr-42.dev.example.com"
    assert not copy.environment.database.deletion_protection


def test_copy_of_staging_can_be_destroyed_without_leftovers() -> None:
    (copy,) = workspaces(ENVIRONMENT="staging", ENVIRONMENT_SUFFIX="pr-42")
    settings = copy.environment
    assert not settings.database.final_snapshot
    assert not settings.edge.deletion_protection
    assert not settings.backup.lock
    assert not settings.monitoring.emails


def test_image_of_the_variable_goes_before_the_one_in_the_file() -> None:
    (dev,) = workspaces(ENVIRONMENT="dev", CONTAINER_IMAGE=f"{REPOSITORY}{DIGEST}")
    assert dev.environment.service.image == f"{REPOSITORY}{DIGEST}"
