"""cdktf's own command takes a workspace from nothing to nothing."""

import os
from concurrent.futures import Future

import pytest

from tests.end_to_end.cdktf import INSTALL

pytestmark = [pytest.mark.end_to_end, pytest.mark.long]


@pytest.fixture(scope="module")
def life(cdktf: Future[dict[str, str]] | None) -> dict[str, str]:
    """What each command printed. Skips where the command is missing; in CI that is a failure."""
    if cdktf:
        return cdktf.result()
    if os.environ.get("CI"):
        pytest.fail(INSTALL)
    pytest.skip(INSTALL)


def test_synth_writes_the_stack(life: dict[str, str]) -> None:
    assert "Generated Terraform code for the stacks: payments-dev-by-cdktf" in life["synth"]


def test_diff_shows_what_would_be_made(life: dict[str, str]) -> None:
    assert "aws_rds_cluster.database will be created" in life["diff"]
    assert "0 to change, 0 to destroy" in life["diff"]


def test_deploy_makes_it(life: dict[str, str]) -> None:
    assert "Apply complete!" in life["deploy"]
    assert "https://payments-by-cdktf.dev.example.com" in life["deploy"]


def test_a_second_diff_is_empty(life: dict[str, str]) -> None:
    assert "No changes" in life["second diff"]


def test_destroy_takes_it_away(life: dict[str, str]) -> None:
    assert "Destroy complete!" in life["destroy"]
