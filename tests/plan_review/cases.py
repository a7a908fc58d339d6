"""Cases of rules: one that fires, one that does not, one that cannot tell."""

from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from plan_review.finding import Finding, finding
from plan_review.rule import Rule
from plan_review.rules import Check, all_rules
from plan_review.tier import Tier
from tests.plan_review.plans import Values, plan, stack

OF_THE_PLAN = (
    *("references", "complete", "resource_drift", "output_changes", "checks", "deferred_changes", "applyable"),
    *("configuration", "terraform_version"),
)


@dataclass(frozen=True)
class Case:
    """A plan, and what one rule makes of it: a tier when it fires or cannot tell, None when it is silent."""

    rule: str
    kind: str
    name: str
    tier: Tier | None
    resources: tuple[Values, ...]
    fields: dict[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.rule} {self.kind}: {self.name}"

    def findings(self) -> list[Finding]:
        fields = dict(self.fields)
        made = plan(*self.resources, **{name: fields.pop(name) for name in OF_THE_PLAN if name in fields})
        subject = stack(made, **fields)
        rule, check = rule_of(self.rule)
        return [finding(subject, rule, hit) for hit in check(subject)]

    def check(self) -> None:
        """Fails unless the rule does what the case says."""
        found = self.findings()
        if self.tier is None:
            assert not found, [item.detail for item in found]
            return
        assert found, "the rule was silent"
        assert max(item.tier for item in found) is self.tier, [(item.tier, item.detail) for item in found]
        assert {bool(item.unknown) for item in found} == {self.kind == "cannot tell"}


@lru_cache(maxsize=1)
def _rules() -> dict[str, tuple[Rule, Check]]:
    return {rule.id: (rule, check) for rule, check in all_rules()}


def rule_of(id_: str) -> tuple[Rule, Check]:
    return _rules()[id_]


class Cases(list[Case]):
    """Cases of one group of rules, written one a line."""

    def fires(self, rule: str, tier: str, name: str, *resources: Values, **fields: Any) -> None:
        self.append(Case(rule, "fires", name, Tier[tier], resources, fields))

    def silent(self, rule: str, name: str, *resources: Values, **fields: Any) -> None:
        self.append(Case(rule, "does not", name, None, resources, fields))

    def unsure(self, rule: str, tier: str, name: str, *resources: Values, **fields: Any) -> None:
        self.append(Case(rule, "cannot tell", name, Tier[tier], resources, fields))
