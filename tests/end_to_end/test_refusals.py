"""What a plan of production refuses before anything is touched, each with a sentence that says why."""

import hashlib
from pathlib import Path

import pytest

from tests.end_to_end.changes import Change, synthesize
from tests.end_to_end.lanes import Lanes, Life
from tests.end_to_end.terraform import Terraform, TerraformError

pytestmark = pytest.mark.end_to_end


@pytest.fixture
def life(lanes: Lanes) -> Life:
    """Alone in its account, but for its foundation: nobody else changes what is there."""
    return lanes["payments-prod"]


def test_another_account_s_credentials(life: Life) -> None:
    stranger = Terraform(life.module.folder, {**life.module.environment, **life.bench.environment("999999999999")})
    with pytest.raises(TerraformError, match="AWS account ID not allowed: 999999999999"):
        stranger.plan("-lock=false", out="stranger.tfplan")


def test_an_engine_version_that_is_not_offered(life: Life) -> None:
    there = life.inventory()
    life.bench.emulator.ask("withdraw", engine_versions=["17.7"])
    try:
        with pytest.raises(TerraformError, match=r"aurora-postgresql 17\.7 is not available in this"):
            life.module.plan(out="withdrawn.tfplan")
    finally:
        life.bench.emulator.ask("withdraw", engine_versions=[])
    assert life.inventory() == there


def test_an_image_that_the_registry_does_not_hold(life: Life, tmp_path: Path) -> None:
    there = life.inventory()
    repository = "777788889999.dkr.ecr.eu-west-1.amazonaws.com/payments-foundation-prod"
    image = f"{repository}@sha256:{hashlib.sha256(b'never pushed').hexdigest()}"
    stack = synthesize(Change({"service": {"image": image}}), {"ENVIRONMENT": "prod"}, tmp_path)
    with pytest.raises(TerraformError, match=r"reading ECR Images|ImageNotFound|no matching image|couldn't find"):
        life.bench.changed(life.module, stack, "never-pushed").plan()
    assert life.inventory() == there
