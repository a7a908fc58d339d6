"""`terraform destroy` leaves nothing, and refuses where data is protected. Runs last: see conftest.py."""

from concurrent.futures import Future, ThreadPoolExecutor

import pytest

from tests.end_to_end.lanes import Lanes, Life
from tests.end_to_end.terraform import TerraformError

pytestmark = pytest.mark.end_to_end
PROTECTED = ["payments-staging", "payments-prod", "payments-foundation-staging", "payments-foundation-prod"]
# Both in one account, and away at the same time: one by Terraform's command, one by cdktf's.
DISPOSABLE = ["payments-dev", "payments-dev-pr-42"]


def refusal(life: Life) -> str:
    """What Terraform says to a destroy that it refuses."""
    there = life.inventory()
    with pytest.raises(TerraformError) as refused:
        life.module.destroy("-refresh=false")  # the second plan of its life asked the account
    assert life.inventory() == there
    return str(refused.value)


def final_snapshots(life: Life) -> list[str]:
    """What the cluster of the applied state asks for: nothing, or one after test_faults.py."""
    attributes = life.attributes("aws_rds_cluster")
    # Of a cluster that is made anew the name is another one: its VPC is.
    assert attributes["skip_final_snapshot"] or "-final-vpc-" in attributes["final_snapshot_identifier"]
    return [] if attributes["skip_final_snapshot"] else [attributes["final_snapshot_identifier"]]


@pytest.fixture(scope="module")
def refusals(lanes: Lanes) -> dict[str, Future[str]]:
    """Of the protected stacks in other accounts, made while Terraform waits for dev to be gone."""
    pool = ThreadPoolExecutor(2)
    return {stack: pool.submit(refusal, lanes[stack]) for stack in PROTECTED}


@pytest.fixture(scope="session")
def ends(lanes: Lanes) -> dict[str, tuple[list[str], Future[str]]]:
    """Final snapshots that the disposable stacks ask for, and what Terraform prints while it destroys them."""
    pool = ThreadPoolExecutor(len(DISPOSABLE))
    lives = [lanes[stack] for stack in DISPOSABLE]
    return {life.module.folder.name: (final_snapshots(life), pool.submit(life.destroy)) for life in lives}


@pytest.mark.parametrize("stack", PROTECTED)
@pytest.mark.usefixtures("ends")  # which take their time from here on
def test_a_protected_stack_refuses_with_a_clear_sentence(stack: str, refusals: dict[str, Future[str]]) -> None:
    assert "Instance cannot be destroyed" in refusals[stack].result()


def test_nothing_is_left_of_disposable_stacks(lanes: Lanes, ends: dict[str, tuple[list[str], Future[str]]]) -> None:
    assert all("Destroy complete!" in printed.result() for _, printed in ends.values())
    wanted = {f"rds eu-west-1 cluster_snapshots {name}" for snapshots, _ in ends.values() for name in snapshots}
    one, other = (lanes[stack] for stack in DISPOSABLE)
    assert one.inventory() - (one.before & other.before) == wanted
    one.bench.emulator.check()


def test_so_does_the_foundation_of_an_account_without_workspaces(lanes: Lanes) -> None:
    assert "Instance cannot be destroyed" in refusal(lanes["payments-foundation-dev"])


def test_a_deleted_secret_does_not_block_its_workspace(lanes: Lanes) -> None:
    """Its name has a suffix that is new in every life, though AWS keeps the old one for its recovery window."""
    module = lanes["payments-dev"].module
    assert module.plan()
    [secret] = [one for one in module.show()["resource_changes"] if one["type"] == "aws_secretsmanager_secret"]
    assert secret["change"]["after"]["name_prefix"].startswith("payments-dev-database-master-")
    assert "name" not in secret["change"]["after"]
