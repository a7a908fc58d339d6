"""The database password: made by Terraform, written to two write-only arguments, and found nowhere else."""

import json
import re
from typing import Any

from tests.guardrails.guardrail import (
    Offences,
    add,
    change,
    each,
    edit_json,
    edit_module,
    guardrail,
    points_to,
    policies,
    remove,
    wrong,
)
from tests.stack import Stack, listed

VALUE = "${ephemeral.random_password.database_master.result}"
SECRET = "aws_secretsmanager_secret.database_master"
# Arguments that would put a password into plan and state, whatever their value.
STORED = {"master_password", "secret_string", "secret_binary", "auth_token", "passwords", "password"}
SECRET_NAME = re.compile(r"PASSWORD|PASSWD|TOKEN|PRIVATE_KEY|API_KEY|ACCESS_KEY|CREDENTIAL|SECRET(?!_ARN$)")


def _set_password(**values: Any) -> Any:
    return edit_module(lambda module: module["ephemeral"]["random_password"]["database_master"].update(values))


@guardrail(
    "ephemeral.random_password.database_master",
    broken_by=[_set_password(length=16), _set_password(override_special="!/@"), add("random_password", length=32)],
)
def test_password_is_ephemeral_and_strong(stack: Stack) -> Offences:
    """The password is an ephemeral `random_password` of 32 characters that RDS accepts, never a resource in state."""
    password = stack.module["ephemeral"]["random_password"]["database_master"]
    if password["length"] < 32 or min(password[f"min_{kind}"] for kind in ("lower", "upper", "numeric", "special")) < 1:
        yield "ephemeral.random_password.database_master", "is too weak"
    if set(password["override_special"]) & set('/@" '):
        yield "ephemeral.random_password.database_master", "may hold a character that RDS refuses"
    for address, _ in each(stack, "random_password"):
        yield address, "keeps its result in state"


@guardrail(
    "aws_rds_cluster",
    "aws_secretsmanager_secret_version",
    broken_by=[
        change("aws_rds_cluster", master_password_wo="hunter2hunter2hunter2"),
        change("aws_rds_cluster", master_password_wo_version=7),
        edit_json("aws_secretsmanager_secret_version", "secret_string_wo", lambda v: v.update(password="hunter2")),
        edit_json("aws_secretsmanager_secret_version", "secret_string_wo", lambda v: v.update(host="localhost")),
        change("aws_secretsmanager_secret_version", lifecycle=None),
    ],
)
def test_cluster_and_secret_get_the_same_password(stack: Stack) -> Offences:
    """Cluster and secret get the one generated value under the same version, the secret after the cluster stands."""
    cluster, version = stack.one("aws_rds_cluster"), stack.one("aws_secretsmanager_secret_version")
    stored = json.loads(version["secret_string_wo"])
    if cluster["master_password_wo"] != VALUE or stored["password"] != VALUE:
        yield "aws_rds_cluster.database", "does not share the generated password with the secret"
    if cluster["master_password_wo_version"] != version["secret_string_wo_version"]:
        yield "aws_rds_cluster.database", "has another password version than the secret"
    if not points_to(stored["host"], "aws_rds_cluster.database"):
        yield "aws_secretsmanager_secret_version.database_master", "does not wait for the cluster"
    if not version.get("lifecycle", {}).get("create_before_destroy"):
        yield "aws_secretsmanager_secret_version.database_master", "leaves no current version while it is replaced"


@guardrail(
    "aws_rds_cluster",
    broken_by=[
        change("aws_rds_cluster", master_password="hunter2hunter2hunter2"),
        change("aws_secretsmanager_secret_version", secret_string="{}"),
        change("aws_elasticache_replication_group", auth_token="hunter2hunter2hunter2"),
        change("aws_lambda_invocation", input=VALUE),
        edit_module(lambda module: module["output"].update(password={"value": VALUE})),
    ],
)
def test_no_password_in_plan_or_state(stack: Stack) -> Offences:
    """No argument stores a secret, and the generated value goes into write-only arguments alone."""
    for type_, id_, attributes in stack.each():
        yield from ((f"{type_}.{id_}", f"{key} is stored in state") for key in STORED & set(attributes))
        leaks = [k for k, v in attributes.items() if "ephemeral." in json.dumps(v) and not k.endswith("_wo")]
        yield from ((f"{type_}.{id_}", f"{key} takes the password") for key in leaks)
    if "ephemeral." in json.dumps(stack.module["output"]):
        yield "output", "shows the password"


@guardrail(
    "aws_ecs_task_definition",
    "aws_lambda_function",
    broken_by=[
        edit_json(
            "aws_ecs_task_definition",
            "container_definitions",
            lambda c: c[0]["environment"].append({"name": "DATABASE_PASSWORD", "value": "hunter2"}),
        ),
        change("aws_lambda_function", environment={"variables": {"AWS_SECRET_ACCESS_KEY": "x"}}),
    ],
    meets="ECS.8",
)
def test_no_secret_in_environment_variables(stack: Stack) -> Offences:
    """Neither containers nor functions get a secret as an environment variable."""
    for address, task in each(stack, "aws_ecs_task_definition"):
        names = [v["name"] for c in json.loads(task["container_definitions"]) for v in c["environment"]]
        yield from ((address, f"passes {name} in the clear") for name in names if SECRET_NAME.search(name))
    for address, function in each(stack, "aws_lambda_function"):
        names = list(function["environment"]["variables"]) if "environment" in function else []
        yield from ((address, f"passes {name} in the clear") for name in names if SECRET_NAME.search(name))


@guardrail(
    SECRET,
    broken_by=[
        remove("aws_secretsmanager_secret_rotation"),
        change("aws_secretsmanager_secret_rotation", rotation_rules={"automatically_after_days": 60}),
        change("aws_secretsmanager_secret_rotation", rotate_immediately=True),
    ],
    meets="SecretsManager.1 SecretsManager.4",
)
def test_every_secret_is_rotated(stack: Stack) -> Offences:
    """Every secret is rotated every 30 days (Security Hub asks for 90), and not by the apply that creates it."""
    for address, _ in each(stack, "aws_secretsmanager_secret"):
        rotations = [
            r for _, r in each(stack, "aws_secretsmanager_secret_rotation") if points_to(r["secret_id"], address)
        ]
        if not any(rotation["rotation_rules"]["automatically_after_days"] <= 30 for rotation in rotations):
            yield address, "is not rotated within 30 days"
    yield from wrong(stack, "aws_secretsmanager_secret_rotation", rotate_immediately=False)


def _api_reads_secret(stack: Stack) -> None:
    """The API's role gets what the migration's role has."""
    ids = stack.all("aws_iam_role_policy")
    migration = next(v for k, v in ids.items() if "Migrate_Role_database-master-secret" in k)
    next(v for k, v in ids.items() if "Api_Task" in k)["policy"] = migration["policy"]


@guardrail(SECRET, broken_by=[_api_reads_secret])
def test_only_the_schema_functions_read_the_master_secret(stack: Stack) -> Offences:
    """Only the functions that migrate and rotate may read the master secret; the services log in with IAM."""
    for address, statement in policies(stack):
        reads = any(action.startswith("secretsmanager:Get") for action in listed(statement.get("Action", [])))
        own = any(points_to(resource, SECRET) for resource in listed(statement.get("Resource", [])))
        if reads and own and not re.search(r"Migration_(Migrate|Rotate)_Role", address):
            yield address, "reads the master secret"
