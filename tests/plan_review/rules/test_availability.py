"""A: what stays up while the change is made."""

import pytest

from tests.plan_review.cases import Case, Cases
from tests.plan_review.plans import Values, resource

CASES = Cases()
CLUSTER, INSTANCE, SERVICE = "aws_rds_cluster.Main", "aws_rds_cluster_instance.A", "aws_ecs_service.Api"
QUEUE, ALARM = "aws_sqs_queue.Work", "aws_cloudwatch_metric_alarm.Errors"


def versions(before: str, after: str, **more: object) -> Values:
    return resource(CLUSTER, {"engine_version": before, **more}, {"engine_version": after, **more})


def changed(address: str, name: str, before: object, after: object) -> Values:
    return resource(address, {name: before}, {name: after})


def hidden(address: str, name: str, before: object) -> Values:
    return resource(address, {name: before}, {}, unknown={name: True})


UNKNOWN_VERSION = hidden(CLUSTER, "engine_version", "16.6")
ALLOWED = {"allow_major_version_upgrade": True}
CASES.fires("A-01", "DANGER", "alone and allowed", versions("16.6", "17.4", **ALLOWED))
CASES.fires("A-01", "BLOCK", "not allowed", versions("16.6", "17.4"))
CASES.fires(
    "A-01",
    "BLOCK",
    "together with another change",
    versions("16.6", "17.4", **ALLOWED),
    resource("aws_rds_cluster.Other", {"port": 1}, {"port": 2}),
)
CASES.silent("A-01", "a minor version", versions("17.4", "17.7"))
CASES.unsure("A-01", "REVIEW", "not known", UNKNOWN_VERSION)

CASES.fires("A-02", "REVIEW", "in the window", versions("17.4", "17.7"))
CASES.fires("A-02", "DANGER", "now", versions("17.4", "17.7", apply_immediately=True))
CASES.silent("A-02", "the newest of 17 is meant on both sides", versions("17.4", "17"))
CASES.silent("A-02", "a major version", versions("16.6", "17.4"))
CASES.unsure("A-02", "REVIEW", "not known", UNKNOWN_VERSION)

CASES.fires("A-03", "BLOCK", "a minor version down", versions("18.3", "18.1"))
CASES.fires("A-03", "BLOCK", "17.10 is above 17.9", versions("17.10", "17.9"))
CASES.silent("A-03", "17.9 is below 17.10", versions("17.9", "17.10"))
CASES.unsure("A-03", "DANGER", "not known", UNKNOWN_VERSION)

CASES.fires("A-04", "DANGER", "another class", changed(INSTANCE, "instance_class", "db.r7g.large", "db.r7g.xlarge"))
CASES.fires("A-04", "DANGER", "another port", changed(CLUSTER, "port", 5432, 5433))
CASES.silent("A-04", "another window", changed(CLUSTER, "preferred_backup_window", "01:00-02:00", "02:00-03:00"))
CASES.unsure("A-04", "REVIEW", "not known", hidden(INSTANCE, "instance_class", "db.r7g.large"))

GROUP = "aws_rds_cluster_parameter_group.Main"


def parameter(name: str, value: str, method: str) -> Values:
    return {"name": name, "value": value, "apply_method": method}


OLD = [parameter("max_connections", "100", "pending-reboot")]
CASES.fires(
    "A-05",
    "DANGER",
    "AWS will refuse",
    changed(GROUP, "parameter", OLD, [parameter("max_connections", "200", "immediate")]),
)
CASES.fires(
    "A-05",
    "REVIEW",
    "not before a reboot",
    changed(GROUP, "parameter", OLD, [parameter("max_connections", "200", "pending-reboot")]),
)
CASES.fires("A-05", "DANGER", "another family", changed(GROUP, "family", "aurora-postgresql16", "aurora-postgresql17"))
CASES.silent(
    "A-05", "a dynamic one", changed(GROUP, "parameter", OLD, [*OLD, parameter("work_mem", "64", "immediate")])
)
CASES.unsure("A-05", "REVIEW", "not known", hidden(GROUP, "parameter", OLD))
CASES.unsure(
    "A-05",
    "REVIEW",
    "the name is not known",
    resource(
        GROUP,
        {"parameter": OLD},
        {"parameter": [*OLD, {"value": "200", "apply_method": "immediate"}]},
        unknown={"parameter": [*({} for _ in OLD), {"name": True}]},
    ),
)

