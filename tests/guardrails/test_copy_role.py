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


def _but_for(statement: dict[str, Any]) -> list[str]:
    return listed(statement.get("NotResource", ["*"]))


@guardrail(
    POLICY,
    on=WITH_COPIES,
    broken_by=[
        remove(POLICY, "Copy_not-the-environment"),
        edit_statement(POLICY, lambda s: s.update(NotResource="*"), "Copy_not", "NotItsObjects"),
        edit_statement(POLICY, lambda s: s.pop("Condition"), "Copy_not", "NotTheEnvironment"),
    ],
)
def test_copies_write_their_own_objects_and_states(stack: Stack) -> Offences:
    """The role is denied what is tagged as the environment's, and all objects and states but those of copies."""
    tags = [
        s.get("Condition", {}).get("StringEquals", {}).get("aws:ResourceTag/Workspace", []) for s in _denials(stack)
    ]
    if not any(stack.environment in listed(tag) for tag in tags):
        yield ROLE, "may change the environment"
    writes = [s for s in _denials(stack) if {"s3:PutObject*", "s3:DeleteObject*"} <= set(actions(s))]
    if not any(all(f"{stack.environment}-pr-" in resource for resource in _but_for(s)) for s in writes):
        yield ROLE, "may change the environment's state, or its objects"


@pytest.mark.xfail(strict=False, reason="the Deny does not cover the foundation yet")
@guardrail(POLICY, on=WITH_COPIES, broken_by=[remove(POLICY, "Copy_not-the-environment")])
def test_copies_cannot_touch_the_foundation(stack: Stack) -> Offences:
    """The role is denied what is tagged as the foundation's, and the settings of all buckets but those of copies."""
    tags = [
        s.get("Condition", {}).get("StringEquals", {}).get("aws:ResourceTag/Workspace", []) for s in _denials(stack)
    ]
    if not any(f"foundation-{stack.environment}" in listed(tag) for tag in tags):
        yield ROLE, "may delete the state's key, and the registry"
    buckets = [s for s in _denials(stack) if {"s3:PutBucket*", "s3:DeleteBucket*"} <= set(actions(s))]
    if not any(all(f"{stack.environment}-pr-" in resource for resource in _but_for(s)) for s in buckets):
        yield ROLE, "may change the buckets of others"


@guardrail(
    "aws_iam_role",
    on=("payments-foundation-prod",),
    broken_by=[lambda stack: stack.all("aws_iam_role").update(Delivery_Copy_Role_1A2B3C4D={})],
)
def test_production_has_no_copies(stack: Stack) -> Offences:
    """In production nothing makes copies."""
    yield from ((address, "makes copies") for address, _ in each(stack, "aws_iam_role") if "_Copy_" in address)
