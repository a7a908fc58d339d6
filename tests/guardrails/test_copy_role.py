"""Copies: the role that makes short-lived copies of an environment cannot touch the environment itself."""

from typing import Any

from tests.guardrails.guardrail import (
    FOUNDATIONS,
    Offences,
    actions,
    each,
    edit_statement,
    guardrail,
    remove,
)
from tests.stack import Stack, listed, statements

WITH_COPIES = tuple(name for name in FOUNDATIONS if not name.endswith("-prod"))
POLICY, ROLE = "aws_iam_role_policy", "aws_iam_role.Delivery_Copy"


def _denials(stack: Stack) -> list[dict[str, Any]]:
    own = [policy["policy"] for address, policy in each(stack, POLICY) if "Delivery_Copy_" in address]
    return [s for policy in own for s in statements(policy) if s["Effect"] == "Deny"]


def _denied(stack: Stack, workspace: str) -> set[str]:
    """The actions that are denied on what carries a workspace's tag."""
    tag = {"StringEquals": {"aws:ResourceTag/Workspace": workspace}}
    return {action for s in _denials(stack) if s.get("Condition") == tag for action in actions(s)}


def _only_on_copies(stack: Stack) -> set[str]:
    """The actions that are denied everywhere but on what belongs to a copy."""
    own = f"{stack.environment}-pr-"
    apart = [s for s in _denials(stack) if all(own in where for where in listed(s.get("NotResource", ["*"])))]
    return {action for statement in apart for action in actions(statement)}


@guardrail(
    POLICY,
    on=WITH_COPIES,
    broken_by=[
        remove(POLICY, "Copy_not-the-environment"),
        edit_statement(POLICY, lambda s: s.update(NotResource="*"), "Copy_not", "NotOthersObjects"),
        edit_statement(POLICY, lambda s: s.update(NotResource="*"), "Copy_not", "NotOthersBuckets"),
        edit_statement(POLICY, lambda s: s.update(Condition={}), "Copy_not", "NotTheEnvironment"),
        edit_statement(POLICY, lambda s: s.update(Effect="Allow"), "Copy_not", "NotTheRegistry"),
    ],
)
def test_copies_cannot_touch_the_environment(stack: Stack) -> Offences:
    """The role is denied what is tagged as the environment's, buckets and states of others, and pushing images."""
    if "*" not in _denied(stack, stack.environment):
        yield ROLE, "may change the environment"
    objects, buckets = {"s3:PutObject*", "s3:DeleteObject*"}, {"s3:PutBucket*", "s3:DeleteBucket*"}
    yield from ((ROLE, f"may {action} of others") for action in (objects | buckets) - _only_on_copies(stack))
    everywhere = {a for s in _denials(stack) if s.get("Resource") == "*" and "Condition" not in s for a in actions(s)}
    yield from ((ROLE, f"may {action}") for action in {"ecr:Put*", "ecr:Delete*", "ecr:BatchDelete*"} - everywhere)


@guardrail(
    "aws_iam_policy",
    on=FOUNDATIONS,
    broken_by=[
        edit_statement("aws_iam_policy", lambda s: s.update(Effect="Allow"), "Boundary", "NotItsKeyAndRegistry"),
        edit_statement("aws_iam_policy", lambda s: s.update(Effect="Allow"), "Boundary", "NotItsBuckets"),
    ],
)
def test_nobody_in_the_boundary_loosens_the_foundation(stack: Stack) -> Offences:
    """The boundary denies deleting or opening the state's key, the state bucket and the registry, to every role."""
    denials = [s for s in statements(stack.one("aws_iam_policy")["policy"]) if s["Effect"] == "Deny"]
    tag = {"StringEquals": {"aws:ResourceTag/Workspace": f"foundation-{stack.environment}"}}
    tagged = {action for s in denials if s.get("Condition") == tag for action in actions(s)}
    bucket = f"arn:aws:s3:::{stack.name}-*"
    named = {action for s in denials if s.get("Resource") == bucket for action in actions(s)}
    for action in {"kms:ScheduleKeyDeletion", "kms:DisableKey*", "kms:PutKeyPolicy", "ecr:DeleteRepository*"} - tagged:
        yield "aws_iam_policy", f"lets {action} through"
    for action in {"s3:DeleteBucket*", "s3:PutBucket*", "s3:Put*Configuration"} - named:
        yield "aws_iam_policy", f"lets {action} through"


@guardrail(
    POLICY,
    on=WITH_COPIES,
    broken_by=[edit_statement(POLICY, lambda s: s.update(Condition={}), "Copy_not", "NotOthersRecords")],
)
def test_copies_change_their_own_records_only(stack: Stack) -> Offences:
    """The environment's own address lies in the same zone; the role reaches only those of copies."""
    key = "route53:ChangeResourceRecordSetsNormalizedRecordNames"
    found = [s.get("Condition", {}) for s in _denials(stack) if "route53:ChangeResourceRecordSets" in actions(s)]
    names = [name for c in found for name in c.get("ForAnyValue:StringNotLike", {}).get(key, [])]
    if not names or not all("-pr-*." in name for name in names):
        yield ROLE, f"may change records other than {names}"


@guardrail(
    "aws_iam_role",
    on=("payments-foundation-prod",),
    broken_by=[lambda stack: stack.all("aws_iam_role").update(Delivery_Copy_Role_1A2B3C4D={})],
)
def test_production_has_no_copies(stack: Stack) -> Offences:
    """In production nothing makes copies."""
    yield from ((address, "makes copies") for address, _ in each(stack, "aws_iam_role") if "_Copy_" in address)
