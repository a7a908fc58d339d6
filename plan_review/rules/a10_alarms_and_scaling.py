"""A-10: an alarm is silenced, or a service may grow less."""

from collections.abc import Iterator
from dataclasses import replace

from plan_review.directions import lowered, turned_off
from plan_review.project import PAYMENT_PATHS
from plan_review.rule import Hit, Rule
from plan_review.stack import Stack
from plan_review.tier import Tier

RULE = Rule(
    "A-10",
    Tier.REVIEW,
    what="An alarm is deleted or its actions turned off, or the maximum of an autoscaling target falls.",
    why="The next failure goes unnoticed, or the next peak is turned away.",
    do="Keep the alarm; check the peak of the last month before lowering a maximum.",
)

ALARMS = ("aws_cloudwatch_metric_alarm", "aws_cloudwatch_composite_alarm")


def check(stack: Stack) -> Iterator[Hit]:
    for change in stack.changed(*ALARMS):
        if change.action == "destroy" and change.removes:
            yield Hit(change, "the alarm is deleted")
        yield from turned_off(change, "actions_enabled")
    for change in stack.changed("aws_appautoscaling_target"):
        for hit in lowered(change, "max_capacity"):
            payments = PAYMENT_PATHS.search(str(change.old("resource_id")))
            yield replace(hit, tier=Tier.DANGER) if payments else hit
