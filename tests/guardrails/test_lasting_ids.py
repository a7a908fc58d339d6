"""Lasting ids: the addresses of what holds data are a contract, whichever construct holds the resource."""

import re

from tests.guardrails.guardrail import FOUNDATIONS, PROD, WORKSPACES, Change, Offences, guardrail
from tests.stack import Stack

# Chosen on the first day. A change here means that Terraform destroys the old resource, unless a `moved` block says
# where it went.
WORKSPACE_IDS: dict[str, set[str]] = {
    "aws_backup_vault": {"backup"},
    "aws_cloudwatch_log_group": {
        *("api_logs", "cache_engine_logs", "cache_slow_logs", "container_insights_logs", "database_logs"),
        *("execute_command_logs", "firewall_logs", "flow_logs", "migration_logs", "rotation_logs", "worker_logs"),
    },
    "aws_elasticache_replication_group": {"cache"},
    "aws_kms_key": {"data_key", "logs_key", "messages_key"},
    "aws_rds_cluster": {"database"},
    "aws_s3_bucket": {"access_logs", "alb_logs"},
    "aws_secretsmanager_secret": {"database_master"},
    "aws_secretsmanager_secret_version": {"database_master"},
    "aws_sqs_queue": {"payments", "payments_dead_letter"},
}
PROD_IDS = {"aws_backup_vault": {"backup", "backup_copies"}, "aws_kms_key": {"backup_copies_key"}}
FOUNDATION_IDS = {
    "aws_ecr_repository": {"images"},
    "aws_kms_key": {"state_key"},
    "aws_s3_bucket": {"access_logs", "state"},
}
STATEFUL = {*WORKSPACE_IDS, *FOUNDATION_IDS, "aws_rds_cluster_instance"}
# The ending that CDKTF makes from the construct's path, and that changes with it.
HASH = re.compile(r"_[0-9A-F]{8}$")


def _moved(type_: str, old: str) -> Change:
    def change(stack: Stack) -> None:
        resources = stack.all(type_)
        resources[f"Database_{old}_1A2B3C4D"] = resources.pop(old)

    return change


def _missing(stack: Stack, contract: dict[str, set[str]]) -> Offences:
    for type_, ids in contract.items():
        yield from ((f"{type_}.{id_}", "is gone or was renamed") for id_ in ids - set(stack.all(type_)))


@guardrail(*WORKSPACE_IDS, broken_by=[_moved("aws_rds_cluster", "database"), _moved("aws_sqs_queue", "payments")])
def test_workspaces_keep_their_addresses(stack: Stack) -> Offences:
    """What holds a workspace's data stays at its address."""
    yield from _missing(stack, WORKSPACE_IDS)


@guardrail(*PROD_IDS, on=PROD, broken_by=[_moved("aws_backup_vault", "backup_copies")])
def test_copies_of_backups_keep_their_addresses(stack: Stack) -> Offences:
    """Production's copies of backups stay at their addresses."""
    yield from _missing(stack, PROD_IDS)


@guardrail(*FOUNDATION_IDS, on=FOUNDATIONS, broken_by=[_moved("aws_s3_bucket", "state")])
def test_foundations_keep_their_addresses(stack: Stack) -> Offences:
    """State, its key and the images stay at their addresses."""
    yield from _missing(stack, FOUNDATION_IDS)


@guardrail(
    "aws_kms_key", on=WORKSPACES + FOUNDATIONS, broken_by=[lambda s: s.all("aws_kms_key").update(Key_0A1B2C3D={})]
)
def test_nothing_stateful_is_named_after_its_path(stack: Stack) -> Offences:
    """A new resource that holds data gets a lasting id, too."""
    for type_, id_, _ in stack.each():
        if type_ in STATEFUL and HASH.search(id_):
            yield f"{type_}.{id_}", "has the address of its construct; give it a lasting one"
