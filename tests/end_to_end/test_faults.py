"""What goes wrong while dev is applied, one thing after the other, and that each ends in a sentence or heals."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from migrations import revisions
from tests.end_to_end import leaks, mirror
from tests.end_to_end.change_cases import NEXT_IMAGE, NEXT_REVISION
from tests.end_to_end.changes import Change, synthesize
from tests.end_to_end.lanes import Lanes, Life
from tests.end_to_end.leaks import NO_NOTES
from tests.end_to_end.recovery import Recovery
from tests.end_to_end.terraform import Terraform, TerraformError

pytestmark = pytest.mark.end_to_end

Next = Callable[..., Terraform]


@pytest.fixture(scope="module")
def life(lanes: Lanes) -> Life:
    return lanes["payments-dev"]


@pytest.fixture(scope="module")
def settings() -> dict[str, dict[str, Any]]:
    """What the tests before have changed: the next change comes on top of it."""
    return {}


@pytest.fixture
def module(
    life: Life, settings: dict[str, dict[str, Any]], tmp_path: Path, request: pytest.FixtureRequest
) -> Callable[..., Terraform]:
    """Synthesizes dev with changes on top of those so far, ready to be planned in a folder of its own."""

    def synthesized(*, revision: str = "", **sections: dict[str, Any]) -> Terraform:
        for name, values in sections.items():
            settings.setdefault(name, {}).update(values)
        folder = tmp_path / str(len(list(tmp_path.iterdir())))
        folder.mkdir()
        stack = synthesize(Change(settings, revision), {"ENVIRONMENT": "dev"}, folder)
        return life.bench.changed(life.module, stack, f"{request.node.name}-{folder.name}")

    return synthesized


def serving(life: Life) -> list[str]:
    """The task definitions that the services run, each of which can still start tasks."""
    ecs = life.bench.emulator.client("ecs", life.account)
    services = ecs.describe_services(cluster="payments-dev", services=["payments-dev-api", "payments-dev-worker"])
    running = [service["taskDefinition"] for service in services["services"]]
    for arn in running:
        assert ecs.describe_task_definition(taskDefinition=arn)["taskDefinition"]["status"] == "ACTIVE"
    return running


def test_two_applies_at_once_do_not_meet(life: Life, module: Next) -> None:
    first = module(logs={"retention_days": 90})
    bucket, lock = life.backend["bucket"], f"{life.backend['key']}.tflock"
    s3 = life.bench.emulator.client("s3", life.account, life.backend["region"])
    running = first.start("apply", "-auto-approve")
    deadline = time.monotonic() + 300
    while "Contents" not in s3.list_objects_v2(Bucket=bucket, Prefix=lock):
        assert time.monotonic() < deadline and running.poll() is None, first.log.read_text()[-4000:]
        time.sleep(0.05)
    with pytest.raises(TerraformError, match="Error acquiring the state lock"):
        life.module.plan_and_apply()
    waited = first.plan("-lock-timeout=300s")
    assert running.wait() == 0, first.log.read_text()[-4000:]
    assert not waited


def test_an_aws_that_fails_for_a_while_is_asked_again(life: Life, module: Next) -> None:
    changed = module(network={"extra_endpoints": ("sns",)})
    # Every third request to the lock, the state and the services, until 60 have failed.
    life.bench.emulator.ask("faults", left=60, every=3, status=503)
    changed.plan_and_apply()
    assert life.bench.emulator.ask("faults")["left"] == 0  # that nothing is left to do, the last test's plan says


def test_a_failing_migration_leaves_the_old_tasks_serving(life: Life, module: Next) -> None:
    old = serving(life)
    bad = module(
        service={"image": NEXT_IMAGE}, revision="-- phase: expand\n\nALTER TABLE payments.nowhere ADD x int;\n"
    )
    with pytest.raises(TerraformError, match=rf"{len(revisions.load()) + 1:04}_added_by_a_test\.sql"):
        bad.plan_and_apply()
    assert serving(life) == old


def test_killed_between_the_cluster_and_its_secret_and_raising_the_version_heals(life: Life, module: Next) -> None:
    old = serving(life)
    raised = module(database={"password_version": 2}, revision=NEXT_REVISION)
    life.bench.emulator.ask("faults", left=1_000, operation="secretsmanager.PutSecretValue")
    running = raised.start("apply", "-auto-approve")
    deadline = time.monotonic() + 300
    while life.attributes("aws_rds_cluster")["master_password_wo_version"] != 2:
        assert time.monotonic() < deadline and running.poll() is None, raised.log.read_text()[-4000:]
        time.sleep(0.5)
    Recovery(raised, life.bench.emulator).kill(running)
    life.bench.emulator.ask("faults")
    # Now the cluster has the password that was lost, and the secret gets another one.
    with pytest.raises(TerraformError, match="raise `password_version`"):
        raised.plan_and_apply()
    assert serving(life) == old

    # The final snapshot is for test_destroy.py.
    healed = module(database={"password_version": 3, "final_snapshot": True}, revision=NEXT_REVISION)
    # All is done but for the version before the last: the provider wants to take a label from it that has moved on.
    with pytest.raises(TerraformError, match=r"deleting Secrets Manager Secret Version .* stage \(AWSPREVIOUS\)"):
        healed.plan_and_apply()
    assert serving(life) != old
    healed.plan_and_apply()
    assert not healed.plan()
    life.bench.emulator.check()


@pytest.mark.skipif(mirror.from_registry(), reason=NO_NOTES)
def test_none_of_it_left_a_password_anywhere(life: Life) -> None:
    assert not leaks.found(life.bench)
