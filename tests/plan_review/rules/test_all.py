"""Every rule has its three cases, and says what, why and what to do."""

from collections import defaultdict

import pytest

from plan_review.project import OWNERS
from plan_review.rule import Rule
from plan_review.rules import all_rules
from tests.plan_review.rules import (
    test_availability,
    test_data_and_keys,
    test_evidence_and_plan,
    test_guards,
    test_identity,
    test_network,
    test_secrets,
)

GROUPS = (
    *(test_data_and_keys, test_guards, test_network, test_identity, test_availability, test_secrets),
    test_evidence_and_plan,
)
# Rules that can always tell, and why; and the one that is silent exactly when the others can tell.
ALWAYS_KNOWN = {
    "D-01": "actions are always known",
    "D-07": "actions are always known",
    "A-07": "actions are always known",
    "P-02": "it counts actions",
    "I-01": "a policy that is not known is I-07's",
    "I-03": "a policy that is not known is I-07's",
    "I-04": "a policy that is not known is I-07's",
    "I-05": "a policy that is not known is I-07's",
}
NEVER_CERTAIN = {"I-07": "it is the cannot tell of the others"}
RULES = [rule for rule, _ in all_rules()]


def test_there_are_53() -> None:
    ids = [rule.id for rule in RULES]
    assert len(ids) == len(set(ids)) == 53


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_every_rule_has_its_cases(rule: Rule) -> None:
    kinds = defaultdict(list)
    for group in GROUPS:
        for case in group.CASES:
            kinds[case.rule].append(case.kind)
    expected = {"fires", "does not", "cannot tell"}
    expected -= {"cannot tell"} if rule.id in ALWAYS_KNOWN else set()
    expected -= {"fires"} if rule.id in NEVER_CERTAIN else set()
    assert set(kinds[rule.id]) == expected


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_every_rule_explains_itself(rule: Rule) -> None:
    assert rule.id[0] in OWNERS
    for text in (rule.what, rule.why, rule.do):
        assert text.endswith(".") and 10 < len(text) < 200
