"""S-01 to S-05 and T-01."""

import json
from typing import Any

from tests.end_to_end.rule_cases.case import EXTRAS_NEIGHBOURS, EXTRAS_NOT_KNOWN, EXTRAS_WEAKENED, Cases
from tests.end_to_end.rule_cases.edits import LATER, put

CASES = Cases()
PASSWORD, PARAMETER = "random_password.gateway", "aws_ssm_parameter.gateway"
CLUSTER = "aws_rds_cluster.database"
ROTATION, KEY = "aws_secretsmanager_secret_rotation.Migration_Rotation", "aws_kms_key.logs_key"
TASKS = "aws_ecs_task_definition.Worker_TaskDefinition"
FUNCTION = "aws_lambda_function.Migration_Rotate_Function"
TOPIC, SUBNET = "aws_sns_topic.Alerts_Topic", "aws_subnet.Network_PublicA"


def variable(name: str, value: str) -> Any:
    """One more variable in the environment of a task definition's container."""

    def more(definitions: str) -> str:
        containers = json.loads(definitions)
        containers[0]["environment"].append({"name": name, "value": value})
        return json.dumps(containers)

    return put(TASKS, "container_definitions", more)


CASES.fires("S-01", "BLOCK", PASSWORD, put(PASSWORD, "length", 48), plan=EXTRAS_WEAKENED)
CASES.silent("S-01", PARAMETER, plan=EXTRAS_NEIGHBOURS)
CASES.unsure("S-01", "REVIEW", PASSWORD, put(PASSWORD, "keepers", {"version": LATER}), plan=EXTRAS_NOT_KNOWN)

CASES.fires("S-02", "BLOCK", CLUSTER, put(CLUSTER, "master_password_wo_version", 2))
CASES.silent("S-02", CLUSTER)
CASES.unsure("S-02", "REVIEW", CLUSTER, put(CLUSTER, "master_password_wo_version", LATER))

CASES.fires("S-03", "DANGER", ROTATION, put(ROTATION, "rotation_rules.automatically_after_days", 90))
CASES.fires("S-03", "DANGER", KEY, put(KEY, "enable_key_rotation", False))
CASES.silent("S-03", ROTATION, put(ROTATION, "rotation_rules.automatically_after_days", 14))
CASES.unsure("S-03", "REVIEW", ROTATION, put(ROTATION, "rotation_rules.automatically_after_days", LATER))
CASES.unsure("S-03", "REVIEW", KEY, put(KEY, "enable_key_rotation", LATER))

CASES.fires("S-04", "BLOCK", TASKS, variable("GATEWAY_PASSWORD", "hunter2-hunter2"))
CASES.fires("S-04", "BLOCK", FUNCTION, put(FUNCTION, "environment.variables.API_KEY", "hunter2-hunter2"))
CASES.silent("S-04", TASKS, variable("GATEWAY_TIMEOUT", "15s"))
CASES.unsure("S-04", "DANGER", TASKS, variable("GATEWAY_PASSWORD", LATER))
CASES.unsure("S-04", "DANGER", FUNCTION, put(FUNCTION, "environment.variables.API_KEY", LATER))

CASES.fires("S-05", "REVIEW", PARAMETER, put(PARAMETER, "description", "merchant number"), plan=EXTRAS_WEAKENED)
CASES.silent("S-05", PARAMETER, put(PARAMETER, "description", '${sensitive("another")}'), plan=EXTRAS_NEIGHBOURS)
CASES.unsure("S-05", "REVIEW", PARAMETER, put(PARAMETER, "description", LATER), plan=EXTRAS_NOT_KNOWN)

CASES.fires("T-01", "NOISE", TOPIC, put(TOPIC, "tags.Name", "alerts"))
CASES.fires("T-01", "REVIEW", SUBNET, put(SUBNET, "tags.Owner", "network@example.com"))
CASES.silent("T-01", TOPIC, put(TOPIC, "tags.Name", "alerts"), put(TOPIC, "display_name", "Alerts"))
CASES.unsure("T-01", "REVIEW", TOPIC, put(TOPIC, "tags.Name", LATER))
