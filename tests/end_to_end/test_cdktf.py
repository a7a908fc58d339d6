"""cdktf's own command takes a copy from nothing to a life; test_destroy.py has its end."""

import os

import pytest

from tests.end_to_end.cdktf import INSTALL, Cdktf
from tests.end_to_end.lanes import Lanes

pytestmark = pytest.mark.end_to_end
STACK = "payments-dev-pr-42"


@pytest.fixture
def cdktf(lanes: Lanes) -> Cdktf:
    """The command that made the copy. Skips where it is missing; in CI that is a failure."""
    if found := lanes[STACK].cdktf:
        return found
    if os.environ.get("CI"):
        pytest.fail(INSTALL)
    pytest.skip(INSTALL)


def test_synth_writes_the_stack(cdktf: Cdktf) -> None:
    assert f"Generated Terraform code for the stacks: {STACK}" in cdktf.printed("synth")


def test_diff_shows_what_would_be_made(cdktf: Cdktf) -> None:
    assert "aws_rds_cluster.database (Database/Cluster) will be created" in cdktf.printed("diff")
    assert "0 to change, 0 to destroy" in cdktf.printed("diff")


def test_deploy_makes_it(cdktf: Cdktf) -> None:
    assert "Apply complete!" in cdktf.printed("deploy")
    assert "https://payments-pr-42.dev.example.com" in cdktf.printed("deploy")
