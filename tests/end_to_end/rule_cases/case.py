"""One case of one rule: what it says of one resource in one plan."""

from dataclasses import dataclass

from plan_review.tier import Tier
from tests.end_to_end.rule_cases.edits import Edit

# Plans of production: what is dangerous in place, what is replaced or leaves, what is not known yet, what is harmless.
WEAKENED, REPLACED, NOT_KNOWN, NEIGHBOURS = "weakened", "replaced", "not known", "neighbours"
# The same of a module with what the stacks don't have: `extras.py`.
EXTRAS_WEAKENED, EXTRAS_NOT_KNOWN, EXTRAS_NEIGHBOURS = "extras weakened", "extras not known", "extras neighbours"
# With -target and a refresh, after somebody changed production by hand.
DRIFTED = "drifted"
# The harmless neighbours, read without the base's `cdk.tf.json`.
NO_BASE = "neighbours without a base"
PRODUCTION = (WEAKENED, REPLACED, NOT_KNOWN, NEIGHBOURS, DRIFTED)
EXTRAS = (EXTRAS_WEAKENED, EXTRAS_NOT_KNOWN, EXTRAS_NEIGHBOURS)


@dataclass(frozen=True)
class Case:
    """`tier` is None for a rule that has to be silent at `address`; an empty address means the plan as a whole."""

    rule: str
    kind: str
    tier: Tier | None
    address: str
    plan: str
    edits: tuple[Edit, ...]

    def __str__(self) -> str:
        return f"{self.rule} {self.kind}: {self.address.partition('.')[0] or 'the plan'} in {self.plan}"


class Cases(list[Case]):
    """Cases of one group of rules, written one a line."""

    def fires(self, rule: str, tier: str, address: str, *edits: Edit, plan: str = WEAKENED) -> None:
        self.append(Case(rule, "fires", Tier[tier], address, plan, edits))

    def silent(self, rule: str, address: str, *edits: Edit, plan: str = NEIGHBOURS) -> None:
        self.append(Case(rule, "does not", None, address, plan, edits))

    def unsure(self, rule: str, tier: str, address: str, *edits: Edit, plan: str = NOT_KNOWN) -> None:
        self.append(Case(rule, "cannot tell", Tier[tier], address, plan, edits))
