"""G: guards against deletion, and ways back."""

import pytest

from tests.plan_review.cases import Case, Cases
from tests.plan_review.plans import Values, resource

CASES = Cases()
CLUSTER, LOGS = "aws_rds_cluster.Main", "aws_cloudwatch_log_group.Api"


def changed(address: str, name: str, before: object, after: object) -> Values:
    return resource(address, {name: before}, {name: after})


def hidden(address: str, name: str, before: object) -> Values:
    return resource(address, {name: before}, {}, unknown={name: True})


PROTECTION = "deletion_protection"
CASES.fires("G-01", "BLOCK", "off in production", changed(CLUSTER, PROTECTION, True, False))
CASES.fires("G-01", "BLOCK", "unset is off", changed("aws_lb.Main", "enable_deletion_protection", True, None))
CASES.fires("G-01", "DANGER", "off in dev", changed(CLUSTER, PROTECTION, True, False), environment="dev")
CASES.silent("G-01", "on", changed(CLUSTER, PROTECTION, False, True))
CASES.unsure("G-01", "REVIEW", "not known", hidden(CLUSTER, PROTECTION, True))

CASES.fires("G-02", "BLOCK", "a bucket may be emptied", changed("aws_s3_bucket.Main", "force_destroy", False, True))
CASES.fires(
    "G-02", "DANGER", "no snapshot in dev", changed(CLUSTER, "skip_final_snapshot", False, True), environment="dev"
)
CASES.silent("G-02", "a snapshot from now on", changed(CLUSTER, "skip_final_snapshot", True, False))
CASES.unsure("G-02", "REVIEW", "not known", hidden(CLUSTER, "skip_final_snapshot", False))

DAYS = "backup_retention_period"
CASES.fires("G-03", "BLOCK", "fewer days in production", changed(CLUSTER, DAYS, 35, 7))
CASES.fires("G-03", "DANGER", "fewer days in dev", changed(CLUSTER, DAYS, 35, 7), environment="dev")
CASES.fires("G-03", "BLOCK", "none at all, in dev too", changed(CLUSTER, DAYS, 7, 0), environment="dev")
CASES.fires(
    "G-03", "BLOCK", "none of a cache", changed("aws_elasticache_replication_group.M", "snapshot_retention_limit", 5, 0)
)
CASES.silent("G-03", "more days", changed(CLUSTER, DAYS, 7, 35))
CASES.unsure("G-03", "REVIEW", "not known", hidden(CLUSTER, DAYS, 7))

VERSIONING = "aws_s3_bucket_versioning.Main"
ENABLED, SUSPENDED = ([{"status": status}] for status in ("Enabled", "Suspended"))
CASES.fires("G-04", "BLOCK", "versioning off", changed(VERSIONING, "versioning_configuration", ENABLED, SUSPENDED))
CASES.fires("G-04", "BLOCK", "versioning deleted", resource(VERSIONING, {"versioning_configuration": ENABLED}))
CASES.fires("G-04", "BLOCK", "the backup plan goes", resource("aws_backup_plan.Main", {"rule": []}))
CASES.fires("G-04", "BLOCK", "the selection goes", resource("aws_backup_selection.Main", {"name": "all"}))


def daily(days: int, copies: int = 1) -> Values:
    return {"rule_name": "daily", "lifecycle": [{"delete_after": days}], "copy_action": [{}] * copies}


