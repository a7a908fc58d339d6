"""E-01: something that records evidence stops, or records less."""

from collections.abc import Iterator

from plan_review.change import UNKNOWN, Change
from plan_review.directions import cannot_tell, compared, fires, turned_off
from plan_review.rule import Hit, Rule
from plan_review.stack import Stack
from plan_review.tier import Tier

RULE = Rule(
    "E-01",
    Tier.BLOCK,
    what="CloudTrail, Config, GuardDuty, Security Hub, flow logs or access logs are deleted, stopped or narrowed.",
    why="What happens in the gap can't be reconstructed; PCI DSS 10.2 asks for these records.",
    do="Keep it running; replace it only by creating the new one first.",
)

RECORDERS = (
    *("aws_cloudtrail", "aws_config_configuration_recorder", "aws_config_configuration_recorder_status"),
    *("aws_config_delivery_channel", "aws_guardduty_detector", "aws_securityhub_account", "aws_flow_log"),
    *("aws_s3_bucket_logging", "aws_wafv2_web_acl_logging_configuration", "aws_route53_query_log"),
)
SWITCHES = (
    *("enable_logging", "is_enabled", "enable", "include_global_service_events"),
    *("recording_group.0.all_supported", "recording_group.0.include_global_resource_types"),
)


def check(stack: Stack) -> Iterator[Hit]:
    for change in stack.changed(*RECORDERS):
        if change.action == "destroy" and change.removes:
            yield Hit(change, "deleted")
        elif change.action == "replace" and change.order.startswith("destroy"):
            yield Hit(change, f"replaced ({change.order})", change.replace_causes)
        yield from turned_off(change, *SWITCHES)
        yield from _traffic(change)
    for change in stack.changed("aws_lb", "aws_alb"):
        yield from turned_off(change, "access_logs.0.enabled", "connection_logs.0.enabled")


def _traffic(change: Change) -> Iterator[Hit]:
    if change.type == "aws_flow_log" and compared(change) and change.old("traffic_type") == "ALL":
        if change.new("traffic_type") is UNKNOWN:
            yield cannot_tell(change, "traffic_type")
        elif change.differs("traffic_type"):
            yield fires(change, "traffic_type")
