"""G-01 to G-08."""

from tests.end_to_end.rule_cases.case import EXTRAS_NEIGHBOURS, EXTRAS_NOT_KNOWN, EXTRAS_WEAKENED, NO_BASE, Cases
from tests.end_to_end.rule_cases.edits import GONE, LATER, put

CASES = Cases()
CLUSTER, CACHE = "aws_rds_cluster.database", "aws_elasticache_replication_group.cache"
BALANCER, BUCKET = "aws_lb.LoadBalancer", "aws_s3_bucket.access_logs"
VERSIONING, PLAN = "aws_s3_bucket_versioning.LoadBalancer_AccessLogs", "aws_backup_plan.Backup_Plan"
LOCK = "aws_s3_bucket_object_lock_configuration.evidence"
API_LOGS, KEY = "aws_cloudwatch_log_group.api_logs", "aws_kms_key.data_key"

CASES.fires("G-01", "BLOCK", CLUSTER, put(CLUSTER, "deletion_protection", False))
CASES.silent("G-01", BALANCER, put(BALANCER, "idle_timeout", 90))
CASES.unsure("G-01", "REVIEW", BALANCER, put(BALANCER, "enable_deletion_protection", LATER))

CASES.fires("G-02", "BLOCK", CLUSTER, put(CLUSTER, "skip_final_snapshot", True))
CASES.silent("G-02", CLUSTER, put(CLUSTER, "copy_tags_to_snapshot", False))
CASES.unsure("G-02", "REVIEW", BUCKET, put(BUCKET, "force_destroy", LATER))

CASES.fires("G-03", "BLOCK", CLUSTER, put(CLUSTER, "backup_retention_period", 7))
CASES.silent("G-03", CLUSTER, put(CLUSTER, "preferred_backup_window", "02:30-03:30"))
CASES.unsure("G-03", "REVIEW", CLUSTER, put(CLUSTER, "backup_retention_period", LATER))

CASES.fires("G-04", "BLOCK", VERSIONING, put(VERSIONING, "versioning_configuration.status", "Suspended"))
CASES.fires("G-04", "BLOCK", PLAN, put(PLAN, "rule.0.lifecycle.delete_after", 7))
CASES.silent("G-04", PLAN, put(PLAN, "rule.0.lifecycle.delete_after", 70))
CASES.unsure("G-04", "REVIEW", VERSIONING, put(VERSIONING, "versioning_configuration.status", LATER))
CASES.unsure("G-04", "REVIEW", PLAN, put(PLAN, "rule.0.lifecycle.delete_after", LATER))

CASES.fires("G-05", "BLOCK", LOCK, put(LOCK, "rule.default_retention.days", 30), plan=EXTRAS_WEAKENED)
CASES.silent("G-05", LOCK, put(LOCK, "rule.default_retention.days", 500), plan=EXTRAS_NEIGHBOURS)
CASES.unsure("G-05", "DANGER", LOCK, put(LOCK, "rule.default_retention.days", LATER), plan=EXTRAS_NOT_KNOWN)

CASES.fires("G-06", "BLOCK", API_LOGS, put(API_LOGS, "retention_in_days", 30))
CASES.silent("G-06", API_LOGS, put(API_LOGS, "retention_in_days", 731))
CASES.unsure("G-06", "REVIEW", API_LOGS, put(API_LOGS, "retention_in_days", LATER))

CASES.fires("G-07", "BLOCK", CACHE, put(CACHE, "num_cache_clusters", 2))
CASES.silent("G-07", CACHE, put(CACHE, "num_cache_clusters", 4))
CASES.unsure("G-07", "REVIEW", CACHE, put(CACHE, "num_cache_clusters", LATER))

CASES.fires("G-08", "REVIEW", KEY, put(KEY, "lifecycle", GONE))
CASES.silent("G-08", KEY, put(KEY, "description", "payments-prod: database"))
CASES.unsure("G-08", "ROUTINE", "", plan=NO_BASE)
