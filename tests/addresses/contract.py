"""Which addresses are promised, and which of them a synthesized stack has lost."""

from pathlib import Path

from tests.stack import Stack

FOLDER = Path(__file__).parent

# What holds data, keys or the record of what happened: replacing one loses something that no apply brings back.
STATEFUL = (
    "aws_backup_vault",
    "aws_cloudwatch_log_group",
    "aws_ecr_repository",
    "aws_elasticache_replication_group",
    "aws_kms_key",
    "aws_rds_cluster",
    "aws_rds_cluster_instance",
    "aws_s3_bucket",
    "aws_secretsmanager_secret",
    "aws_sqs_queue",
)


def promised(stack: str) -> list[str]:
    """The addresses that `<stack>.txt` lists."""
    return (FOLDER / f"{stack}.txt").read_text().split()


def stateful(stack: Stack) -> list[str]:
    """The addresses of a synthesized stack's stateful resources, in order."""
    return sorted(f"{type_}.{id_}" for type_, id_, _ in stack.each() if type_ in STATEFUL)


def losses(stack: Stack) -> list[str]:
    """One sentence for each promised address that is neither there nor named by a `moved` block."""
    there = set(stateful(stack))
    there |= {move["from"] for move in stack.module.get("moved", []) if move["to"] in there}
    return [
        f"{stack.name}: {address} is gone, and Terraform would destroy what it stands for. Keep the address with "
        f"`lasting(resource, {address.partition('.')[2]!r})` (CDKTF's override_logical_id), or leave a `moved` block "
        "with `new_resource.move_from_id(<old construct id>)`"
        for address in promised(stack.name)
        if address not in there
    ]
