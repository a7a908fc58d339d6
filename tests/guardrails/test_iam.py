"""IAM in a workspace: roles for services alone, inside the boundary, each with no more than its task needs."""

import json
import re
from collections.abc import Iterator
from typing import Any

from tests.guardrails.guardrail import (
    FOUNDATIONS,
    WORKSPACES,
    Offences,
    actions,
    add,
    change,
    each,
    edit_statement,
    guardrail,
    policies,
    remove,
)
from tests.stack import Stack, listed, statements

IDENTITY_POLICIES = ("aws_iam_role_policy", "aws_iam_policy")
# Actions that know no resource, says the Service Authorization Reference; everything else names what it reaches.
WITHOUT_RESOURCE = {
    "ecr:GetAuthorizationToken",
    "logs:DescribeLogGroups",
    "secretsmanager:GetRandomPassword",
    *(f"ssmmessages:{verb}{kind}Channel" for verb in ("Create", "Open") for kind in ("Control", "Data")),
    *("xray:PutTelemetryRecords", "xray:PutTraceSegments"),
    # Lambda makes the interfaces of a function with the function's own role, before any of them has a name.
    *("ec2:CreateNetworkInterface", "ec2:DeleteNetworkInterface", "ec2:DescribeNetworkInterfaces"),
    *("ec2:AssignPrivateIpAddresses", "ec2:UnassignPrivateIpAddresses", "ec2:DescribeSubnets"),
}
# Amazon's policies that may be attached: they follow what AWS Backup learns to back up.
SERVICE_ROLE = "arn:aws:iam::aws:policy/service-role/AWSBackupServiceRolePolicyFor"
MANAGED = {f"{SERVICE_ROLE}Backup", f"{SERVICE_ROLE}Restores"}


def _identity(stack: Stack) -> Iterator[tuple[str, dict[str, Any]]]:
    return ((where, statement) for where, statement in policies(stack) if where.startswith(IDENTITY_POLICIES))


@guardrail(
    "aws_iam_role_policy",
    broken_by=[
        edit_statement("aws_iam_role_policy", lambda s: s.update(Action="*")),
        edit_statement("aws_iam_role_policy", lambda s: s.update(Action="sqs:*"), "queue"),
        edit_statement("aws_iam_role_policy", lambda s: s.update(Action="sqs:Get*"), "queue"),
        edit_statement("aws_iam_role_policy", lambda s: (s.pop("Action"), s.update(NotAction="iam:*"))),
    ],
    meets="IAM.1",
)
def test_no_wildcard_actions(stack: Stack) -> Offences:
    """A role's policy names each action in full."""
    for address, statement in _identity(stack):
        if "NotAction" in statement or any("*" in action for action in actions(statement)):
            yield address, f"allows {statement.get('Action', 'NotAction')}"


@guardrail(
    "aws_iam_role_policy",
    broken_by=[
        edit_statement("aws_iam_role_policy", lambda s: s.update(Resource="*"), "queue"),
        edit_statement("aws_iam_role_policy", lambda s: s.update(Resource="arn:aws:sqs:*:*:*"), "queue"),
        edit_statement("aws_iam_role_policy", lambda s: s.update(Resource="*"), "master-secret", "Decrypt"),
    ],
    meets="KMS.2",
)
def test_no_wildcard_resources(stack: Stack) -> Offences:
    """A statement names the resources it reaches, unless none of its actions knows one."""
    for address, statement in _identity(stack):
        broad = [r for r in listed(statement["Resource"]) if r == "*" or re.match(r"arn:aws:[a-z-]+:\*|.*:\*:\*", r)]
        if broad and not set(actions(statement)) <= WITHOUT_RESOURCE:
            yield address, f"lets {statement['Action']} reach {broad}"


