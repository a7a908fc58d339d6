"""Every rule of the plan review on real plans: a case that fires, one that does not, one that cannot tell."""

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import pytest

from plan_review.inputs import Context
from plan_review.review import Review
from plan_review.rules import all_rules
from tests.end_to_end.bench import module_of
from tests.end_to_end.lanes import Lanes
from tests.end_to_end.rule_cases import (
    availability,
    data_and_keys,
    evidence_and_plan,
    extras,
    guards,
    identity,
    network,
    secrets,
)
from tests.end_to_end.rule_cases.case import EXTRAS, NEIGHBOURS, NO_BASE, PRODUCTION, Case
from tests.end_to_end.rule_cases.plans import address_in, read, reviewed
from tests.plan_review.rules.test_all import ALWAYS_KNOWN, NEVER_CERTAIN

pytestmark = [pytest.mark.end_to_end, pytest.mark.long]
GROUPS = (data_and_keys, guards, network, identity, availability, secrets, evidence_and_plan)
CASES = [case for group in GROUPS for case in group.CASES]
KINDS = ("fires", "does not", "cannot tell")
# What Terraform or a provider never puts into a plan.
NOT_IN_A_PLAN = {
    ("D-03", "cannot tell"): "the provider always stores which instance is the writer",
    ("P-01", "cannot tell"): "Terraform says since 1.8 whether a plan is complete, and the stacks ask for 1.11",
    ("P-05", "cannot tell"): "Terraform always writes a provider's source",
    ("P-06", "cannot tell"): "Terraform refuses to import by an id that it does not know yet",
}


@pytest.fixture(scope="module")
def reviews(
    lanes: Lanes, outdir: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, Future[Review]]]:
    """The review of each plan by its name; made two at a time while the first are looked at."""
    life, stack = lanes["payments-prod"], outdir / "stacks" / "payments-prod"
    others = tmp_path_factory.mktemp("extras") / "payments-extras"
    extras.write(module_of(stack), others)

    def of_extras(plan: str) -> Review:
        return reviewed(applied.result(), life.bench, others, plan, CASES)

    def without_base() -> Review:
        made[NEIGHBOURS].result()
        return read(life.bench, NEIGHBOURS, Context())

    with ThreadPoolExecutor(2) as pool:
        applied = pool.submit(extras.applied, life.bench, others)
        made = {plan: pool.submit(reviewed, life.module, life.bench, stack, plan, CASES) for plan in PRODUCTION}
        made |= {plan: pool.submit(of_extras, plan) for plan in EXTRAS}
        yield {**made, NO_BASE: pool.submit(without_base)}


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_case(case: Case, reviews: dict[str, Future[Review]]) -> None:
    review = reviews[case.plan].result()
    address = address_in(review, case.address)
    said = [found for found in review.findings if found.rule.id == case.rule and found.address == address]
    if case.tier is None:
        assert not said, [found.detail for found in said]
        assert not address or any(line.address == address for line in review.lines), "nothing changes there"
        return
    assert said, "the rule was silent"
    assert max(found.tier for found in said) is case.tier, [(found.tier, found.detail) for found in said]
    assert {bool(found.unknown) for found in said} == {case.kind == "cannot tell"}


@pytest.mark.parametrize("rule", [rule.id for rule, _ in all_rules()])
def test_every_kind_of_every_rule_is_proved(rule: str) -> None:
    proved = {case.kind for case in CASES if case.rule == rule}
    never = {kind for id_, kind in NOT_IN_A_PLAN if id_ == rule}
    never |= {"cannot tell"} if rule in ALWAYS_KNOWN else set()
    never |= {"fires"} if rule in NEVER_CERTAIN else set()
    assert proved | never == set(KINDS)
    assert not proved & never, "proved, and said to be impossible"
