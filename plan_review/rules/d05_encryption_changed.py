"""D-05: encryption at rest is turned off, or data gets another key."""

from collections.abc import Iterator

from plan_review.directions import altered, taken_away, turned_off
from plan_review.rule import Hit, Rule
from plan_review.rules.d01_stateful_removed import STATEFUL
from plan_review.stack import Stack
from plan_review.tier import Tier

RULE = Rule(
    "D-05",
    Tier.BLOCK,
    what="Encryption at rest is turned off, or the key of stored data changes.",
    why="Another key means a replacement, or old data that only the old key opens.",
    do="Keep the key; to change it, copy a snapshot under the new key and move over.",
)

SWITCHES = ("storage_encrypted", "at_rest_encryption_enabled", "encrypted", "sqs_managed_sse_enabled")
KEYS = ("kms_key_id", "kms_key_arn", "kms_master_key_id", "performance_insights_kms_key_id")
ENCRYPTION = "aws_s3_bucket_server_side_encryption_configuration"


def check(stack: Stack) -> Iterator[Hit]:
    for change in stack.changed(*STATEFUL, "aws_rds_cluster_instance"):
        # SQS turns its own encryption off by itself when a key of ours takes over.
        switches = [
            path for path in SWITCHES if path != "sqs_managed_sse_enabled" or not change.new("kms_master_key_id")
        ]
        yield from turned_off(change, *switches, "server_side_encryption.0.enabled")
        yield from altered(change, *KEYS, "encryption_configuration.0.kms_key", "server_side_encryption.0.kms_key_arn")
    for change in stack.changed("aws_sns_topic"):
        yield from taken_away(change, "kms_master_key_id")
    for change in stack.changed(ENCRYPTION):
        if change.action == "destroy":
            yield Hit(change, "the bucket's encryption configuration is deleted")
        default = "rule.0.apply_server_side_encryption_by_default.0."
        yield from altered(change, f"{default}sse_algorithm", f"{default}kms_master_key_id")
