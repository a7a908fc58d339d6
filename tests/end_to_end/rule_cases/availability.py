"""A-01 to A-10."""

from tests.end_to_end.rule_cases.case import REPLACED, WEAKENED, Cases
from tests.end_to_end.rule_cases.edits import LATER, put, without

CASES = Cases()
CLUSTER, CACHE = "aws_rds_cluster.database", "aws_elasticache_replication_group.cache"
INSTANCE, QUEUE = "aws_rds_cluster_instance.database_1", "aws_sqs_queue.payments"
CLUSTER_PARAMETERS = "aws_rds_cluster_parameter_group.Database_Parameters_Cluster"
API = "aws_ecs_service.Api_Service"
TARGETS = "aws_lb_target_group.LoadBalancer_Targets"
WORKER_SCALING = "aws_appautoscaling_target.WorkerScaling"
QUEUE_ALARM, CPU_ALARM = "aws_cloudwatch_metric_alarm.Alarms_QueueAge", "aws_cloudwatch_metric_alarm.Alarms_ApiCpu"


def parameter(name: str, value: str) -> dict[str, str]:
    return {"name": name, "value": value, "apply_method": "immediate"}


CASES.fires("A-01", "BLOCK", CLUSTER, put(CLUSTER, "engine_version", "18.3"))
CASES.silent("A-01", CACHE, plan=WEAKENED)
CASES.unsure("A-01", "REVIEW", CLUSTER, put(CLUSTER, "engine_version", LATER))
CASES.fires("A-02", "DANGER", CACHE, put(CACHE, "engine_version", "8.2"), put(CACHE, "apply_immediately", True))
CASES.silent("A-02", CLUSTER, plan=WEAKENED)
CASES.unsure("A-02", "REVIEW", CLUSTER)
CASES.fires("A-03", "BLOCK", CLUSTER, put(CLUSTER, "engine_version", "17.6"), plan=REPLACED)
CASES.silent("A-03", CLUSTER, plan=WEAKENED)
CASES.unsure("A-03", "DANGER", CLUSTER)

CASES.fires("A-04", "DANGER", INSTANCE, put(INSTANCE, "instance_class", "db.r7g.2xlarge"))
CASES.silent("A-04", INSTANCE, put(INSTANCE, "promotion_tier", 1))
CASES.unsure("A-04", "REVIEW", INSTANCE, put(INSTANCE, "instance_class", LATER))

CASES.fires(
    "A-05",
    "DANGER",
    CLUSTER_PARAMETERS,
    put(CLUSTER_PARAMETERS, "parameter", lambda old: [*old, parameter("max_connections", "2000")]),
)
CASES.silent("A-05", CLUSTER_PARAMETERS, put(CLUSTER_PARAMETERS, "parameter.8.value", "2000"))
CASES.unsure(
    "A-05",
    "REVIEW",
    CLUSTER_PARAMETERS,
    put(CLUSTER_PARAMETERS, "parameter", lambda old: [*old, parameter(LATER, "2000")]),
)

CASES.fires("A-06", "DANGER", CACHE)
CASES.silent("A-06", CLUSTER, put(CLUSTER, "apply_immediately", True))
CASES.unsure(
    "A-06", "REVIEW", CACHE, put(CACHE, "apply_immediately", LATER), put(CACHE, "node_type", "cache.m7g.xlarge")
)

CASES.fires("A-07", "DANGER", TARGETS, put(TARGETS, "name", "payments-prod-http"), plan=REPLACED)
CASES.silent("A-07", TARGETS, put(TARGETS, "deregistration_delay", "90"))

CASES.fires("A-08", "REVIEW", API, put(API, "deployment_minimum_healthy_percent", 50))
CASES.silent("A-08", API, put(API, "deployment_maximum_percent", 300))
CASES.unsure("A-08", "REVIEW", API, put(API, "deployment_minimum_healthy_percent", LATER))

CASES.fires("A-09", "DANGER", QUEUE, put(QUEUE, "message_retention_seconds", 86400))
CASES.silent("A-09", QUEUE, put(QUEUE, "receive_wait_time_seconds", 10))
CASES.unsure("A-09", "REVIEW", QUEUE, put(QUEUE, "message_retention_seconds", LATER))

CASES.fires("A-10", "REVIEW", QUEUE_ALARM, without(QUEUE_ALARM))
CASES.fires("A-10", "DANGER", WORKER_SCALING, put(WORKER_SCALING, "max_capacity", 10))
CASES.silent("A-10", WORKER_SCALING, put(WORKER_SCALING, "max_capacity", 40))
CASES.silent("A-10", CPU_ALARM, put(CPU_ALARM, "threshold", 75))
CASES.unsure("A-10", "DANGER", WORKER_SCALING, put(WORKER_SCALING, "max_capacity", LATER))
