"""A-04: a database or cache restarts or fails over."""

from collections.abc import Iterator

from plan_review.directions import altered
from plan_review.rule import Hit, Rule
from plan_review.stack import Stack
from plan_review.tier import Tier

RULE = Rule(
    "A-04",
    Tier.DANGER,
    what="Instance class, storage type, port or subnets of a database or cache change.",
    why="It restarts or fails over, and open payments are cut off; another port or network moves its clients too.",
    do="Change readers first and fail over, in a maintenance window.",
)

TYPES = (
    *("aws_rds_cluster", "aws_rds_cluster_instance", "aws_db_instance"),
    *("aws_elasticache_replication_group", "aws_elasticache_cluster"),
)
PATHS = (
    *("instance_class", "node_type", "storage_type", "port", "network_type"),
    *("db_subnet_group_name", "subnet_group_name", "availability_zone"),
)


def check(stack: Stack) -> Iterator[Hit]:
    for change in stack.changed(*TYPES):
        yield from altered(change, *PATHS)