CASES.fires("G-04", "BLOCK", "backups for fewer days", changed("aws_backup_plan.M", "rule", [daily(35)], [daily(7)]))
CASES.fires("G-04", "BLOCK", "no copy elsewhere", changed("aws_backup_plan.M", "rule", [daily(35)], [daily(35, 0)]))
CASES.fires("G-04", "BLOCK", "a rule goes", changed("aws_backup_plan.M", "rule", [daily(35)], []))
CASES.fires(
    "G-04",
    "BLOCK",
    "point-in-time recovery off",
    changed("aws_dynamodb_table.T", "point_in_time_recovery", [{"enabled": True}], [{"enabled": False}]),
)
CASES.silent("G-04", "versioning on", changed(VERSIONING, "versioning_configuration", SUSPENDED, ENABLED))
CASES.silent("G-04", "backups for longer", changed("aws_backup_plan.M", "rule", [daily(7)], [daily(35)]))
CASES.unsure(
    "G-04",
    "REVIEW",
    "the status is not known",
    resource(
        VERSIONING,
        {"versioning_configuration": ENABLED},
        {"versioning_configuration": [{}]},
        unknown={"versioning_configuration": [{"status": True}]},
    ),
)
HALF_KNOWN = {"rule_name": "daily", "lifecycle": [{}], "copy_action": [{}]}
CASES.unsure(
    "G-04",
    "REVIEW",
    "the days of a rule are not known",
    resource(
        "aws_backup_plan.M",
        {"rule": [daily(35)]},
        {"rule": [HALF_KNOWN]},
        unknown={"rule": [{"lifecycle": [{"delete_after": True}]}]},
    ),
)
CASES.unsure(
    "G-04",
    "REVIEW",
    "the name of a rule is not known",
    resource(
        "aws_backup_plan.M",
        {"rule": [daily(35)]},
        {"rule": [{"lifecycle": [{"delete_after": 35}], "copy_action": [{}]}]},
        unknown={"rule": [{"rule_name": True}]},
    ),
)
CASES.unsure("G-04", "REVIEW", "the rules are not known", hidden("aws_backup_plan.M", "rule", [daily(35)]))

LOCK = "aws_s3_bucket_object_lock_configuration.Audit"


def kept(mode: str, days: int) -> list[Values]:
    return [{"default_retention": [{"mode": mode, "days": days}]}]


STRICT = kept("COMPLIANCE", 365)
CASES.fires("G-05", "BLOCK", "the lock goes", resource(LOCK, {"rule": STRICT}))
CASES.fires("G-05", "BLOCK", "governance only", changed(LOCK, "rule", STRICT, kept("GOVERNANCE", 365)))
CASES.fires("G-05", "BLOCK", "fewer days", changed(LOCK, "rule", STRICT, kept("COMPLIANCE", 30)))
CASES.silent("G-05", "more days", changed(LOCK, "rule", STRICT, kept("COMPLIANCE", 730)))
CASES.unsure("G-05", "DANGER", "the rule is not known", hidden(LOCK, "rule", STRICT))

RETENTION = "retention_in_days"
CASES.fires("G-06", "BLOCK", "fewer days", changed(LOGS, RETENTION, 365, 30))
CASES.fires("G-06", "BLOCK", "not for ever", changed(LOGS, RETENTION, None, 365))
CASES.fires("G-06", "BLOCK", "0 is for ever, too", changed(LOGS, RETENTION, 0, 365))
CASES.silent("G-06", "more days", changed(LOGS, RETENTION, 30, 365))
CASES.silent("G-06", "for ever", changed(LOGS, RETENTION, 365, None))
CASES.unsure("G-06", "REVIEW", "not known", hidden(LOGS, RETENTION, 365))

CACHE = "aws_elasticache_replication_group.Main"
CASES.fires("G-07", "BLOCK", "one zone only", changed("aws_db_instance.Main", "multi_az", True, False))
CASES.fires("G-07", "BLOCK", "fewer replicas", changed(CACHE, "num_cache_clusters", 3, 2))
CASES.fires("G-07", "BLOCK", "a reader goes", resource("aws_rds_cluster_instance.Reader", {"promotion_tier": 1}))
CASES.fires("G-07", "BLOCK", "no final snapshot", changed(CLUSTER, "final_snapshot_identifier", "last", None))
CASES.silent("G-07", "more replicas", changed(CACHE, "num_cache_clusters", 2, 3))
CASES.unsure("G-07", "REVIEW", "not known", hidden(CACHE, "num_cache_clusters", 3))


def configured(prevented: bool) -> Values:
    lifecycle = {"lifecycle": {"prevent_destroy": True}} if prevented else {}
    return {"terraform": {}, "resource": {"aws_rds_cluster": {"Main": lifecycle}}}


GUARDED = changed(CLUSTER, DAYS, 7, 35)
CASES.fires("G-08", "REVIEW", "removed", GUARDED, synthesized=configured(False), base=configured(True))
CASES.fires("G-08", "REVIEW", "removed, nothing else changes", synthesized=configured(False), base=configured(True))
CASES.silent("G-08", "still there", GUARDED, synthesized=configured(True), base=configured(True))
CASES.silent("G-08", "added", GUARDED, synthesized=configured(True), base=configured(False))
CASES.unsure("G-08", "ROUTINE", "no base to compare with", GUARDED, synthesized=configured(False))


@pytest.mark.parametrize("case", CASES, ids=str)
def test_rule(case: Case) -> None:
    case.check()
