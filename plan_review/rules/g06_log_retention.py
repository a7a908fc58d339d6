"""G-06: logs are kept for a shorter time."""

from collections.abc import Iterator

from plan_review.change import UNKNOWN
from plan_review.directions import cannot_tell, compared, fires, number
from plan_review.rule import Hit, Rule
from plan_review.stack import Stack
from plan_review.tier import Tier

RULE = Rule(
    "G-06",
    Tier.DANGER,
    what="A log group keeps its events for fewer days (0 or none means for ever).",
    why="CloudWatch deletes what is older at once; PCI DSS 10.5.1 asks for twelve months.",
    do="Keep the retention, or export the events before.",
    raised_in_production=True,
)

PATH = "retention_in_days"


def check(stack: Stack) -> Iterator[Hit]:
    for change in stack.changed("aws_cloudwatch_log_group"):
        if not compared(change) or not change.differs(PATH):
            continue
        if change.new(PATH) is UNKNOWN:
            yield cannot_tell(change, PATH)
        elif _days(change.new(PATH)) < _days(change.old(PATH)):
            yield fires(change, PATH)


def _days(value: object) -> float:
    return number(value) or float("inf")
