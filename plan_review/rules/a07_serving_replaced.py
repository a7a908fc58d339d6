"""A-07: something that serves traffic is replaced."""

from collections.abc import Iterator

from plan_review.rule import Hit, Rule
from plan_review.stack import Stack
from plan_review.tier import Tier
from plan_review.values import attribute_name

RULE = Rule(
    "A-07",
    Tier.DANGER,
    what="A resource that serves traffic is replaced or deleted.",
    why="Destroyed first, payments stop until the new one is up; created first, both run and clients have to move.",
    do="Use create_before_destroy with a name prefix, or shift traffic in two changes.",
)

SERVING = (
    *(
        "aws_lb",
        "aws_alb",
        "aws_lb_listener",
        "aws_alb_listener",
        "aws_lb_listener_rule",
        "aws_lb_target_group",
    ),
    *(
        "aws_ecs_service",
        "aws_ecs_cluster",
        "aws_nat_gateway",
        "aws_cloudfront_distribution",
        "aws_autoscaling_group",
    ),
    *("aws_api_gateway_rest_api", "aws_apigatewayv2_api", "aws_internet_gateway"),
)


def check(stack: Stack) -> Iterator[Hit]:
    for change in stack.changed(*SERVING):
        if change.action == "destroy" and change.removes:
            yield Hit(change, "deleted")
        elif change.action == "replace":
            causes = ", ".join(attribute_name(path) for path in change.replace_causes) or "cause not given"
            yield Hit(change, f"replaced ({change.order}) because of {causes}", change.replace_causes)
