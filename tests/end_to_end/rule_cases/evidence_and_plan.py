"""E-01, E-02 and P-01 to P-06."""

from tests.end_to_end.rule_cases.case import (
    DRIFTED,
    EXTRAS_NEIGHBOURS,
    EXTRAS_NOT_KNOWN,
    EXTRAS_WEAKENED,
    NEIGHBOURS,
    REPLACED,
    WEAKENED,
    Cases,
)
from tests.end_to_end.rule_cases.edits import LATER, Edit, Module, added, block, put

CASES = Cases()
FLOW_LOG, BALANCER = "aws_flow_log.Network_FlowLogs", "aws_lb.LoadBalancer"
FIREWALL_LOG, TRAIL = "aws_wafv2_web_acl_logging_configuration.Firewall", "aws_cloudtrail.evidence"
QUEUE, DEAD_LETTERS, KEY = "aws_sqs_queue.payments", "aws_sqs_queue.payments_dead_letter", "aws_kms_key.data_key"
ZONE = "aws_route53_zone.taken_over"
VISIBILITY = "visibility_timeout_seconds"


def required(version: str) -> Edit:
    """Another constraint on the AWS provider."""

    def edit(module: Module) -> None:
        module["terraform"]["required_providers"]["aws"]["version"] = version

    return edit


CASES.fires("E-01", "BLOCK", FLOW_LOG, put(FLOW_LOG, "traffic_type", "REJECT"))
CASES.fires("E-01", "BLOCK", BALANCER, put(BALANCER, "access_logs.enabled", False))
CASES.silent("E-01", FIREWALL_LOG, put(FIREWALL_LOG, "redacted_fields.1.single_header.name", "x-api-key"))
CASES.unsure("E-01", "DANGER", BALANCER, put(BALANCER, "access_logs.enabled", LATER))

CASES.fires("E-02", "DANGER", TRAIL, put(TRAIL, "enable_log_file_validation", False), plan=EXTRAS_WEAKENED)
CASES.silent("E-02", TRAIL, put(TRAIL, "s3_key_prefix", "trail"), plan=EXTRAS_NEIGHBOURS)
CASES.unsure("E-02", "REVIEW", TRAIL, put(TRAIL, "enable_log_file_validation", LATER), plan=EXTRAS_NOT_KNOWN)

CASES.fires("P-01", "DANGER", "", plan=DRIFTED)
CASES.silent("P-01", "", plan=NEIGHBOURS)
CASES.fires("P-02", "BLOCK", "", plan=REPLACED)
CASES.silent("P-02", "", plan=NEIGHBOURS)

CASES.fires("P-03", "REVIEW", QUEUE, plan=DRIFTED)
CASES.silent("P-03", KEY, put(KEY, "description", "payments-prod: by Terraform alone"), plan=DRIFTED)
CASES.unsure("P-03", "REVIEW", DEAD_LETTERS, put(DEAD_LETTERS, VISIBILITY, LATER), plan=DRIFTED)

CASES.fires("P-04", "REVIEW", "", plan=WEAKENED)
CASES.silent("P-04", "", plan=NEIGHBOURS)
CASES.unsure("P-04", "REVIEW", "", required(">= 5.0"))

CASES.fires(
    "P-05",
    "BLOCK",
    "",
    added("terraform_data.script", provisioner=[{"local-exec": {"command": "id"}}]),
    plan=EXTRAS_WEAKENED,
)
CASES.silent("P-05", "", plan=NEIGHBOURS)

CASES.fires(
    "P-06",
    "REVIEW",
    ZONE,
    added(ZONE, name="example.com"),
    block("import", {"to": ZONE, "id": "${data.aws_route53_zone.LoadBalancer_Certificate_Zone_91299B39.zone_id}"}),
    plan=REPLACED,
)
CASES.silent("P-06", "aws_cloudwatch_metric_alarm.another", plan=WEAKENED)
