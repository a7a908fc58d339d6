"""Flow logs: all traffic of the VPC is on record, and nobody but their role writes there."""

from tests.guardrails.guardrail import (
    Offences,
    actions,
    change,
    each,
    edit,
    edit_statement,
    guardrail,
    points_to,
    remove,
    wrong,
)
from tests.stack import Stack, listed, statements

# Who really talked behind a NAT or an endpoint, in which direction, over which path.
FIELDS = ("pkt-srcaddr", "pkt-dstaddr", "pkt-src-aws-service", "pkt-dst-aws-service", "flow-direction", "traffic-path")
WRITES = {"logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"}


@guardrail("aws_vpc", broken_by=[remove("aws_flow_log"), change("aws_flow_log", vpc_id="vpc-1")], meets="EC2.6")
def test_every_vpc_has_flow_logs(stack: Stack) -> Offences:
    """Every VPC has flow logs."""
    logged = [log["vpc_id"] for _, log in each(stack, "aws_flow_log")]
    for address, _ in each(stack, "aws_vpc"):
        if not any(points_to(vpc, address) for vpc in logged):
            yield address, "has no flow log"


@guardrail(
    "aws_flow_log",
    broken_by=[
        change("aws_flow_log", traffic_type="REJECT"),
        change("aws_flow_log", log_destination_type="s3"),
        change("aws_flow_log", max_aggregation_interval=600),
        change("aws_flow_log", log_format="$${version} $${srcaddr}"),
    ],
)
def test_flow_logs_tell_enough(stack: Stack) -> Offences:
    """Accepted and rejected traffic is logged each minute, in a format that shows path, direction and service."""
    expected = {"traffic_type": "ALL", "log_destination_type": "cloud-watch-logs", "max_aggregation_interval": 60}
    yield from wrong(stack, "aws_flow_log", **expected)
    for address, log in each(stack, "aws_flow_log"):
        yield from ((address, f"log_format lacks {f}") for f in FIELDS if f"$${{{f}}}" not in log["log_format"])


@guardrail(
    "aws_cloudwatch_log_group.flow_logs",
    broken_by=[
        change("aws_cloudwatch_log_group", "flow_logs", kms_key_id=None),
        change("aws_cloudwatch_log_group", "flow_logs", retention_in_days=14),
        change("aws_flow_log", log_destination="arn:aws:logs:eu-west-1:111122223333:log-group:other"),
    ],
)
def test_flow_logs_are_kept_and_encrypted(stack: Stack) -> Offences:
    """Flow logs go to a log group with the key for logs, for 30 days or more, 365 in production."""
    address, group = "aws_cloudwatch_log_group.flow_logs", stack.all("aws_cloudwatch_log_group")["flow_logs"]
    least = 365 if stack.environment == "prod" else 30
    if group.get("kms_key_id") != "${aws_kms_key.logs_key.arn}":
        yield address, "is not encrypted with the key for logs"
    if group["retention_in_days"] < least:
        yield address, f"keeps logs for {group['retention_in_days']} days, not {least}"
    for log_address, log in each(stack, "aws_flow_log"):
        if not points_to(log["log_destination"], address):
            yield log_address, "goes elsewhere"


@guardrail(
    "aws_flow_log",
    broken_by=[
        edit_statement("aws_iam_role_policy", lambda s: s.update(Resource="*"), "FlowLogs"),
        edit_statement("aws_iam_role_policy", lambda s: s.update(Action="logs:*"), "FlowLogs"),
        edit_statement("aws_iam_role", lambda s: s["Condition"].pop("ArnLike"), "FlowLogs"),
        edit("aws_flow_log", lambda log: log.update(iam_role_arn="arn:aws:iam::111122223333:role/other")),
    ],
)
def test_flow_log_role_reaches_its_log_group_only(stack: Stack) -> Offences:
    """The role writes to its log group alone, and only flow logs of this account and region may use it."""
    role = next(id_ for id_ in stack.all("aws_iam_role") if "FlowLogs" in id_)
    for address, log in each(stack, "aws_flow_log"):
        if not points_to(log["iam_role_arn"], f"aws_iam_role.{role}"):
            yield address, "is delivered with another role"
    for policy_address, attributes in each(stack, "aws_iam_role_policy"):
        for statement in statements(attributes["policy"]) if role in attributes["role"] else ():
            if any("flow_logs.arn" not in resource for resource in listed(statement["Resource"])):
                yield policy_address, f"reaches {statement['Resource']}"
            if not set(actions(statement)) <= {
                f"logs:{a}" for a in ("CreateLogStream", "DescribeLogStreams", "PutLogEvents")
            }:
                yield policy_address, f"allows {actions(statement)}"
    condition = statements(stack.all("aws_iam_role")[role]["assume_role_policy"])[0]["Condition"]
    if "aws:SourceArn" not in condition.get("ArnLike", {}) or "aws:SourceAccount" not in condition["StringEquals"]:
        yield f"aws_iam_role.{role}", "can be used by flow logs of others"
