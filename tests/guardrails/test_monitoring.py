"""Alarms: every component is watched, on-call hears of start and end, and each alarm says what to do."""

import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from tests.guardrails.guardrail import (
    FOUNDATIONS,
    PROTECTED,
    WORKSPACES,
    Change,
    Offences,
    change,
    each,
    edit,
    guardrail,
    points_to,
    remove,
    wrong,
)
from tests.stack import Stack

ALARM, FILTER = "aws_cloudwatch_metric_alarm", "aws_cloudwatch_log_metric_filter"
RUNBOOKS = Path(__file__).resolve().parents[2] / "docs" / "runbooks.md"
REFERENCE = re.compile(r"\$\{(data\.)?(aws_\w+)\.([\w-]+)\.")
# Where a dimension's literal value stands: the type and the attribute.
NAMED_BY = {
    "BackupVaultName": ("aws_backup_vault", "name"),
    "CacheClusterId": ("aws_elasticache_replication_group", "replication_group_id"),
    "ClusterName": ("aws_ecs_cluster", "name"),
    "DBClusterIdentifier": ("aws_rds_cluster", "cluster_identifier"),
    "FunctionName": ("aws_lambda_function", "function_name"),
    "QueueName": ("aws_sqs_queue", "name"),
    "ServiceName": ("aws_ecs_service", "name"),
    "WebACL": ("aws_wafv2_web_acl", "name"),
}

MIB = 1024 * 1024
# What each alarm reads, whether it fires below its bound, and the least and the most that the bound may be.
MEANING: dict[str, tuple[str, bool, float, float]] = {
    "alb-certificate": ("DaysToExpiry", True, 14, 45),
    "alb-errors": ("HTTPCode_ELB_5XX_Count HTTPCode_Target_5XX_Count RequestCount", False, 0.1, 5),
    "alb-latency": ("TargetResponseTime", False, 0.1, 5),
    "alb-unhealthy": ("UnHealthyHostCount", False, 0, 0),
    "backup-failed": ("NumberOfBackupJobsFailed", False, 0, 0),
    "cache-cpu": ("EngineCPUUtilization", False, 50, 90),
    "cache-evictions": ("Evictions", False, 0, 1000),
    "cache-memory": ("DatabaseMemoryUsagePercentage", False, 50, 90),
    "database-capacity": ("ACUUtilization", False, 50, 95),
    "database-connections": ("DatabaseConnections", False, 10, 5000),
    "database-cpu": ("CPUUtilization", False, 50, 90),
    "database-deadlocks": ("Deadlocks", False, 0, 1),
    "database-memory": ("FreeableMemory", True, 128 * MIB, 1024 * MIB),
    "database-replica-lag": ("AuroraReplicaLagMaximum", False, 100, 5000),
    "migration-errors": ("Errors", False, 0, 0),
    "migration-refusals": ("MigrationRefusals", False, 0, 0),
    "nat-ports": ("ErrorPortAllocation", False, 0, 0),
    "queue-age": ("ApproximateAgeOfOldestMessage", False, 60, 3600),
    "queue-dead-letter": ("ApproximateNumberOfMessagesVisible", False, 0, 0),
    "rotation-errors": ("Errors", False, 0, 0),
    **{f"{service}-cpu": ("CPUUtilization", False, 50, 90) for service in ("api", "worker")},
    **{f"{service}-memory": ("MemoryUtilization", False, 50, 90) for service in ("api", "worker")},
    **{f"{service}-running": ("RunningTaskCount DesiredTaskCount", True, 100, 100) for service in ("api", "worker")},
}


@cache
def anchors() -> frozenset[str]:
    """The anchors that GitHub makes of the runbooks' headings."""
    headings = re.findall(r"^#+ (.+)$", RUNBOOKS.read_text(), re.MULTILINE)
    return frozenset(re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings)


