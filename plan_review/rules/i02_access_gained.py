"""I-02: somebody may do more than before."""

from collections.abc import Iterator

from plan_review import values
from plan_review.change import UNKNOWN
from plan_review.directions import cannot_tell
from plan_review.policies import Kind
from plan_review.rule import Hit, Rule
from plan_review.stack import Stack
from plan_review.tier import Tier

RULE = Rule(
    "I-02",
    Tier.DANGER,
    what="A policy allows actions on resources that it did not allow before.",
    why="Every right that a component doesn't need is one for whoever breaks into it.",
    do="Check that the component calls these actions, on no more than these resources.",
)

ATTACHMENTS = (
    "aws_iam_role_policy_attachment",
    "aws_iam_user_policy_attachment",
    "aws_iam_group_policy_attachment",
)


def check(stack: Stack) -> Iterator[Hit]:
    for policy in stack.policies:
        gained = policy.gained() if policy.kind is not Kind.TRUST else []
        if gained:
            yield Hit(policy.change, "gained: " + "; ".join(map(str, gained)), (policy.path,))
    for change in stack.changed(*ATTACHMENTS):
        if not change.exists_after or not change.differs("policy_arn"):
            continue
        arn = change.new("policy_arn")
        if arn is UNKNOWN:
            yield cannot_tell(change, "policy_arn")
        else:
            yield Hit(change, f"gained: everything in {values.name(str(arn))}", ("policy_arn",))
    for change in stack.changed("aws_lambda_permission"):
        if change.exists_after and change.action != "no-op":
            principal, action = change.new("principal"), change.new("action")
            if UNKNOWN in (principal, action):
                yield cannot_tell(change, "principal")
            elif change.action == "create" or change.differs("principal") or change.differs("action"):
                yield Hit(
                    change,
                    f"gained: {values.name(str(action))} for {values.name(str(principal))}",
                    ("principal",),
                )
