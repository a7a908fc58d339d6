"""What is watched, component by component: each yields its alarms and its row of the dashboard."""

from collections.abc import Mapping, Sequence

from cdktf_cdktf_provider_aws.cloudwatch_log_metric_filter import (
    CloudwatchLogMetricFilter,
    CloudwatchLogMetricFilterMetricTransformation,
)
from constructs import Construct

from constructs_lib.alarms import Alarms, Metric, Ratio
from constructs_lib.backup import Backup
from constructs_lib.cache import Cache
from constructs_lib.dashboard import Graph
from constructs_lib.database import Database
from constructs_lib.firewall import Firewall
from constructs_lib.load_balancer import LoadBalancer
from constructs_lib.migration import Migration
from constructs_lib.network import Network
from constructs_lib.queue import Queue
from constructs_lib.service import FargateService
from environments.schema.database import Serverless
from environments.schema.environment import Environment
from environments.schema.names import Names

HOUR, DAY = 3600, 86_400
MIB = 1024 * 1024


def load_balancer(alarms: Alarms, edge: LoadBalancer, settings: Environment) -> Sequence[Graph]:
    """Errors, latency and health as clients see them, and the certificate's last day."""
    balancer = {"LoadBalancer": edge.metric_name}
    target = {**balancer, "TargetGroup": edge.target_metric_name}
    requests = Metric("AWS/ApplicationELB", "RequestCount", balancer, "Sum")
    own = Metric("AWS/ApplicationELB", "HTTPCode_ELB_5XX_Count", balancer, "Sum")
    theirs = Metric("AWS/ApplicationELB", "HTTPCode_Target_5XX_Count", balancer, "Sum")
    latency = Metric("AWS/ApplicationELB", "TargetResponseTime", balancer, "p99")
    unhealthy = Metric("AWS/ApplicationELB", "UnHealthyHostCount", target, "Maximum")
    rate, seconds = settings.monitoring.error_rate_percent, settings.monitoring.latency_p99_seconds
    alarms.add(
        "alb",
        "errors",
        f"More than {rate} % of requests end in a 5xx.",
        Ratio((own, theirs), requests),
        above=rate,
    )
    alarms.add("alb", "latency", f"The slowest 1 % of requests take over {seconds} s.", latency, above=seconds)
    alarms.add("alb", "unhealthy", "A task fails the load balancer's health check.", unhealthy, above=0)
    days = Metric(
        "AWS/CertificateManager",
        "DaysToExpiry",
        {"CertificateArn": edge.certificate_arn},
        "Minimum",
        period=DAY,
    )
    alarms.add(
        "alb",
        "certificate",
        "The certificate ends within 30 days, its renewal failed.",
        days,
        below=30,
        minutes=1,
    )
    return (
        Graph("Requests", {"requests": requests}),
        Graph("5xx", {"load balancer": own, "api": theirs}),
        Graph("Latency", {"p50": Metric(latency.namespace, latency.name, balancer, "p50"), "p99": latency}),
        Graph("Unhealthy tasks", {"unhealthy": unhealthy}),
    )


def service(alarms: Alarms, fargate: FargateService) -> Sequence[Graph]:
    """Load of the tasks, and whether as many run as should."""
    dimensions = {"ClusterName": fargate.cluster_name, "ServiceName": fargate.name}
    cpu = Metric("AWS/ECS", "CPUUtilization", dimensions)
    memory = Metric("AWS/ECS", "MemoryUtilization", dimensions)
    running = Metric("ECS/ContainerInsights", "RunningTaskCount", dimensions, "Minimum")
    desired = Metric("ECS/ContainerInsights", "DesiredTaskCount", dimensions, "Maximum")
    name = fargate.component
    alarms.add(name, "cpu", f"Tasks of {name} use over 85 % of their CPU.", cpu, above=85, minutes=10)
    alarms.add(name, "memory", f"Tasks of {name} use over 85 % of their memory.", memory, above=85, minutes=10)
    alarms.add(
        name,
        "running",
        f"Fewer tasks of {name} run than should.",
        Ratio((running,), desired),
        below=100,
        minutes=10,
        missing="breaching",
    )
    return Graph("CPU and memory, %", {"cpu": cpu, "memory": memory}), Graph(
        "Tasks", {"running": running, "desired": desired}
    )


def database(alarms: Alarms, aurora: Database, settings: Environment) -> Sequence[Graph]:
    """Load, connections, memory, replication and deadlocks of the cluster."""
    cluster = {"DBClusterIdentifier": aurora.cluster_identifier}
    cpu = Metric("AWS/RDS", "CPUUtilization", cluster, "Maximum")
    connections = Metric("AWS/RDS", "DatabaseConnections", cluster, "Maximum")
    memory = Metric("AWS/RDS", "FreeableMemory", cluster, "Minimum")
    lag = Metric("AWS/RDS", "AuroraReplicaLagMaximum", cluster, "Maximum")
    deadlocks = Metric("AWS/RDS", "Deadlocks", cluster, "Sum")
    # Counted by the second, so 0.05 is three in a minute.
    deadlocks_a_second = 0.05
    limit = settings.monitoring.database_connections
    alarms.add("database", "cpu", "The database uses over 80 % of its CPU.", cpu, above=80, minutes=10)
    alarms.add("database", "connections", f"Over {limit} connections are open.", connections, above=limit)
    alarms.add("database", "memory", "Less than 256 MiB of memory is left.", memory, below=256 * MIB)
    alarms.add("database", "replica-lag", "A reader is over 1 s (1000 ms) behind.", lag, above=1000)
    alarms.add(
        "database", "deadlocks", "Transactions block each other and were ended.", deadlocks, above=deadlocks_a_second
    )
    load = {"cpu": cpu}
    if isinstance(settings.database.capacity, Serverless):
        acu = Metric("AWS/RDS", "ACUUtilization", cluster, "Maximum")
        alarms.add("database", "capacity", "Over 90 % of the largest capacity is in use.", acu, above=90, minutes=10)
        load["acu"] = acu
    return (
        Graph("CPU and capacity, %", load),
        Graph("Connections", {"connections": connections}),
        Graph("Freeable memory", {"bytes": memory}),
        Graph("Replica lag and deadlocks", {"lag, ms": lag, "deadlocks": deadlocks}),
    )


