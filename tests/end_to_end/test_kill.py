"""Terraform is killed in the middle of an apply, started again, killed further on; then it is applied to the end."""

import os
from pathlib import Path

import pytest

from tests.end_to_end import account
from tests.end_to_end.bench import Bench, module_of
from tests.end_to_end.recovery import Recovery, existing

pytestmark = [pytest.mark.end_to_end, pytest.mark.long]
STACK = "payments-dev-pr-42"

# Each chain starts in an empty account. A point is the share of the resources that are made when the kill comes.
# `FAULTS=all` (make test-faults) goes through 20 points in five chains, every other run through one chain of two.
ALL = [[(chain + 5 * link) / 21 for link in range(4)] for chain in range(1, 6)]
CHAINS = ALL if os.environ.get("FAULTS") == "all" else [[0.3, 0.7]]


@pytest.mark.parametrize("chain", CHAINS, ids=lambda chain: " ".join(f"{point:.0%}" for point in chain))
def test_a_killed_apply_goes_on_to_the_same_state(chain: list[float], bench: Bench, outdir: Path) -> None:
    stack = outdir / "stacks" / STACK
    content = module_of(stack)
    account.make_state_bucket(bench.emulator, content)
    account.make_hosted_zone(bench.emulator, content)
    account.push_image(bench.emulator, content)
    wanted = {f"{type_}.{name}" for type_, named in content["resource"].items() for name in named}
    module = bench.module(stack)
    module.init()

    recovery = Recovery(module, bench.emulator)
    for point in chain:
        recovery.apply(kill_at=round(point * len(wanted)))
    recovery.apply()
    print(f"{len(recovery.imported)} of {len(wanted)} resources were imported: {sorted(recovery.imported)}")

    assert not module.plan()
    assert module.addresses() == wanted


def test_only_what_exists_is_imported() -> None:
    role = "Error: creating IAM Role (a): EntityAlreadyExists\n\n  with aws_iam_role.one,\n  on cdk.tf.json line 1\n"
    rule = "Error: creating Rule\n\n  with aws_rule.two,\n  on cdk.tf.json line 2\n\nInvalidPermission.Duplicate\n"
    limit = "Error: creating EC2 VPC: VpcLimitExceeded\n\n  with aws_vpc.three,\n  on cdk.tf.json line 3\n"
    assert existing(f"{role}\n{rule}") == ["aws_iam_role.one", "aws_rule.two"]
    with pytest.raises(AssertionError, match="VpcLimitExceeded"):
        existing(f"{role}\n{limit}")
