"""D-01 to D-07."""

from tests.end_to_end.rule_cases.case import REPLACED, WEAKENED, Cases
from tests.end_to_end.rule_cases.edits import LATER, added, forgotten, put, renamed

CASES = Cases()
QUEUE, DEAD_LETTERS = "aws_sqs_queue.payments", "aws_sqs_queue.payments_dead_letter"
KEY, INSTANCES = "aws_kms_key.messages_key", [f"aws_rds_cluster_instance.database_{number}" for number in (1, 2, 3)]
BUCKET, ALARM = "aws_s3_bucket.alb_logs", "aws_cloudwatch_metric_alarm.Alarms_NatPortsA"
DELETED_ALARM, DASHBOARD = "aws_cloudwatch_metric_alarm.Alarms_QueueAge", "aws_cloudwatch_dashboard.Dashboard"
EGRESS = "aws_vpc_security_group_egress_rule.Network_WorkerGroup_ToCache"

CASES.fires("D-01", "BLOCK", QUEUE, put(QUEUE, "name", "payments-prod-orders"), plan=REPLACED)
CASES.silent("D-01", QUEUE)

CASES.fires("D-02", "BLOCK", KEY, put(KEY, "deletion_window_in_days", 7))
CASES.silent("D-02", KEY, put(KEY, "description", "payments-prod: queues"))
CASES.unsure("D-02", "DANGER", KEY, put(KEY, "deletion_window_in_days", LATER))

# Whichever instance came first is the writer, so all three go.
CASES.fires(
    "D-03", "BLOCK", INSTANCES[0], *(put(one, "availability_zone", "eu-west-1d") for one in INSTANCES), plan=REPLACED
)
CASES.silent("D-03", INSTANCES[0])

CASES.fires(
    "D-04",
    "BLOCK",
    BUCKET,
    put(BUCKET, "bucket", "payments-prod-more-logs"),
    put(BUCKET, "force_destroy", True),
    plan=REPLACED,
)
CASES.silent("D-04", QUEUE, plan=REPLACED)
CASES.unsure(
    "D-04", "DANGER", BUCKET, put(BUCKET, "bucket", "payments-prod-more-logs"), put(BUCKET, "force_destroy", LATER)
)

CASES.fires("D-05", "BLOCK", DEAD_LETTERS, put(DEAD_LETTERS, "kms_master_key_id", "${aws_kms_key.data_key.arn}"))
CASES.silent("D-05", DEAD_LETTERS, put(DEAD_LETTERS, "receive_wait_time_seconds", 10))
CASES.unsure("D-05", "DANGER", DEAD_LETTERS, put(DEAD_LETTERS, "kms_master_key_id", LATER))

CASES.fires("D-06", "BLOCK", ALARM, renamed(ALARM, "Alarms_PortsA"), plan=REPLACED)
CASES.silent(
    "D-06",
    DELETED_ALARM,
    added(
        "aws_cloudwatch_metric_alarm.another",
        alarm_name="payments-prod-invocations",
        comparison_operator="LessThanThreshold",
        evaluation_periods=9,
        metric_name="Invocations",
        namespace="AWS/Lambda",
        period=900,
        statistic="SampleCount",
        threshold=3,
    ),
    plan=WEAKENED,
)
CASES.unsure(
    "D-06",
    "DANGER",
    EGRESS,
    renamed(
        EGRESS, "valkey", from_port=LATER, to_port=LATER, referenced_security_group_id=LATER, security_group_id=LATER
    ),
)

CASES.fires(
    "D-07",
    "REVIEW",
    DASHBOARD,
    forgotten(DASHBOARD),
    plan=REPLACED,
)
CASES.silent("D-07", ALARM, plan=REPLACED)
