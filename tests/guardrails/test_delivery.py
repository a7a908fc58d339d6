"""Delivery: the roles that GitHub's workflows assume can plan and apply, and cannot widen what they may do."""

from fnmatch import fnmatch
from typing import Any

from tests.guardrails.guardrail import (
    FOUNDATIONS,
    Offences,
    actions,
    change,
    each,
    edit_statement,
    guardrail,
    remove,
    wrong,
)
from tests.stack import Stack, listed, statements

ISSUER = "token.actions.githubusercontent.com"
# Calls that give a role more than it has; each is only allowed for roles that carry the boundary.
WIDENING = ("iam:AttachRolePolicy", "iam:CreateRole", "iam:PutRolePolicy")
# Calls that would take the boundary away, or make a principal that never had one.
ESCAPES = (
    *("iam:DeleteRolePermissionsBoundary", "iam:PutRolePermissionsBoundary", "iam:CreatePolicyVersion"),
    *(
        "iam:CreateUser",
        "iam:CreateAccessKey",
        "iam:UpdateOpenIDConnectProviderThumbprint",
        "iam:SetDefaultPolicyVersion",
    ),
)
# What a pull request's plan never needs to read: secrets, messages, code, log lines.
SECRETS = (
    *("secretsmanager:GetSecretValue", "ssm:GetParameter", "sqs:ReceiveMessage", "rds-db:connect"),
    *("lambda:GetFunction", "logs:FilterLogEvents", "logs:GetLogEvents", "logs:StartQuery", "logs:Unmask"),
)


def _boundary(stack: Stack) -> list[dict[str, Any]]:
    return statements(stack.one("aws_iam_policy", "Boundary")["policy"])


def _allows(statement: dict[str, Any], action: str) -> bool:
    return statement["Effect"] == "Allow" and any(fnmatch(action, pattern) for pattern in actions(statement))


@guardrail(
    "aws_iam_role",
    on=FOUNDATIONS,
    broken_by=[
        edit_statement("aws_iam_role", lambda s: s["Condition"]["StringEquals"].pop(f"{ISSUER}:sub")),
        edit_statement("aws_iam_role", lambda s: s["Condition"]["StringEquals"].pop(f"{ISSUER}:aud")),
        edit_statement(
            "aws_iam_role", lambda s: s["Condition"]["StringEquals"].update({f"{ISSUER}:sub": "repo:example/*"})
        ),
        edit_statement("aws_iam_role", lambda s: s.update(Principal={"AWS": "*"})),
        edit_statement(
            "aws_iam_role",
            lambda s: s["Condition"]["StringEquals"].update({f"{ISSUER}:sub": "repo:example/x:ref:refs/heads/main"}),
            "Apply",
        ),
    ],
)
def test_workflows_are_trusted_by_exact_subject(stack: Stack) -> Offences:
    """Each role trusts exact subjects of one repository; the apply role the protected environment alone."""
    for address, role in each(stack, "aws_iam_role"):
        for statement in statements(role["assume_role_policy"]):
            if list(statement["Principal"]) != ["Federated"] or statement["Action"] != "sts:AssumeRoleWithWebIdentity":
                yield address, f"trusts {statement['Principal']}"
            equals = statement["Condition"].get("StringEquals", {})
            subjects = listed(equals.get(f"{ISSUER}:sub", "*"))
            if equals.get(f"{ISSUER}:aud") != "sts.amazonaws.com" or any("*" in subject for subject in subjects):
                yield address, f"trusts {subjects}"
            ends = [subject.partition(":")[2].partition(":")[2] for subject in subjects]
            if "Apply" in address and ends != [f"environment:{stack.environment}"]:
                yield address, f"applies from {ends}, not only from the protected environment"


