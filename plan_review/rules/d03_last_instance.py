"""D-03: a database cluster loses its writer or all its instances in one run."""

from collections import defaultdict
from collections.abc import Iterator

from plan_review.change import Change
from plan_review.rule import Hit, Rule
from plan_review.stack import Stack
from plan_review.tier import Tier

RULE = Rule(
    "D-03",
    Tier.BLOCK,
    what="The writer, or every instance, of a database cluster is deleted or replaced in one run.",
    why="No instance, no database: every payment fails until a new one is up.",
    do="Replace readers first, fail over, then replace the old writer in a second change.",
)


def check(stack: Stack) -> Iterator[Hit]:
    members: dict[str, list[Change]] = defaultdict(list)
    for change in stack.all("aws_rds_cluster_instance"):
        if change.exists_before and change.resource.deposed is None:
            members[str(change.old("cluster_identifier"))].append(change)
    for instances in members.values():
        gone = [change for change in instances if change.removes]
        for change in gone:
            if len(gone) == len(instances):
                yield Hit(change, f"all {len(gone)} instances of the cluster go in one run", ("cluster_identifier",))
            elif change.old("writer") is True:
                yield Hit(change, "this instance is the writer", ("writer",))
            elif change.old("writer") is None:
                yield Hit(change, "the state does not say whether it is the writer", ("writer",), ("writer",))
