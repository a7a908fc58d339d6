"""What a rule is, and what it says when it fires."""

from dataclasses import dataclass

from plan_review.change import Change
from plan_review.tier import Tier


@dataclass(frozen=True)
class Rule:
    """The fixed words of one rule: what it looks for, why that matters to a payments platform, what to do about it."""

    id: str
    tier: Tier
    what: str
    why: str
    do: str
    # DANGER outside production, BLOCK in it: rows marked (p) in the specification.
    raised_in_production: bool = False
    # Needs an acknowledgement in every environment, whatever its tier.
    never_green: bool = False


@dataclass(frozen=True)
class Hit:
    """One firing: `detail` holds fixed words and values that may be shown, nothing else.

    `unknown` paths make it "cannot tell". `tier` overrides the rule's own; `change` is None for the plan as a whole.
    """

    change: Change | None
    detail: str
    paths: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    tier: Tier | None = None

    @property
    def certain(self) -> bool:
        return not self.unknown
