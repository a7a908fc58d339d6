"""A-08: deployments of a service get less careful."""

from collections.abc import Iterator

from plan_review.change import UNKNOWN
from plan_review.directions import cannot_tell, compared, fires, lowered, number, raised, turned_off
from plan_review.rule import Hit, Rule
from plan_review.stack import Stack
from plan_review.tier import Tier

RULE = Rule(
    "A-08",
    Tier.REVIEW,
    what="A service keeps fewer healthy tasks, its circuit breaker goes off, or its health check gets looser.",
    why="A bad release then reaches customers, or takes down tasks that worked.",
    do="Keep minimum healthy at 100 percent and the circuit breaker with rollback.",
)

MINIMUM = "deployment_minimum_healthy_percent"


def check(stack: Stack) -> Iterator[Hit]:
    for change in stack.changed("aws_ecs_service"):
        yield from lowered(change, "desired_count")
        yield from turned_off(change, "deployment_circuit_breaker.0.enable", "deployment_circuit_breaker.0.rollback")
        yield from raised(change, "health_check_grace_period_seconds")
        if compared(change) and change.differs(MINIMUM):
            if change.new(MINIMUM) is UNKNOWN:
                yield cannot_tell(change, MINIMUM)
            elif (number(change.new(MINIMUM)) or 0) < 100:
                yield fires(change, MINIMUM)
    for change in stack.changed("aws_lb_target_group"):
        yield from raised(
            change, "health_check.0.interval", "health_check.0.timeout", "health_check.0.unhealthy_threshold"
        )
