"""What a review found, ready to be shown."""

import hashlib
from dataclasses import dataclass
from functools import cached_property

from plan_review import values
from plan_review.change import Change
from plan_review.project import OWNERS
from plan_review.rule import Hit, Rule
from plan_review.rules.d01_stateful_removed import STATEFUL
from plan_review.stack import Stack
from plan_review.tier import Tier

# Rules whose uncertain findings stay as heavy as DANGER: exposure and identity.
STAYS_AT_DANGER = ("N", "I")


@dataclass(frozen=True)
class Finding:
    """One rule that fired, or could not tell, on one resource or on the plan as a whole."""

    rule: Rule
    tier: Tier
    stack: str
    address: str
    construct_path: str | None
    action: str
    order: str
    detail: str
    paths: tuple[str, ...]
    unknown: tuple[str, ...]
    stateful: bool

    @property
    def owner(self) -> str:
        return OWNERS[self.rule.id[0]]

    @cached_property
    def fingerprint(self) -> str:
        """Names this finding in an acknowledgement: whatever of it is shown, nothing that is hidden.

        The detail is part of it, so that an acknowledgement covers what was read, not a later, wider change.
        """
        parts = (self.stack, self.rule.id, self.address, *self.paths, self.detail)
        return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:16]


def finding(stack: Stack, rule: Rule, hit: Hit) -> Finding:
    """A hit with its final tier: raised in production, lowered where it could not tell."""
    tier = hit.tier if hit.tier is not None else rule.tier
    if not hit.certain and hit.tier is None:
        keeps = rule.id[0] in STAYS_AT_DANGER and tier >= Tier.DANGER
        # What nobody can see is never called routine.
        tier = max(tier.one_below(), Tier.DANGER if keeps else Tier.REVIEW)
    elif stack.production and rule.raised_in_production and tier is Tier.DANGER:
        tier = Tier.BLOCK
    change = hit.change
    return Finding(
        rule=rule,
        tier=tier,
        stack=stack.name,
        address=values.address(change.address) if change else "",
        construct_path=shown_path(stack, change),
        action=change.action if change else "plan",
        order=change.order if change else "",
        detail=hit.detail,
        paths=tuple(dict.fromkeys(values.attribute_name(path) for path in hit.paths)),
        unknown=tuple(dict.fromkeys(values.attribute_name(path) for path in hit.unknown)),
        stateful=bool(change and change.type in STATEFUL),
    )


def shown_path(stack: Stack, change: Change | None) -> str | None:
    """The construct's path as it may be shown, or None."""
    path = stack.construct_path(change) if change else None
    shown = values.name(path) if path else None
    return None if shown == values.HIDDEN else shown
