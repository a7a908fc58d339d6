"""G-03: backups are kept for a shorter time, or not at all."""

from collections.abc import Iterator
from dataclasses import replace

from plan_review.directions import lowered, number
from plan_review.rule import Hit, Rule
from plan_review.stack import Stack
from plan_review.tier import Tier

RULE = Rule(
    "G-03",
    Tier.DANGER,
    what="Automated backups are kept for fewer days; to 0 turns them off.",
    why="A mistake found after that many days can't be undone any more.",
    do="Keep the number of days, 35 at most for RDS.",
    raised_in_production=True,
)

TYPES = ("aws_rds_cluster", "aws_db_instance", "aws_elasticache_replication_group", "aws_elasticache_cluster")


def check(stack: Stack) -> Iterator[Hit]:
    for change in stack.changed(*TYPES):
        for path in ("backup_retention_period", "snapshot_retention_limit"):
            for hit in lowered(change, path):
                off = hit.certain and number(change.new(path)) == 0
                yield replace(hit, tier=Tier.BLOCK) if off else hit
