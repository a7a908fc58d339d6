"""I-03: a policy gains an action with which further rights can be taken."""

from collections.abc import Iterator

from plan_review import values
from plan_review.iam_actions import expand, glob
from plan_review.iam_documents import Access
from plan_review.rule import Hit, Rule
from plan_review.stack import Stack
from plan_review.tier import Tier

RULE = Rule(
    "I-03",
    Tier.BLOCK,
    what="A policy gains an action that raises rights, opens keys and buckets, or deletes databases and backups.",
    why="With it, whoever holds the role can take all the others, or destroy the way back.",
    do="Leave it to the roles that deploy; if it has to be, on one named resource with a condition.",
)

EVERYWHERE = (
    *("iam:Create*", "iam:Put*", "iam:Attach*Policy", "kms:PutKeyPolicy", "kms:ScheduleKeyDeletion"),
    *("s3:PutBucketPolicy", "s3:BypassGovernanceRetention", "rds:Delete*", "backup:Delete*"),
    "lambda:UpdateFunctionCode",
)
ON_ALL_RESOURCES = ("iam:PassRole", "sts:AssumeRole")


def check(stack: Stack) -> Iterator[Hit]:
    for policy in stack.policies:
        # Administration of a key in its own policy is the account's way in; I-05 watches it.
        if policy.path == "assume_role_policy" or policy.kind.value == "key":
            continue
        found = sorted({action for access in policy.gained() for action in _escalations(access)})
        if found:
            yield Hit(policy.change, "gained: " + ", ".join(map(values.name, found)), (policy.path,))


def _escalations(access: Access) -> Iterator[str]:
    patterns = [*EVERYWHERE, *(ON_ALL_RESOURCES if access.resource == "*" else ())]
    for action in access.actions:
        meant = {action.lower()} | set(expand(action))
        if action in ("*", "*:*") or any(glob(p.lower()).fullmatch(one) for p in patterns for one in meant):
            yield action
