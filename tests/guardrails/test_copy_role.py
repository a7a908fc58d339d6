"""Copies: the role that makes short-lived copies of an environment cannot touch the environment itself."""

from typing import Any

import pytest

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


@pytest.mark.xfail(strict=True, reason="the copy role may still delete the state's key")
@guardrail(POLICY, on=WITH_COPIES, broken_by=[remove(POLICY, "Copy_not-the-environment")])
def test_copies_cannot_delete_the_states_key(stack: Stack) -> Offences:
    """The role uses the state's key, and cannot delete it, switch it off or open it to others."""
    denied = _denied(stack, f"foundation-{stack.environment}")
    for action in {"kms:ScheduleKeyDeletion", "kms:DisableKey", "kms:PutKeyPolicy"} - denied:
        yield ROLE, f"may call {action} on the state's key"


@guardrail(
    "aws_iam_role",
    on=("payments-foundation-prod",),
    broken_by=[lambda stack: stack.all("aws_iam_role").update(Delivery_Copy_Role_1A2B3C4D={})],
)
def test_production_has_no_copies(stack: Stack) -> Offences:
    """In production nothing makes copies."""
    yield from ((address, "makes copies") for address, _ in each(stack, "aws_iam_role") if "_Copy_" in address)
