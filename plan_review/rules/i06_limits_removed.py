"""I-06: what held a role back is gone."""

from collections.abc import Iterator

from plan_review import values
from plan_review.change import UNKNOWN
from plan_review.directions import altered, cannot_tell
from plan_review.rule import Hit, Rule
from plan_review.rules.i02_access_gained import ATTACHMENTS
from plan_review.stack import Stack
from plan_review.tier import Tier

RULE = Rule(
    "I-06",
    Tier.DANGER,
    what="A permissions boundary or a Deny is removed or narrowed, or an administrator's policy attached.",
    why="Denials are the only rules that hold against every other policy.",
    do="Put the limit back; administrators' policies belong to people, for a time.",
)

ADMINISTRATORS = ("AdministratorAccess", "PowerUserAccess", "IAMFullAccess")


def check(stack: Stack) -> Iterator[Hit]:
    for change in stack.changed("aws_iam_role", "aws_iam_user"):
        yield from altered(change, "permissions_boundary")
    for policy in stack.policies:
        # A policy that is deleted together with what it guards takes its denials along.
        lost = policy.denials_lost() if policy.change.action != "destroy" or policy.change.type in _STANDALONE else []
        if lost:
            yield Hit(policy.change, "no longer denied: " + "; ".join(map(str, lost)), (policy.path,))
    for change in stack.changed(*ATTACHMENTS):
        arn = change.new("policy_arn")
        if change.exists_after and arn is UNKNOWN:
            yield cannot_tell(change, "policy_arn")
        elif change.exists_after and change.differs("policy_arn") and str(arn).rpartition("/")[2] in ADMINISTRATORS:
            yield Hit(change, f"attached: {values.name(str(arn))}", ("policy_arn",))


_STANDALONE = ("aws_s3_bucket_policy", "aws_sqs_queue_policy", "aws_sns_topic_policy", "aws_iam_role_policy")