LATER, NOW = {"apply_immediately": False}, {"apply_immediately": True}
SMALL, LARGE = {"instance_class": "db.r7g.large"}, {"instance_class": "db.r7g.xlarge"}
CASES.fires("A-06", "DANGER", "a restart, at once", resource(INSTANCE, {**LATER, **SMALL}, {**NOW, **LARGE}))
CASES.silent("A-06", "nothing to apply", resource(INSTANCE, {**LATER, **SMALL}, {**NOW, **SMALL}))
CASES.silent("A-06", "waits again", resource(INSTANCE, {**NOW, **SMALL}, {**LATER, **LARGE}))
CASES.unsure(
    "A-06", "REVIEW", "not known", resource(INSTANCE, {**LATER, **SMALL}, LARGE, unknown={"apply_immediately": True})
)

CASES.fires(
    "A-07",
    "DANGER",
    "replaced",
    resource("aws_lb.Main", {"name": "a"}, {"name": "b"}, action="replace", replace_paths=[["name"]]),
)
CASES.fires("A-07", "DANGER", "deleted", resource(SERVICE, {"name": "api"}))
CASES.silent("A-07", "changed in place", changed("aws_lb.Main", "idle_timeout", 60, 90))
CASES.silent("A-07", "a new one", resource("aws_lb.Main", None, {"name": "a"}))

MINIMUM = "deployment_minimum_healthy_percent"
BREAKER = [{"enable": True, "rollback": True}]
CASES.fires("A-08", "REVIEW", "fewer healthy tasks", changed(SERVICE, MINIMUM, 100, 50))
CASES.fires("A-08", "REVIEW", "no rollback", changed(SERVICE, "deployment_circuit_breaker", BREAKER, []))
CASES.fires(
    "A-08",
    "REVIEW",
    "a looser health check",
    changed("aws_lb_target_group.Api", "health_check", [{"interval": 10}], [{"interval": 60}]),
)
CASES.silent("A-08", "more healthy tasks", changed(SERVICE, MINIMUM, 50, 100))
CASES.unsure("A-08", "REVIEW", "not known", hidden(SERVICE, MINIMUM, 100))

VISIBLE = "visibility_timeout_seconds"
CONSUMER = (
    resource(
        "aws_lambda_event_source_mapping.Work",
        *([{"event_source_arn": "arn:q", "function_name": "worker"}] * 2),
        action="nothing",
    ),
    resource("aws_lambda_function.Worker", *([{"function_name": "worker", "timeout": 60}] * 2), action="nothing"),
)


def visible(before: int, after: int) -> Values:
    return resource(QUEUE, {"arn": "arn:q", VISIBLE: before}, {"arn": "arn:q", VISIBLE: after})


CASES.fires("A-09", "DANGER", "no dead-letter queue", changed(QUEUE, "redrive_policy", "{}", None))
CASES.fires("A-09", "DANGER", "kept for less time", changed(QUEUE, "message_retention_seconds", 1209600, 86400))
CASES.fires("A-09", "DANGER", "order changes", changed(QUEUE, "deduplication_scope", "queue", "messageGroup"))
CASES.fires("A-09", "DANGER", "visible before the work ends", visible(120, 30), *CONSUMER)
CASES.silent("A-09", "kept for longer", changed(QUEUE, "message_retention_seconds", 86400, 1209600))
CASES.silent("A-09", "hidden for long enough", visible(120, 90), *CONSUMER)
CASES.unsure("A-09", "REVIEW", "a consumer that the plan does not show", visible(120, 30))

LIMIT = "aws_appautoscaling_target.Api"


def limit(service: str, before: int, after: int) -> Values:
    return resource(
        LIMIT,
        {"resource_id": f"service/main/{service}", "max_capacity": before},
        {"resource_id": f"service/main/{service}", "max_capacity": after},
    )


CASES.fires("A-10", "REVIEW", "an alarm goes", resource(ALARM, {"alarm_name": "errors"}))
CASES.fires("A-10", "REVIEW", "an alarm is silenced", changed(ALARM, "actions_enabled", True, False))
CASES.fires("A-10", "REVIEW", "room for fewer reports", limit("reports", 10, 5))
CASES.fires("A-10", "DANGER", "room for fewer payments", limit("payments-prod-api", 30, 10))
CASES.silent("A-10", "room for more", limit("payments-prod-api", 10, 30))
CASES.unsure("A-10", "REVIEW", "not known", hidden(ALARM, "actions_enabled", True))


@pytest.mark.parametrize("case", CASES, ids=str)
def test_rule(case: Case) -> None:
    case.check()
