"""The migration: it runs before the services do, one at a time, and a failure stops the apply."""

import importlib

from tests.guardrails.guardrail import (
    Offences,
    actions,
    change,
    each,
    edit,
    guardrail,
    points_to,
    policies,
    remove,
    wrong,
)
from tests.stack import Stack

FUNCTION, INVOCATION = "aws_lambda_function", "aws_lambda_invocation"


@guardrail(
    INVOCATION,
    "aws_ecs_service",
    broken_by=[
        remove(INVOCATION),
        edit("aws_ecs_service", lambda s: s["depends_on"].clear(), "Api"),
        edit("aws_ecs_service", lambda s: s["depends_on"].clear(), "Worker"),
    ],
)
def test_services_wait_for_the_migration(stack: Stack) -> Offences:
    """Both services depend on the invocation: a failed migration leaves the old tasks running."""
    invocations = {address for address, _ in each(stack, INVOCATION)}
    for address, service in each(stack, "aws_ecs_service"):
        if not invocations & set(service["depends_on"]):
            yield address, "starts without waiting for the migration"


@guardrail(
    INVOCATION,
    broken_by=[
        edit(INVOCATION, lambda i: i["depends_on"].remove("aws_secretsmanager_secret_version.database_master")),
        edit(INVOCATION, lambda i: i["depends_on"].remove("aws_rds_cluster_instance.database_1")),
        edit(INVOCATION, lambda i: i["triggers"].pop("revisions")),
        edit(INVOCATION, lambda i: i["triggers"].pop("password_version")),
        change(INVOCATION, input='{"target":"${timestamp()}"}'),
    ],
)
def test_migration_runs_when_the_revisions_change(stack: Stack) -> Offences:
    """It is keyed by the revisions, the code and the password, and waits for the database and its secret."""
    for address, invocation in each(stack, INVOCATION):
        yield from (
            (address, f"is not keyed by {key}")
            for key in {"revisions", "code", "password_version"} - set(invocation["triggers"])
        )
        if "${" in invocation["input"]:
            yield address, "has an input that changes by itself"
        needed = {where for where, _ in each(stack, "aws_rds_cluster_instance", "aws_secretsmanager_secret_version")}
        yield from ((address, f"does not wait for {what}") for what in needed - set(invocation["depends_on"]))


@guardrail(
    FUNCTION,
    broken_by=[
        change(FUNCTION, reserved_concurrent_executions=10),
        change(FUNCTION, runtime="python3.8"),
        change(FUNCTION, tracing_config={"mode": "PassThrough"}),
        change(FUNCTION, architectures=["x86_64"]),
        change(FUNCTION, vpc_config=None),
        change(FUNCTION, logging_config={"log_format": "Text", "log_group": "/other"}),
    ],
    meets="Lambda.2 Lambda.7",
)
def test_functions_run_alone_traced_and_in_the_vpc(stack: Stack) -> Offences:
    """One execution at a time, on a supported runtime, traced, in the VPC, logging to a group of this stack."""
    yield from wrong(
        stack,
        FUNCTION,
        reserved_concurrent_executions=1,
        runtime="python3.13",
        architectures=["arm64"],
        tracing_config={"mode": "Active"},
    )
    groups = {group["name"] for _, group in each(stack, "aws_cloudwatch_log_group")}
    for address, function in each(stack, FUNCTION):
        if len(function.get("vpc_config", {}).get("subnet_ids", [])) < 2:
            yield address, "is not in two zones of the VPC"
        if function["logging_config"]["log_group"] not in groups:
            yield address, "logs elsewhere"


@guardrail(
    FUNCTION,
    broken_by=[
        change(FUNCTION, replace_security_groups_on_destroy=None),
        change(FUNCTION, replacement_security_group_ids=None),
        change(FUNCTION, replacement_security_group_ids=["${aws_security_group.Network_MigrationGroup_C430E6BA.id}"]),
    ],
)
def test_functions_leave_their_security_group(stack: Stack) -> Offences:
    """A deleted function's interfaces live on for up to an hour: they move to a group that lasts as long as the VPC."""
    yield from wrong(stack, FUNCTION, replace_security_groups_on_destroy=True)
    lasting = {f"${{{where}.id}}" for where, _ in each(stack, "aws_default_security_group")}
    for address, function in each(stack, FUNCTION):
        if not set(function.get("replacement_security_group_ids", ["none"])) <= lasting:
            yield address, "leaves its interfaces in a group that is deleted with it"


