"""N-04: data becomes reachable by everyone."""

from collections.abc import Iterator

from plan_review.change import Change
from plan_review.directions import turned_off, turned_on
from plan_review.iam_documents import EVERYONE, Access
from plan_review.policies import Kind
from plan_review.rule import Hit, Rule
from plan_review.stack import Stack
from plan_review.tier import Tier

RULE = Rule(
    "N-04",
    Tier.BLOCK,
    what="A database gets a public address, a bucket loses its public access block, or a policy allows everyone.",
    why="The whole internet can read or write what is behind it.",
    do="Take it back; name principals, or restrict with aws:SourceAccount, aws:SourceArn or aws:PrincipalOrgID.",
)

BLOCKS = ("block_public_acls", "block_public_policy", "ignore_public_acls", "restrict_public_buckets")
RESTRICTING = frozenset(
    key.lower()
    for key in (
        *("aws:SourceAccount", "aws:SourceArn", "aws:SourceOrgID", "aws:SourceOrgPaths", "aws:SourceVpc"),
        *("aws:SourceVpce", "aws:PrincipalOrgID", "aws:PrincipalOrgPaths", "aws:PrincipalArn"),
        *("aws:PrincipalAccount", "aws:SourceIp", "kms:CallerAccount"),
    )
)


def check(stack: Stack) -> Iterator[Hit]:
    for change in stack.touching("publicly_accessible"):
        yield from turned_on(change, "publicly_accessible")
    for change in stack.changed("aws_s3_bucket_public_access_block", "aws_s3_account_public_access_block"):
        yield from _access_block(change)
    for policy in stack.policies:
        if policy.kind not in (Kind.RESOURCE, Kind.KEY) or policy.change.type.startswith("aws_vpc_endpoint"):
            continue
        for access in policy.gained():
            if access.principal == EVERYONE and not _restricted(access):
                yield Hit(policy.change, f"gained by everyone: {access}", (policy.path,))


def _access_block(change: Change) -> Iterator[Hit]:
    if change.action == "destroy":
        yield Hit(change, "the public access block is deleted")
    yield from turned_off(change, *BLOCKS)


def _restricted(access: Access) -> bool:
    return any(
        condition.key.lower() in RESTRICTING
        and "Not" not in condition.operator
        and "IfExists" not in condition.operator
        and not condition.values & {"*", "0.0.0.0/0", "::/0"}
        for condition in access.conditions
    )