@guardrail(
    "aws_iam_role",
    broken_by=[
        edit_statement("aws_iam_role", lambda s: s.pop("Condition")),
        edit_statement("aws_iam_role", lambda s: s["Condition"]["StringEquals"].pop("aws:SourceAccount")),
        edit_statement("aws_iam_role", lambda s: s.update(Principal={"AWS": "arn:aws:iam::999999999999:root"})),
        edit_statement("aws_iam_role", lambda s: s.update(Principal="*")),
    ],
)
def test_roles_trust_services_on_behalf_of_this_account(stack: Stack) -> Offences:
    """Roles trust one AWS service each, and only when it acts for this account (confused deputy)."""
    account = stack.module["provider"]["aws"][0]["allowed_account_ids"][0]
    for address, role in each(stack, "aws_iam_role"):
        for statement in statements(role["assume_role_policy"]):
            if list(statement["Principal"]) != ["Service"] or not isinstance(statement["Principal"]["Service"], str):
                yield address, f"trusts {statement['Principal']}"
            if statement.get("Condition", {}).get("StringEquals", {}).get("aws:SourceAccount") != account:
                yield address, "trusts the service on behalf of any account"


@guardrail(
    "aws_iam_role",
    broken_by=[
        change("aws_iam_role", permissions_boundary=None),
        change("aws_iam_role", permissions_boundary="arn:aws:iam::aws:policy/AdministratorAccess"),
    ],
)
def test_every_role_is_inside_the_boundary(stack: Stack) -> Offences:
    """No role reaches beyond the foundation's boundary, whatever its policies say."""
    account = stack.module["provider"]["aws"][0]["allowed_account_ids"][0]
    boundary = f"arn:aws:iam::{account}:policy/payments-foundation-{stack.environment}-boundary"
    for address, role in each(stack, "aws_iam_role"):
        if role.get("permissions_boundary") != boundary:
            yield address, f"has the boundary {role.get('permissions_boundary')}"


@guardrail(
    "aws_iam_role_policy_attachment",
    broken_by=[change("aws_iam_role_policy_attachment", policy_arn="arn:aws:iam::aws:policy/PowerUserAccess")],
)
def test_only_backup_has_managed_policies(stack: Stack) -> Offences:
    """Amazon's managed policies, which grow without notice, serve AWS Backup alone."""
    for address, attachment in each(stack, "aws_iam_role_policy_attachment"):
        if attachment["policy_arn"] not in MANAGED:
            yield address, f"attaches {attachment['policy_arn']}"


@guardrail(
    "aws_iam_role",
    on=WORKSPACES + FOUNDATIONS,
    broken_by=[add("aws_iam_user", name="ci"), add("aws_iam_access_key", user="ci"), add("aws_iam_group", name="ops")],
)
def test_no_users_and_no_access_keys(stack: Stack) -> Offences:
    """There are no IAM users, groups or access keys that could be stolen."""
    long_lived = ("aws_iam_user", "aws_iam_access_key", "aws_iam_group", "aws_iam_user_policy")
    yield from ((address, "lives longer than a session") for address, _ in each(stack, *long_lived))


@guardrail(
    "aws_iam_role_policy",
    on=WORKSPACES + FOUNDATIONS,
    broken_by=[change("aws_iam_role_policy", policy='${jsonencode({"Statement" = []})}')],
)
def test_policies_are_readable(stack: Stack) -> Offences:
    """Policies and container definitions stand in the JSON as text, where scanners and reviewers see them."""
    for type_, id_, attributes in stack.each():
        if "jsonencode(" in json.dumps(attributes):
            yield f"{type_}.{id_}", "hides JSON in a function"


@guardrail(
    "aws_iam_role",
    broken_by=[
        remove("aws_iam_role_policy", "Api_Execution_image-pull"),
        edit_statement("aws_iam_role_policy", lambda s: s.update(Action="ecr:BatchGetImage"), "Api_Task"),
    ],
)
def test_only_the_execution_role_pulls_images(stack: Stack) -> Offences:
    """Pulling the image is the execution role's, never the code's."""
    for address, statement in _identity(stack):
        if "ecr:BatchGetImage" in actions(statement) and "_Execution_" not in address:
            yield address, "pulls images"
    for component in ("Api", "Worker"):
        if not any(f"{component}_Execution_image-pull" in id_ for id_ in stack.all("aws_iam_role_policy")):
            yield f"{component}_Execution", "cannot pull the image"
