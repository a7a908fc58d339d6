"""S: secrets and their rotation."""

import json

import pytest

from tests.plan_review.cases import Case, Cases
from tests.plan_review.plans import Values, resource

CASES = Cases()
PASSWORD, CLUSTER, TASK = "random_password.Master", "aws_rds_cluster.Main", "aws_ecs_task_definition.Api"
ROTATION, KEY, FUNCTION = "aws_secretsmanager_secret_rotation.Main", "aws_kms_key.Main", "aws_lambda_function.Migration"


def changed(address: str, name: str, before: object, after: object, **fields: object) -> Values:
    return resource(address, {name: before}, {name: after}, **fields)  # type: ignore[arg-type]


def hidden(address: str, name: str, before: object, **fields: object) -> Values:
    return resource(address, {name: before}, {}, unknown={name: True}, **fields)  # type: ignore[arg-type]


CASES.fires("S-01", "BLOCK", "replaced", changed(PASSWORD, "length", 32, 40, action="replace"))
CASES.fires("S-01", "DANGER", "in dev", changed(PASSWORD, "length", 32, 40, action="replace"), environment="dev")
CASES.silent("S-01", "a new one", resource(PASSWORD, None, {"length": 32}))
CASES.unsure("S-01", "REVIEW", "its keepers are not known", hidden(PASSWORD, "keepers", {"a": "b"}))

MARKED = {"before_sensitive": {"master_password": True}, "after_sensitive": {"master_password": True}}
CASES.fires("S-02", "BLOCK", "a password", changed(CLUSTER, "master_password", "one", "two", **MARKED))
CASES.fires(
    "S-02", "BLOCK", "a write-only password is sent again", changed(CLUSTER, "master_password_wo_version", 1, 2)
)
CASES.silent("S-02", "the same password", changed(CLUSTER, "master_password", "one", "one", **MARKED))
CASES.silent(
    "S-02", "a new one", resource(CLUSTER, None, {"master_password": "x"}, after_sensitive={"master_password": True})
)
CASES.unsure("S-02", "REVIEW", "not known", hidden(CLUSTER, "master_password", "one", **MARKED))

CASES.fires("S-03", "DANGER", "a key does not rotate", changed(KEY, "enable_key_rotation", True, False))
CASES.fires("S-03", "DANGER", "the rotation goes", resource(ROTATION, {"secret_id": "s"}))
CASES.fires(
    "S-03",
    "DANGER",
    "less often",
    changed(ROTATION, "rotation_rules", [{"automatically_after_days": 30}], [{"automatically_after_days": 90}]),
)
CASES.fires(
    "S-03", "DANGER", "AWS does not manage it any more", changed(CLUSTER, "manage_master_user_password", True, None)
)
CASES.silent("S-03", "a key rotates", changed(KEY, "enable_key_rotation", False, True))
CASES.silent(
    "S-03",
    "more often",
    changed(ROTATION, "rotation_rules", [{"automatically_after_days": 90}], [{"automatically_after_days": 30}]),
)
CASES.unsure("S-03", "REVIEW", "not known", hidden(KEY, "enable_key_rotation", True))


def containers(**environment: str) -> str:
    variables = [{"name": name, "value": value} for name, value in environment.items()]
    return json.dumps([{"name": "api", "environment": variables}])


PLAIN = containers(LOG_LEVEL="info", SECRET_ARN="arn:aws:secretsmanager:eu-west-1:123456789012:secret:db-AbCdEf")
CASES.fires(
    "S-04", "BLOCK", "by its name", changed(TASK, "container_definitions", PLAIN, containers(DB_PASSWORD="hunter22"))
)
CASES.fires(
    "S-04",
    "BLOCK",
    "by its form",
    changed(TASK, "container_definitions", PLAIN, containers(SETTING="q7Zk2mX9vB4nT8wL1pR6")),
)
CASES.fires(
    "S-04",
    "BLOCK",
    "in a function",
    changed(FUNCTION, "environment", [{"variables": {}}], [{"variables": {"API_KEY": "abc123def"}}]),
)
CASES.fires(
    "S-04",
    "BLOCK",
    "in a parameter",
    resource("aws_ssm_parameter.T", None, {"type": "String", "name": "token", "value": "hunter22"}),
)
CASES.silent("S-04", "a reference", resource(TASK, None, {"container_definitions": PLAIN}))
CASES.silent(
    "S-04",
    "it stood there before",
    changed(TASK, "container_definitions", containers(TOKEN="hunter22"), containers(TOKEN="hunter22", A="b")),
)
CASES.unsure("S-04", "DANGER", "the containers are not known", hidden(TASK, "container_definitions", PLAIN))


def written(**environment: str) -> Values:
    """The synthesized task, with references in place of what AWS will answer."""
    task = {"container_definitions": containers(**environment)}
    return {"terraform": {}, "resource": {"aws_ecs_task_definition": {"Api": task}}}


CASES.silent(
    "S-04",
    "not known, but the source is harmless",
    hidden(TASK, "container_definitions", PLAIN),
    synthesized=written(DATABASE_HOST="${aws_rds_cluster.database.endpoint}", SECRET_ARN="${aws_x.y.arn}"),
)
CASES.fires(
    "S-04",
    "BLOCK",
    "not known, and in the source",
    hidden(TASK, "container_definitions", PLAIN),
    synthesized=written(DATABASE_HOST="${aws_rds_cluster.database.endpoint}", DB_PASSWORD="hunter22"),
)
CASES.unsure(
    "S-04",
    "DANGER",
    "not known, and generated",
    hidden(TASK, "container_definitions", PLAIN),
    synthesized=written(URL="${random_password.master.result}"),
)

CASES.fires(
    "S-05", "REVIEW", "the mark goes", changed("terraform_data.A", "input", "x", "x", before_sensitive={"input": True})
)
CASES.silent("S-05", "the mark comes", changed("terraform_data.A", "input", "x", "y", after_sensitive={"input": True}))
CASES.silent(
    "S-05", "the value goes, too", changed("terraform_data.A", "input", "x", None, before_sensitive={"input": True})
)
CASES.unsure(
    "S-05",
    "REVIEW",
    "the new value is not known",
    hidden("terraform_data.A", "input", "x", before_sensitive={"input": True}),
)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_rule(case: Case) -> None:
    case.check()