@guardrail(
    FUNCTION,
    broken_by=[
        change(FUNCTION, environment={"variables": {}}),
        change(FUNCTION, environment=None),
        change(FUNCTION, kms_key_arn=None),
    ],
)
def test_functions_keys_are_in_use(stack: Stack) -> Offences:
    """A function with a key has variables: without any, Lambda forgets the key and every plan shows a difference."""
    for address, function in each(stack, FUNCTION):
        if "kms_key_arn" not in function or not function.get("environment", {}).get("variables"):
            yield address, "has a key without variables, or variables without a key"


@guardrail(
    "aws_lambda_permission",
    broken_by=[
        change("aws_lambda_permission", principal="*"),
        change("aws_lambda_permission", source_account=None),
        change("aws_lambda_permission", source_arn=None),
        change("aws_lambda_permission", function_name="payments-dev-migration"),
    ],
    meets="Lambda.1",
)
def test_only_secrets_manager_calls_the_rotation(stack: Stack) -> Offences:
    """Secrets Manager, for the one secret, calls the rotation; nothing is allowed to call the migration."""
    yield from wrong(stack, "aws_lambda_permission", principal="secretsmanager.amazonaws.com")
    for address, permission in each(stack, "aws_lambda_permission"):
        if "source_account" not in permission or not points_to(
            permission.get("source_arn", ""), "aws_secretsmanager_secret.database_master"
        ):
            yield address, "serves secrets of others"
        if not permission["function_name"].endswith("-rotation"):
            yield address, "opens the migration"
    for address, statement in policies(stack):
        if "lambda:InvokeFunction" in actions(statement):
            yield address, "lets a role invoke a function"


@guardrail(INVOCATION, broken_by=[edit("aws_secretsmanager_secret_rotation", lambda r: r["depends_on"].pop())])
def test_rotation_waits_for_the_migration(stack: Stack) -> Offences:
    """The first rotation is set up after the migration, which logs in with the password that a rotation changes."""
    invocations = {address for address, _ in each(stack, INVOCATION)}
    for address, rotation in each(stack, "aws_secretsmanager_secret_rotation"):
        if not invocations & set(rotation["depends_on"]):
            yield address, "may change the password under the migration"


@guardrail(
    FUNCTION,
    INVOCATION,
    broken_by=[
        change(FUNCTION, "Migrate", handler="migrations.handler.main"),
        change(FUNCTION, "Migrate", timeout=60),
        change(FUNCTION, "Migrate", source_code_hash="x"),
        change(INVOCATION, function_name="payments-other"),
        change("aws_secretsmanager_secret_rotation", rotation_lambda_arn="arn:aws:lambda:::other"),
    ],
)
def test_functions_run_the_code_that_was_built(stack: Stack) -> Offences:
    """The handlers exist, the invocation and the rotation call their functions, with the code they are keyed by."""
    invocation, migrate = stack.one(INVOCATION), stack.one(FUNCTION, "Migrate")
    for address, function in each(stack, FUNCTION):
        module, _, name = function["handler"].rpartition(".")
        if not hasattr(importlib.import_module(module), name):
            yield address, f"has no {function['handler']}"
    if invocation["function_name"] != migrate["function_name"] or migrate["timeout"] < 900:
        yield INVOCATION, "calls another function, or one that has no time to finish"
    if invocation["triggers"]["code"] != migrate["source_code_hash"]:
        yield INVOCATION, "is keyed by other code than the function's"
    rotate = next(where for where, _ in each(stack, FUNCTION) if "Rotate" in where)
    for address, rotation in each(stack, "aws_secretsmanager_secret_rotation"):
        if not points_to(rotation["rotation_lambda_arn"], rotate):
            yield address, "calls another function"
