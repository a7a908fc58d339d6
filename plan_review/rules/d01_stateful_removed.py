"""D-01: something that holds data is deleted or replaced."""

from collections.abc import Iterator

from plan_review.change import Change
from plan_review.rule import Hit, Rule
from plan_review.stack import Stack
from plan_review.tier import Tier
from plan_review.values import attribute_name

RULE = Rule(
    "D-01",
    Tier.BLOCK,
    what="A resource that holds data is deleted or replaced.",
    why="A replacement starts empty: payments, messages, keys to them or their evidence are gone.",
    do="Keep the resource; change it in place, or restore a snapshot beside it and move over.",
)

STATEFUL = (
    *("aws_rds_cluster", "aws_db_instance", "aws_rds_global_cluster", "aws_dynamodb_table", "aws_s3_bucket"),
    *("aws_efs_file_system", "aws_ebs_volume", "aws_elasticache_replication_group", "aws_msk_cluster"),
    *("aws_opensearch_domain", "aws_sqs_queue", "aws_kinesis_stream", "aws_secretsmanager_secret"),
    *("aws_backup_vault", "aws_cloudwatch_log_group", "aws_ecr_repository", "aws_cognito_user_pool"),
)


def check(stack: Stack) -> Iterator[Hit]:
    for change in stack.changed(*STATEFUL, "aws_ssm_parameter"):
        if change.type == "aws_ssm_parameter" and change.old("type") != "SecureString":
            continue
        if change.removes:
            yield Hit(change, _cause(change), change.replace_causes)


def _cause(change: Change) -> str:
    if change.action == "destroy":
        return "deleted"
    causes = ", ".join(attribute_name(path) for path in change.replace_causes) or "cause not given"
    return f"replaced because of {causes}"
