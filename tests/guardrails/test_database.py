"""The database: private, watched, audited and backed up."""

from environments.schema.windows import overlap
from tests.guardrails.guardrail import (
    PROD,
    PROTECTED,
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
from tests.stack import Attributes, Stack

CLUSTER, INSTANCE = "aws_rds_cluster", "aws_rds_cluster_instance"
AUDIT = {"pgaudit.log": {"ddl", "role", "write"}, "shared_preload_libraries": {"pgaudit", "pg_stat_statements"}}
# Security Hub RDS.19 to RDS.21: what on-call must hear about, by kind of source.
EVENTS = {
    "db-cluster": {"maintenance", "failure"},
    "db-instance": {"maintenance", "configuration change", "failure"},
    "db-parameter-group": {"configuration change"},
}


@guardrail(
    CLUSTER,
    INSTANCE,
    broken_by=[
        change(CLUSTER, iam_database_authentication_enabled=False),
        change(CLUSTER, port=5432),
        change(CLUSTER, master_username="postgres"),
        change(INSTANCE, publicly_accessible=True),
        change(INSTANCE, ca_cert_identifier=None),
        change(INSTANCE, auto_minor_version_upgrade=False),
    ],
    meets="RDS.2 RDS.12 RDS.13 RDS.23 RDS.24 RDS.35",
)
def test_database_is_private_and_current(stack: Stack) -> Offences:
    """IAM logins, no default port or user, no public address, a named CA, and minor upgrades."""
    yield from wrong(stack, CLUSTER, iam_database_authentication_enabled=True)
    yield from wrong(
        stack,
        INSTANCE,
        publicly_accessible=False,
        auto_minor_version_upgrade=True,
        ca_cert_identifier="rds-ca-rsa2048-g1",
    )
    for address, cluster in each(stack, CLUSTER):
        if cluster["port"] == 5432 or cluster["master_username"] in ("postgres", "admin"):
            yield address, "has the port or the user that scanners try first"


def _drop(name: str) -> Change:
    def how(group: Attributes) -> None:
        group["parameter"] = [parameter for parameter in group["parameter"] if parameter["name"] != name]

    return edit("aws_rds_cluster_parameter_group", how)


@guardrail(
    CLUSTER,
    "aws_rds_cluster_parameter_group",
    broken_by=[
        change(CLUSTER, enabled_cloudwatch_logs_exports=[]),
        _drop("pgaudit.log"),
        _drop("shared_preload_libraries"),
        _drop("log_connections"),
        remove("aws_cloudwatch_log_group", "database_logs"),
    ],
    meets="RDS.9 RDS.37",
)
def test_database_is_audited(stack: Stack) -> Offences:
    """Changes of data, roles and schema and every connection are logged, to a log group with a retention."""
    yield from wrong(stack, CLUSTER, enabled_cloudwatch_logs_exports=["postgresql"])
    for address, group in each(stack, "aws_rds_cluster_parameter_group"):
        values = {parameter["name"]: parameter["value"] for parameter in group["parameter"]}
        for name, least in AUDIT.items():
            if not least <= set(values.get(name, "").split(",")):
                yield address, f"{name} lacks some of {sorted(least)}"
        for name in ("log_connections", "log_disconnections"):
            if values.get(name) != "1":
                yield address, f"{name} is off"
    groups = {group["name"] for _, group in each(stack, "aws_cloudwatch_log_group")}
    for address, cluster in each(stack, CLUSTER):
        if f"/aws/rds/cluster/{cluster['cluster_identifier']}/postgresql" not in groups:
            yield address, "logs to a group without retention and key"


@guardrail(
    INSTANCE,
    broken_by=[
        change(INSTANCE, monitoring_interval=0),
        change(INSTANCE, performance_insights_enabled=False),
        change(CLUSTER, database_insights_mode=None),
    ],
    meets="RDS.6",
)
def test_database_is_watched(stack: Stack) -> Offences:
    """Enhanced monitoring every minute or oftener, and Performance Insights on every instance."""
    yield from wrong(stack, CLUSTER, performance_insights_enabled=True)
    kept = stack.one(CLUSTER)["performance_insights_retention_period"]
    yield from wrong(stack, INSTANCE, performance_insights_enabled=True, performance_insights_retention_period=kept)
    for address, instance in each(stack, INSTANCE):
        if not 0 < instance["monitoring_interval"] <= 60 or "monitoring_role_arn" not in instance:
            yield address, "has no enhanced monitoring"
    for address, cluster in each(stack, CLUSTER):
        kept = cluster["performance_insights_retention_period"]
        if (cluster.get("database_insights_mode"), kept >= 465) not in (("advanced", True), ("standard", False)):
            yield address, f"keeps {kept} days of insights, which its mode does not take"


@guardrail(
    INSTANCE,
    on=PROTECTED,
    broken_by=[remove(INSTANCE, "database_2"), change(INSTANCE, availability_zone="eu-west-1b")],
    meets="RDS.15",
)
def test_writer_and_readers_are_in_different_zones(stack: Stack) -> Offences:
    """A reader in another zone takes over when the writer's zone is lost."""
    zones = [instance["availability_zone"] for _, instance in each(stack, INSTANCE)]
    expected = {"staging": 2, "prod": 3}[stack.environment]
    if len(set(zones)) < expected:
        yield INSTANCE, f"{len(zones)} instances in {sorted(set(zones))}"


@guardrail(
    CLUSTER,
    broken_by=[
        change(CLUSTER, backup_retention_period=1),
        change(CLUSTER, preferred_maintenance_window="sun:01:30-sun:02:30"),
        change(CLUSTER, delete_automated_backups=True),
    ],
    meets="RDS.50",
)
def test_database_is_backed_up(stack: Stack) -> Offences:
    """A week of point-in-time recovery or more, which outlives the cluster; backup and maintenance apart."""
    yield from wrong(stack, CLUSTER, delete_automated_backups=False)
    for address, cluster in each(stack, CLUSTER):
        if cluster["backup_retention_period"] < 7:
            yield address, f"keeps {cluster['backup_retention_period']} days of backup"
        if overlap(cluster["preferred_backup_window"], cluster["preferred_maintenance_window"]):
            yield address, "backs up while it is maintained"


@guardrail(CLUSTER, on=PROD, broken_by=[change(CLUSTER, backup_retention_period=34)])
def test_production_keeps_35_days_of_backup(stack: Stack) -> Offences:
    """Production keeps 35 days of backup, the most that RDS keeps."""
    yield from wrong(stack, CLUSTER, backup_retention_period=35)


@guardrail(
    "aws_db_event_subscription",
    broken_by=[
        remove("aws_db_event_subscription", "Instance"),
        edit("aws_db_event_subscription", lambda s: s["event_categories"].remove("maintenance")),
        change("aws_db_event_subscription", sns_topic="arn:aws:sns:eu-west-1:111122223333:other"),
        change("aws_db_event_subscription", enabled=False),
    ],
    meets="RDS.19 RDS.20 RDS.21",
)
def test_on_call_hears_of_database_events(stack: Stack) -> Offences:
    """Failures, maintenance and changes of cluster, instances and parameters reach the alarm topic."""
    heard: dict[str, set[str]] = {}
    topic = next(address for address, _ in each(stack, "aws_sns_topic"))
    for _, subscription in each(stack, "aws_db_event_subscription"):
        if points_to(subscription["sns_topic"], topic) and subscription.get("enabled", True):
            heard.setdefault(subscription["source_type"], set()).update(subscription["event_categories"])
    for source, categories in EVENTS.items():
        yield from ((source, f"nobody hears of {what}") for what in categories - heard.get(source, set()))


@guardrail(
    CLUSTER,
    INSTANCE,
    broken_by=[
        change(CLUSTER, engine="aurora-mysql"),
        change(CLUSTER, db_subnet_group_name="default"),
        change(CLUSTER, vpc_security_group_ids=[]),
        change(INSTANCE, cluster_identifier="other"),
        change(INSTANCE, db_parameter_group_name="default.aurora-postgresql17"),
        change(INSTANCE, "database_1", promotion_tier=15),
    ],
)
def test_instances_and_cluster_fit_together(stack: Stack) -> Offences:
    """Cluster and instances are PostgreSQL, use our subnets, group and parameters; the first becomes writer again."""
    yield from wrong(stack, CLUSTER, engine="aurora-postgresql")
    yield from wrong(stack, INSTANCE, engine="aurora-postgresql", cluster_identifier=f"${{{CLUSTER}.database.id}}")
    for address, cluster in each(stack, CLUSTER):
        if "aws_db_subnet_group." not in cluster["db_subnet_group_name"]:
            yield address, "is not in the data tier"
        if not any("DatabaseGroup" in group for group in cluster["vpc_security_group_ids"]):
            yield address, "is not behind its security group"
    for address, instance in each(stack, INSTANCE):
        if "aws_db_parameter_group." not in instance["db_parameter_group_name"]:
            yield address, "has none of our limits"
    tiers = {address: instance["promotion_tier"] for address, instance in each(stack, INSTANCE)}
    if min(tiers, key=lambda address: tiers[address]) != f"{INSTANCE}.database_1" or tiers[f"{INSTANCE}.database_1"]:
        yield f"{INSTANCE}.database_1", "is not the first to become writer"