@guardrail(
    "aws_iam_role",
    "aws_iam_policy",
    on=FOUNDATIONS,
    broken_by=[
        change("aws_iam_role", permissions_boundary=None),
        edit_statement("aws_iam_policy", lambda s: s.update(Action="*")),
        edit_statement("aws_iam_policy", lambda s: s.update(Action="iam:*")),
        edit_statement("aws_iam_policy", lambda s: s.update(Resource=[]), sid="NotItself"),
    ],
)
def test_delivery_stays_inside_its_boundary(stack: Stack) -> Offences:
    """Every role has the boundary, which neither lifts itself nor makes users, keys or policies."""
    address = next(a for a, _ in each(stack, "aws_iam_policy"))
    yield from wrong(stack, "aws_iam_role", permissions_boundary=f"${{{address}.arn}}")
    for statement in _boundary(stack):
        yield from ((address, f"lets {escape} pass") for escape in ESCAPES if _allows(statement, escape))
    own = [s for s in _boundary(stack) if s["Effect"] == "Deny" and "NotAction" in s]
    itself = {resource for s in own for resource in listed(s["Resource"])}
    for kind in ("role", "policy"):
        if not any(resource.endswith(f":{kind}/{stack.name}-*") for resource in itself):
            yield address, f"lets delivery change its own {kind}"


@guardrail(
    "aws_iam_policy",
    on=FOUNDATIONS,
    broken_by=[
        edit_statement("aws_iam_policy", lambda s: s.pop("Condition"), sid="RolesInsideTheBoundary"),
        edit_statement("aws_iam_policy", lambda s: s["Action"].append("iam:CreateRole"), sid="Roles"),
    ],
)
def test_new_roles_carry_the_boundary(stack: Stack) -> Offences:
    """Delivery makes and widens only roles that carry the boundary; else it could make itself an administrator."""
    address = next(a for a, _ in each(stack, "aws_iam_policy"))
    arn = f"policy/{stack.name}-boundary"
    for statement in _boundary(stack):
        condition = statement.get("Condition", {})
        bound = str(condition.get("StringEquals", {}).get("iam:PermissionsBoundary", "")).endswith(arn)
        for action in WIDENING:
            if _allows(statement, action) and not bound:
                yield address, f"lets {action} make a role without the boundary"


@guardrail(
    "aws_iam_role_policy",
    on=FOUNDATIONS,
    broken_by=[
        remove("aws_iam_role_policy", "no-secrets"),
        edit_statement("aws_iam_role_policy", lambda s: s.update(Effect="Allow"), "no-secrets"),
        edit_statement("aws_iam_role_policy", lambda s: s["Action"].remove("lambda:GetFunction"), "no-secrets"),
    ],
)
def test_pull_requests_read_no_secrets(stack: Stack) -> Offences:
    """The role that plans pull requests is denied secrets, messages, log lines and code."""
    own = [p for a, p in each(stack, "aws_iam_role_policy") if "Delivery_Plan_" in a]
    denied = [pattern for p in own for s in statements(p["policy"]) if s["Effect"] == "Deny" for pattern in actions(s)]
    for action in SECRETS:
        if not any(fnmatch(action, pattern) for pattern in denied):
            yield "aws_iam_role.Delivery_Plan", f"may call {action}"


@guardrail(
    "aws_iam_role_policy",
    on=FOUNDATIONS,
    broken_by=[
        edit_statement("aws_iam_role_policy", lambda s: s.pop("Condition"), "Drift_compare", "Decrypt"),
        edit_statement("aws_iam_role_policy", lambda s: s.update(Resource="*"), "Drift_compare"),
        edit_statement(
            "aws_iam_role", lambda s: s["Condition"]["StringEquals"].update({f"{ISSUER}:sub": "pull_request"}), "Drift"
        ),
    ],
)
def test_drift_role_reads_secrets_of_the_platform_only(stack: Stack) -> Offences:
    """The role that looks for drift runs on the default branch, and decrypts through Secrets Manager alone."""
    for address, attributes in each(stack, "aws_iam_role_policy"):
        for statement in statements(attributes["policy"]) if "Drift_compare" in address else ():
            via_service = "kms:ViaService" in str(statement.get("Condition"))
            if _allows(statement, "kms:Decrypt") and not via_service:
                yield address, "decrypts anything"
            secrets = listed(statement["Resource"]) if _allows(statement, "secretsmanager:GetSecretValue") else []
            if any(":secret:payments-" not in secret for secret in secrets):
                yield address, f"reads {secrets}"
    trust = str(stack.one("aws_iam_role", "Drift")["assume_role_policy"])
    if ":ref:refs/heads/" not in trust or "pull_request" in trust:
        yield "aws_iam_role.Delivery_Drift", "may be assumed from a pull request"


