"""I-04: more callers may take on a role."""

from collections.abc import Iterator

from plan_review.policies import Kind
from plan_review.rule import Hit, Rule
from plan_review.stack import Stack
from plan_review.tier import Tier

RULE = Rule(
    "I-04",
    Tier.DANGER,
    what="A role's trust policy gains a principal or loses a condition.",
    why="Everything the role may do, the new caller may do; without `sub` any repository can be that caller.",
    do="Keep one principal, with aws:SourceAccount, aws:SourceArn, ExternalId or the token's `sub`.",
    raised_in_production=True,
)


def check(stack: Stack) -> Iterator[Hit]:
    for policy in stack.policies:
        # A role made in this plan trusts somebody by necessity; what it may do is I-02's.
        if policy.kind is Kind.TRUST and policy.change.action != "create":
            for access in policy.gained():
                yield Hit(policy.change, f"trusts more: {access}", (policy.path,))