def metrics(alarm: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The metrics that an alarm reads, whether it reads one or calculates with several."""
    if "metric_name" in alarm:
        yield alarm
    yield from (query["metric"] for query in alarm.get("metric_query", []) if "metric" in query)


def unknown(stack: Stack, dimension: str, value: str) -> bool:
    """Whether a dimension's value belongs to nothing in the stack; a node of the cache is named after its group."""
    if match := REFERENCE.match(value):
        return match[3] not in stack.all(match[2])
    type_, key = NAMED_BY[dimension]
    return re.sub(r"(-cache)-\d{3}$", r"\1", value) not in {resource[key] for _, resource in each(stack, type_)}


def _rename(component: str) -> Change:
    return change(ALARM, component, alarm_name="payments-something-else")


@guardrail(
    ALARM,
    broken_by=[
        _rename("QueueDeadLetter"),
        _rename("ApiRunning"),
        remove(ALARM, "NatPorts"),
        remove(ALARM, "CacheMemory"),
        remove(ALARM, "AlbErr"),
    ],
    meets="SecretsManager.2",
)
def test_every_component_is_watched(stack: Stack) -> Offences:
    """Load balancer, services, database, queue and functions have their alarms, and so has every node and NAT."""
    found = [alarm["alarm_name"].removeprefix(f"{stack.name}-") for _, alarm in each(stack, ALARM)]
    parts = {
        "nat": len(stack.all("aws_nat_gateway")),
        "cache": stack.one("aws_elasticache_replication_group")["num_cache_clusters"],
    }
    serverless = "serverlessv2_scaling_configuration" in stack.one("aws_rds_cluster")
    for watched in MEANING if serverless else set(MEANING) - {"database-capacity"}:
        expected = parts.get(watched.partition("-")[0], 1)
        if sum(bool(re.fullmatch(rf"{watched}(-\w)?", name)) for name in found) != expected:
            yield ALARM, f"{expected} of {watched} should be watched"


@guardrail(
    ALARM,
    broken_by=[
        change(ALARM, alarm_actions=[]),
        change(ALARM, ok_actions=None),
        change(ALARM, alarm_actions=["arn:aws:sns:eu-west-1:111122223333:other"]),
        change(ALARM, actions_enabled=False),
        change(ALARM, treat_missing_data=None),
        change(ALARM, datapoints_to_alarm=9, evaluation_periods=3),
    ],
    meets="CloudWatch.15 CloudWatch.17",
)
def test_alarms_reach_people(stack: Stack) -> Offences:
    """Each alarm tells the encrypted topic when it starts and when it ends, and says what silence means."""
    topic = next(address for address, _ in each(stack, "aws_sns_topic"))
    for address, alarm in each(stack, ALARM):
        for key in ("alarm_actions", "ok_actions"):
            if not any(points_to(action, topic) for action in alarm.get(key, [])):
                yield address, f"{key} don't reach the topic"
        if alarm.get("actions_enabled") is False or alarm.get("treat_missing_data") not in (
            "breaching",
            "notBreaching",
        ):
            yield address, "is mute, or does not say what missing data mean"
        if alarm["datapoints_to_alarm"] > alarm["evaluation_periods"]:
            yield address, "can never fire"


@guardrail(
    ALARM,
    broken_by=[
        change(ALARM, "DatabaseCpu", metric_name="DatabaseConnections"),
        change(ALARM, "DatabaseMemory", comparison_operator="GreaterThanThreshold"),
        change(ALARM, "DatabaseCpu", threshold=100),
        change(ALARM, "QueueDeadLetter", threshold=100),
        change(ALARM, "AlbLatency", extended_statistic="p50"),
        change(ALARM, "ApiRunning", treat_missing_data="notBreaching"),
        edit(ALARM, lambda alarm: alarm["metric_query"].pop(), "AlbErrors"),
    ],
)
def test_alarms_mean_what_they_are_called(stack: Stack) -> Offences:
    """Each alarm compares the metric of its name with a bound that can be reached."""
    for address, alarm in each(stack, ALARM):
        key = re.sub(r"-\w$", "", alarm["alarm_name"].removeprefix(f"{stack.name}-"))
        read, below, least, most = MEANING[key]
        if [metric["metric_name"] for metric in metrics(alarm)] != read.split():
            yield address, f"reads {[metric['metric_name'] for metric in metrics(alarm)]}"
        if alarm["comparison_operator"] != ("LessThanThreshold" if below else "GreaterThanThreshold"):
            yield address, f"is {alarm['comparison_operator']}"
        if not least <= alarm["threshold"] <= most:
            yield address, f"has the bound {alarm['threshold']}"
        if (alarm["treat_missing_data"] == "breaching") != key.endswith("-running"):
            yield address, "takes silence for the wrong thing"
    if stack.one(ALARM, "AlbLatency").get("extended_statistic") != "p99":
        yield ALARM, "latency is not that of the slowest hundredth"


@guardrail(
    ALARM,
    broken_by=[
        change(ALARM, alarm_description="Something is wrong."),
        edit(ALARM, lambda a: a.update(alarm_description=a["alarm_description"] + "-typo")),
        change(ALARM, alarm_description="https://github.com/example/x/blob/main/docs/runbooks.md#alb-errors"),
    ],
)
def test_alarms_lead_to_their_runbook(stack: Stack) -> Offences:
    """An alarm says in a sentence what is wrong, and ends in the link to a section of the runbooks that exists."""
    for address, alarm in each(stack, ALARM):
        match = re.fullmatch(r".+[.] https://\S+/docs/runbooks\.md#(\S+)", alarm["alarm_description"])
        if not match or match[1] not in anchors():
            yield address, f"leads to no runbook: {alarm['alarm_description']}"


def test_every_runbook_belongs_to_an_alarm(stacks: dict[str, Stack]) -> None:
    links = {a["alarm_description"].rpartition("#")[2] for name in WORKSPACES for a in stacks[name].all(ALARM).values()}
    assert anchors() - {"runbooks"} == links


@guardrail(
    ALARM,
    broken_by=[
        change(ALARM, "DatabaseCpu", dimensions={"DBClusterIdentifier": "payments-other"}),
        change(ALARM, "CacheCpu", dimensions={"CacheClusterId": "payments-other-001"}),
        change(ALARM, "AlbLatency", dimensions={"LoadBalancer": "${aws_lb.other.arn_suffix}"}),
        change(FILTER, metric_transformation={"name": "Other", "namespace": "payments", "value": "1"}),
    ],
)
def test_alarms_watch_what_exists(stack: Stack) -> Offences:
    """Each metric is of a resource of this stack: an alarm on a misspelt name would never fire."""
    filtered = {
        (f["metric_transformation"]["namespace"], f["metric_transformation"]["name"]) for _, f in each(stack, FILTER)
    }
    for address, alarm in each(stack, ALARM):
        for metric in metrics(alarm):
            dimensions = metric.get("dimensions", {})
            absent = [value for key, value in dimensions.items() if unknown(stack, key, value)]
            yield from ((address, f"watches {value}, which is not here") for value in absent)
            own = not metric["namespace"].startswith(("AWS/", "ECS/"))
            if (own and (metric["namespace"], metric["metric_name"]) not in filtered) or not (own or dimensions):
                yield address, f"watches {metric['metric_name']}, which nothing writes"


@guardrail(
    "aws_sns_topic_subscription",
    on=("payments-dev", *PROTECTED),
    broken_by=[remove("aws_sns_topic_subscription")],
)
def test_somebody_hears_of_the_alarms(stack: Stack) -> Offences:
    """Somebody is subscribed to the alarms of everything but a copy."""
    topics = [s["topic_arn"] for _, s in each(stack, "aws_sns_topic_subscription")]
    for address, _ in each(stack, "aws_sns_topic"):
        if not any(points_to(topic, address) for topic in topics):
            yield address, "reaches nobody"


@guardrail(
    "aws_kms_key",
    on=WORKSPACES + FOUNDATIONS,
    broken_by=[change("aws_s3_bucket_policy", bucket="${aws_s3_bucket.gone.id}")],
)
def test_every_reference_has_a_target(stack: Stack) -> Offences:
    """Every expression reads a resource or data source that exists."""
    for data, type_, id_ in REFERENCE.findall(json.dumps(stack.module["resource"])):
        if id_ not in (stack.data(type_) if data else stack.all(type_)):
            yield f"{data}{type_}.{id_}", "is read and does not exist"


@guardrail("aws_cloudwatch_dashboard", broken_by=[change("aws_cloudwatch_dashboard", dashboard_name="other")])
def test_the_dashboard_has_the_stacks_name(stack: Stack) -> Offences:
    """On-call finds the dashboard under the stack's name."""
    yield from wrong(stack, "aws_cloudwatch_dashboard", dashboard_name=stack.name)