@guardrail(
    "aws_iam_role_policy_attachment",
    on=FOUNDATIONS,
    broken_by=[
        change("aws_iam_role_policy_attachment", policy_arn="arn:aws:iam::aws:policy/AdministratorAccess"),
        edit_statement("aws_iam_role_policy", lambda s: s.update(Action="s3:PutObject"), "Plan_state-read", "Read"),
    ],
)
def test_plans_only_read(stack: Stack) -> Offences:
    """Planning reads, and writes nothing but the lock of the state."""
    for address, attachment in each(stack, "aws_iam_role_policy_attachment"):
        if attachment["policy_arn"] != "arn:aws:iam::aws:policy/ReadOnlyAccess":
            yield address, f"attaches {attachment['policy_arn']}"
    for address, attributes in each(stack, "aws_iam_role_policy"):
        for statement in statements(attributes["policy"]) if "_state-read" in address else ():
            lock = all(resource.endswith("*.tflock") for resource in listed(statement["Resource"]))
            if any(_allows(statement, a) for a in ("s3:PutObject", "s3:DeleteObject")) and not lock:
                yield address, f"writes {statement['Resource']}"


@guardrail(
    "aws_iam_role_policy",
    on=FOUNDATIONS,
    broken_by=[
        change("aws_iam_role_policy", "Apply_state-write", role="${aws_iam_role.Delivery_Plan_Role_1.id}"),
        remove("aws_iam_role_policy", "Apply_state-write"),
    ],
)
def test_only_applying_writes_states(stack: Stack) -> Offences:
    """The apply role writes states; outside of production so does the role that makes copies, for its own."""
    writers = {p["role"].split("_")[3] for a, p in each(stack, "aws_iam_role_policy") if "state-write" in a}
    if writers != ({"Apply"} if stack.environment == "prod" else {"Apply", "Copy"}):
        yield "aws_iam_role_policy", f"states are written by {sorted(writers)}"


@guardrail(
    "aws_iam_role_policy",
    on=FOUNDATIONS,
    broken_by=[
        remove("aws_iam_role_policy", "Drift_no-plans"),
        edit_statement("aws_iam_role_policy", lambda s: s.update(Effect="Allow"), "Drift_no-plans"),
        edit_statement("aws_iam_role_policy", lambda s: s.update(Action="s3:PutObject"), "Drift_no-plans"),
    ],
)
def test_saved_plans_are_read_by_the_job_alone_that_applies_them(stack: Stack) -> Offences:
    """Saved plans hold values in clear: every other role that may read objects is denied them."""
    closed = set()
    for _, attributes in each(stack, "aws_iam_role_policy"):
        for statement in statements(attributes["policy"]):
            if statement["Effect"] == "Deny" and "s3:GetObject*" in actions(statement):
                kept = [place for place in listed(statement.get("NotResource", [])) if "plans/" in place]
                named = [place for place in listed(statement.get("Resource", [])) if place.endswith("/plans/*")]
                if named or ("NotResource" in statement and not kept):
                    closed.add(attributes["role"].split("_")[3])
    for role in {"Plan", "Drift"} if stack.environment == "prod" else {"Plan", "Drift", "Copy"}:
        if role not in closed:
            yield f"aws_iam_role.Delivery_{role}", "may read saved plans"
