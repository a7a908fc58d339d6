"""No address of a stateful resource gets lost; the promise is written down in one file a stack."""

import re

import pytest

from tests.addresses.contract import FOLDER, losses, promised, stateful
from tests.stack import Stack


def test_no_promised_address_is_lost(stack: Stack) -> None:
    assert not losses(stack)


def test_every_stateful_resource_is_promised(stack: Stack, request: pytest.FixtureRequest) -> None:
    """`pytest tests/addresses --update-snapshots` writes the files anew; a line that goes needs a `moved` block."""
    if request.config.getoption("--update-snapshots"):
        (FOLDER / f"{stack.name}.txt").write_text("".join(f"{address}\n" for address in stateful(stack)))
    assert promised(stack.name) == stateful(stack)


def _renamed(stack: Stack, type_: str, old: str, new: str) -> Stack:
    """The stack as if someone had given the construct of a resource another id."""
    changed = stack.changed()
    resources = changed.module["resource"][type_]
    resources[new] = resources.pop(old)
    return changed


def test_a_renamed_construct_is_found_and_the_sentence_says_what_to_do(stacks: dict[str, Stack]) -> None:
    renamed = _renamed(stacks["payments-prod"], "aws_rds_cluster", "database", "Database_Main_A1B2C3D4")
    [sentence] = losses(renamed)
    assert re.match(r"payments-prod: aws_rds_cluster\.database is gone.*lasting\(resource, 'database'\)", sentence)
    assert "move_from_id" in sentence


def test_a_moved_block_keeps_the_promise(stacks: dict[str, Stack]) -> None:
    renamed = _renamed(stacks["payments-prod"], "aws_rds_cluster", "database", "Database_Main_A1B2C3D4")
    move = {"from": "aws_rds_cluster.database", "to": "aws_rds_cluster.Database_Main_A1B2C3D4"}
    renamed.module["moved"] = [move]
    assert not losses(renamed)
    renamed.module["moved"] = [{**move, "to": "aws_rds_cluster.nowhere"}]
    assert losses(renamed)


@pytest.mark.parametrize("other", ["prod_database", "Database"])
def test_a_renamed_construct_keeps_the_address_of_a_lasting_resource(other: str) -> None:
    """What `lasting` is for: the same cluster, whatever the construct around it is called."""
    from cdktf import Testing
    from cdktf_cdktf_provider_aws.rds_cluster import RdsCluster
    from constructs import Construct

    from constructs_lib.lasting import lasting

    def synthesized(parent: str) -> str:
        scope = Testing.stub_version(Testing.app())
        from cdktf import TerraformStack

        stack = TerraformStack(scope, "stack")
        lasting(RdsCluster(Construct(stack, parent), "Cluster", engine="aurora-postgresql"), "database")
        return str(Testing.synth(stack))

    assert '"database": {' in synthesized(other) and '"database": {' in synthesized("Before")