def cache(alarms: Alarms, valkey: Cache) -> Sequence[Graph]:
    """Load, evictions and memory of every node."""
    lines: dict[str, dict[str, Metric]] = {}
    for number, node in enumerate(valkey.node_ids, 1):
        dimensions = {"CacheClusterId": node}
        for what, name, stat, above, sentence in (
            ("cpu", "EngineCPUUtilization", "Maximum", 80, "uses over 80 % of its engine's CPU."),
            ("evictions", "Evictions", "Sum", 100, "throws out keys that have not expired."),
            ("memory", "DatabaseMemoryUsagePercentage", "Maximum", 80, "uses over 80 % of its memory."),
        ):
            metric = Metric("AWS/ElastiCache", name, dimensions, stat)
            alarms.add("cache", what, f"Cache node {number} {sentence}", metric, above=above, part=str(number))
            lines.setdefault(what, {})[f"node {number}"] = metric
    return tuple(Graph(what.capitalize(), metrics) for what, metrics in lines.items())


def queue(alarms: Alarms, sqs: Queue, settings: Environment) -> Sequence[Graph]:
    """How old the oldest message is, and whether any was given up."""
    age = Metric("AWS/SQS", "ApproximateAgeOfOldestMessage", {"QueueName": sqs.name}, "Maximum")
    waiting = Metric("AWS/SQS", "ApproximateNumberOfMessagesVisible", {"QueueName": sqs.name}, "Maximum")
    dead = Metric("AWS/SQS", "ApproximateNumberOfMessagesVisible", {"QueueName": sqs.dead_letter_name}, "Maximum")
    limit = settings.monitoring.queue_age_seconds
    alarms.add("queue", "age", f"The oldest message waits for over {limit} s.", age, above=limit)
    alarms.add(
        "queue",
        "dead-letter",
        "Messages were given up and wait in the dead-letter queue.",
        dead,
        above=0,
        minutes=1,
    )
    return (
        Graph("Oldest message, s", {"age": age}),
        Graph("Messages", {"waiting": waiting}),
        Graph("Dead letters", {"messages": dead}),
    )


def migration(scope: Construct, alarms: Alarms, functions: Migration, names: Names) -> Sequence[Graph]:
    """Failed migrations, and those that waited for locks (from the log, since there is no such metric)."""
    dimensions = {"FunctionName": functions.function_name}
    errors = Metric("AWS/Lambda", "Errors", dimensions, "Sum")
    duration = Metric("AWS/Lambda", "Duration", dimensions, "Maximum")
    CloudwatchLogMetricFilter(
        scope,
        "MigrationRefusals",
        name=names.described("migration-refusals"),
        log_group_name=functions.log_group_name,
        pattern='{ $.level = "ERROR" }',
        metric_transformation=CloudwatchLogMetricFilterMetricTransformation(
            namespace=names.stack, name="MigrationRefusals", value="1", default_value="0"
        ),
        depends_on=[functions.resource],
    )
    refusals = Metric(names.stack, "MigrationRefusals", {}, "Sum")
    alarms.add("migration", "errors", "A migration failed; the old tasks go on serving.", errors, above=0, minutes=1)
    alarms.add("migration", "refusals", "The migration logged an error.", refusals, above=0, minutes=1)
    rotation = Metric("AWS/Lambda", "Errors", {"FunctionName": functions.rotation_name}, "Sum")
    alarms.add("rotation", "errors", "The master secret was not rotated.", rotation, above=0, minutes=1)
    return Graph("Errors", {"errors": errors, "refusals": refusals, "rotation": rotation}), Graph(
        "Duration, ms", {"duration": duration}
    )


def backup(alarms: Alarms, recovery: Backup) -> Sequence[Graph]:
    """Backup jobs by how they ended."""
    jobs = {
        label: Metric("AWS/Backup", name, {"BackupVaultName": recovery.vault_name}, "Sum", period=HOUR)
        for label, name in (("failed", "NumberOfBackupJobsFailed"), ("completed", "NumberOfBackupJobsCompleted"))
    }
    alarms.add("backup", "failed", "A backup failed.", jobs["failed"], above=0, minutes=1)
    return (Graph("Backup jobs", jobs),)


def firewall(waf: Firewall, region: str) -> Sequence[Graph]:
    """Requests let through and blocked."""
    dimensions = {"WebACL": waf.name, "Region": region, "Rule": "ALL"}
    lines = {
        label: Metric("AWS/WAFV2", name, dimensions, "Sum")
        for label, name in (("blocked", "BlockedRequests"), ("allowed", "AllowedRequests"))
    }
    return (Graph("Requests at the firewall", lines),)


def nat(alarms: Alarms, network: Network) -> Sequence[Graph]:
    """Connections that found no free port, zone by zone."""
    lines: Mapping[str, Metric] = {
        f"zone {zone}": Metric("AWS/NATGateway", "ErrorPortAllocation", {"NatGatewayId": gateway}, "Sum")
        for zone, gateway in network.nat_gateway_ids.items()
    }
    for label, metric in lines.items():
        zone = label.removeprefix("zone ")
        alarms.add("nat", "ports", f"NAT in {label} has no free port for new connections.", metric, above=0, part=zone)
    return (Graph("NAT port errors", lines),)
