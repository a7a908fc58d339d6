"""I-07: a policy can't be compared, because it is known only after apply. The "cannot tell" of I-01 to I-06."""

from collections.abc import Iterator

from plan_review import values
from plan_review.change import UNKNOWN
from plan_review.directions import cannot_tell
from plan_review.rule import Hit, Rule
from plan_review.stack import Stack
from plan_review.tier import Tier

RULE = Rule(
    "I-07",
    Tier.DANGER,
    what="A policy is known only after apply, or is not a policy that can be read.",
    why="Whatever it will allow, nobody has seen it.",
    do="Read the statement in the code; apply what it refers to first, then this plan shows it in full.",
)


def check(stack: Stack) -> Iterator[Hit]:
    for policy in stack.policies:
        if policy.after is not None:
            continue
        if policy.change.new(policy.path) is not UNKNOWN:
            hidden = policy.change.sensitive(policy.path)
            detail = "the policy is marked as sensitive" if hidden else "the policy can't be read"
            yield cannot_tell(policy.change, policy.path, detail)
            continue
        references = stack.plan.references(policy.change.address, policy.path.partition(".")[0])
        whole = [r for r in references if not any(other.startswith(f"{r}.") for other in references)]
        because = ", ".join(values.name(reference) for reference in whole) or "references not given"
        # A policy of something made in this plan can only have rights that I-02 prints from the configuration.
        new = policy.change.action == "create" and policy.source is not None
        tier = Tier.REVIEW if new else None
        yield cannot_tell(policy.change, policy.path, f"known after apply because of {because}", tier=tier)
