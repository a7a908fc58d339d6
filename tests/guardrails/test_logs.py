"""Logs: kept for as long as the environment asks, never for ever; what is counted in one is counted in ours."""

from tests.guardrails.guardrail import PROD, Offences, change, each, guardrail
from tests.stack import Stack

FILTER = "aws_cloudwatch_log_metric_filter"


@guardrail(
    FILTER,
    broken_by=[change(FILTER, log_group_name="/payments/other"), change(FILTER, pattern="")],
)
def test_metrics_from_logs_have_a_log(stack: Stack) -> Offences:
    """A metric that is counted in a log is counted in one of this stack."""
    groups = {group["name"] for _, group in each(stack, "aws_cloudwatch_log_group")}
    for address, metric_filter in each(stack, FILTER):
        if metric_filter["log_group_name"] not in groups or not metric_filter["pattern"]:
            yield address, "counts nothing"


@guardrail("aws_cloudwatch_log_group", broken_by=[change("aws_cloudwatch_log_group", retention_in_days=None)])
def test_logs_are_not_kept_for_ever(stack: Stack) -> Offences:
    """Every log group has a retention."""
    for address, group in each(stack, "aws_cloudwatch_log_group"):
        if not group.get("retention_in_days"):
            yield address, "keeps logs for ever"


@guardrail(
    "aws_cloudwatch_log_group",
    on=PROD,
    broken_by=[change("aws_cloudwatch_log_group", retention_in_days=90)],
    meets="CloudWatch.16",
)
def test_production_keeps_logs_for_a_year(stack: Stack) -> Offences:
    """Production keeps every log for twelve months or more (PCI DSS 10.5.1), access logs in buckets too."""
    for address, group in each(stack, "aws_cloudwatch_log_group"):
        if group["retention_in_days"] < 365:
            yield address, f"keeps logs for {group['retention_in_days']} days"
    for address, lifecycle in each(stack, "aws_s3_bucket_lifecycle_configuration"):
        if any(expiration["days"] < 365 for rule in lifecycle["rule"] for expiration in rule.get("expiration", [])):
            yield address, "keeps access logs for less than a year"
