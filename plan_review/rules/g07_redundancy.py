"""G-07: fewer copies stand by when one fails."""

from collections.abc import Iterator

from plan_review.directions import lowered, taken_away, turned_off
from plan_review.rule import Hit, Rule
from plan_review.stack import Stack
from plan_review.tier import Tier

RULE = Rule(
    "G-07",
    Tier.DANGER,
    what="Replicas, zones or the final snapshot are given up.",
    why="The next failure of a zone or an instance becomes an outage.",
    do="Keep at least one reader in another zone where payments are taken.",
    raised_in_production=True,
)

TYPES = ("aws_rds_cluster", "aws_db_instance", "aws_elasticache_replication_group", "aws_elasticache_cluster")


def check(stack: Stack) -> Iterator[Hit]:
    for change in stack.changed(*TYPES):
        yield from turned_off(change, "multi_az", "multi_az_enabled", "automatic_failover_enabled")
        yield from lowered(
            change, "num_cache_clusters", "replicas_per_node_group", "num_node_groups", "num_cache_nodes"
        )
        yield from taken_away(change, "final_snapshot_identifier")
    for change in stack.changed("aws_rds_cluster_instance"):
        if change.action == "destroy" and change.removes:
            yield Hit(change, "one database instance fewer")
