"""I-05: a key's policy opens it to somebody, or locks out its administrators."""

from collections.abc import Iterator

from plan_review.iam_documents import Access
from plan_review.policies import Kind
from plan_review.rule import Hit, Rule
from plan_review.stack import Stack
from plan_review.tier import Tier

RULE = Rule(
    "I-05",
    Tier.BLOCK,
    what="A KMS key's policy gains a principal, loses a condition, or loses its administrators.",
    why="The key is the last wall around card data; a key that nobody administers can't be repaired by AWS either.",
    do="Keep the statement for the account's root; grant use through IAM policies or to one service with a condition.",
)


def check(stack: Stack) -> Iterator[Hit]:
    for policy in stack.policies:
        if policy.kind is not Kind.KEY or policy.change.action in ("create", "destroy"):
            continue
        old = policy.before.allows()
        known = {access.principal for access in old}
        for access in policy.gained():
            if access.principal not in known:
                yield Hit(policy.change, f"new principal: {access}", (policy.path,))
            elif any(set(o.actions) & set(access.actions) and o.principal == access.principal for o in old):
                yield Hit(policy.change, f"condition lost: {access}", (policy.path,))
        new = policy.after.allows() if policy.after is not None else old
        if any(map(_administers, old)) and not any(map(_administers, new)):
            yield Hit(policy.change, "lock-out: the administrators' statement is gone", (policy.path,))


def _administers(access: Access) -> bool:
    root = access.principal.endswith(":root") or access.principal == "*"
    return root and bool({action.lower() for action in access.actions} & {"*", "kms:*", "kms:putkeypolicy", "kms:put*"})
