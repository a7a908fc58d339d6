"""Terraform is killed in the middle of an apply, started again, killed further on; then it is applied to the end."""

from collections import Counter
from concurrent.futures import Future
from pathlib import Path

import pytest

from tests.end_to_end.bench import Bench, module_of
from tests.end_to_end.import_ids import ASKED, BY_NAME, LOOKED_FOR, MADE_AGAIN, WRITTEN_OVER
from tests.end_to_end.lanes import KILLED, KILLS, Lanes
from tests.end_to_end.recovery import CHAINS, Chain, Recovery, existing, without_a_state

pytestmark = pytest.mark.end_to_end


def applied_in_the_end(recovery: Recovery, kills: int) -> None:
    print(f"{len(recovery.imported)} of {len(recovery.wanted)} resources were imported: {sorted(recovery.imported)}")
    assert recovery.kills == kills
    assert recovery.made == recovery.wanted
    assert not recovery.changes
    assert not recovery.leaks


def test_a_killed_apply_goes_on_to_the_same_state(lanes: Lanes) -> None:
    recovery = lanes[KILLED].recovery
    assert recovery
    applied_in_the_end(recovery, len(KILLS))


@pytest.mark.long
@pytest.mark.parametrize("chain", CHAINS, ids=lambda chain: " ".join(f"{point:.0%}" for point in chain))
def test_wherever_it_is_killed(chain: Chain, kills: dict[Chain, Future[Recovery]]) -> None:
    applied_in_the_end(kills[chain].result(), len(chain))


@pytest.mark.long
def test_a_lost_state_is_made_anew_from_what_is_there(bench: Bench, outdir: Path) -> None:
    """Every answer of `import_ids.py` that the emulated AWS asks for, not those alone that a kill happens to need."""
    applied_in_the_end(without_a_state(bench, bench.alone(outdir / "stacks" / KILLED)), kills=0)


def test_every_type_is_found_again_or_may_be_made_again(outdir: Path) -> None:
    """Where a kill comes is chance: each type's answer must be there before it is needed."""
    stacks = [path for path in (outdir / "stacks").iterdir() if not path.name.startswith("payments-foundation")]
    used = {type_ for stack in stacks for type_ in module_of(stack)["resource"]}
    answers = Counter([*BY_NAME, *ASKED, *LOOKED_FOR, *WRITTEN_OVER, *MADE_AGAIN])
    assert used == set(answers)
    assert answers.total() == len(used), [type_ for type_, times in answers.items() if times > 1]


def test_only_what_exists_is_imported() -> None:
    role = "Error: creating IAM Role (a): EntityAlreadyExists\n\n  with aws_iam_role.one,\n  on cdk.tf.json line 1\n"
    rule = "Error: creating Rule\n\n  with aws_rule.two,\n  on cdk.tf.json line 2\n\nInvalidPermission.Duplicate\n"
    limit = "Error: creating EC2 VPC: VpcLimitExceeded\n\n  with aws_vpc.three,\n  on cdk.tf.json line 3\n"
    assert existing(f"{role}\n{rule}") == ["aws_iam_role.one", "aws_rule.two"]
    with pytest.raises(AssertionError, match="VpcLimitExceeded"):
        existing(f"{role}\n{limit}")
