"""Grants: what each role of a workspace may do is written down here once more, whole; nothing more, nothing less."""

from tests.guardrails.guardrail import Offences, actions, edit_statement, guardrail, remove
from tests.stack import Stack, statements

POLICY = "aws_iam_role_policy"


def _of(service: str, *names: str) -> set[str]:
    return {f"{service}:{name}" for name in names}


WRITE_LOGS = _of("logs", "CreateLogStream", "PutLogEvents")
USE_KEY = _of("kms", "Decrypt", "GenerateDataKey")
START = WRITE_LOGS | _of(
    *("ecr", "BatchCheckLayerAvailability", "BatchGetImage", "GetAuthorizationToken", "GetDownloadUrlForLayer")
)
SERVICE = USE_KEY | _of("rds-db", "connect") | _of("elasticache", "Connect")
# In a function's role: its logs, its traces, and the interfaces that Lambda makes in the VPC with it.
FUNCTION = (
    WRITE_LOGS
    | _of("xray", "PutTelemetryRecords", "PutTraceSegments")
    | _of("ec2", *(f"{verb}NetworkInterface" for verb in ("Create", "Delete")), "DescribeNetworkInterfaces")
    | _of("ec2", "AssignPrivateIpAddresses", "UnassignPrivateIpAddresses", "DescribeSubnets")
)
# Where people may enter tasks (never in production), each task's role gets these as well.
ENTER = _of("ssmmessages", *(f"{verb}{kind}Channel" for verb in ("Create", "Open") for kind in ("Control", "Data"))) | (
    WRITE_LOGS | _of("logs", "DescribeLogGroups", "DescribeLogStreams")
)
GRANTS: dict[str, set[str]] = {
    "Api_Execution": START,
    "Worker_Execution": START,
    "Api_Task": SERVICE | _of("sqs", "GetQueueAttributes", "GetQueueUrl", "SendMessage"),
    "Worker_Task": SERVICE
    | _of("sqs", "ChangeMessageVisibility", "DeleteMessage", "GetQueueAttributes", "GetQueueUrl", "ReceiveMessage"),
    "Migration_Migrate": FUNCTION | _of("kms", "Decrypt") | _of("secretsmanager", "GetSecretValue"),
    "Migration_Rotate": FUNCTION
    | USE_KEY
    | _of("secretsmanager", "DescribeSecret", "GetRandomPassword", "GetSecretValue")
    | _of("secretsmanager", "PutSecretValue", "UpdateSecretVersionStage"),
    "Network_FlowLogs_Delivery": WRITE_LOGS | _of("logs", "DescribeLogStreams"),
    "Database_Monitoring": WRITE_LOGS
    | _of("logs", "CreateLogGroup", "DescribeLogStreams", "GetLogEvents", "PutRetentionPolicy"),
}


@guardrail(
    POLICY,
    "aws_ecs_service",
    broken_by=[
        edit_statement(POLICY, lambda s: s["Action"].append("sqs:PurgeQueue"), "queue-send"),
        edit_statement(POLICY, lambda s: s["Action"].remove("sqs:SendMessage"), "queue-send"),
        remove(POLICY, "Api_Execution_logs"),
        remove(POLICY, "Worker_Task_database-login"),
    ],
)
def test_each_role_may_do_exactly_this(stack: Stack) -> Offences:
    """A role's actions are the ones listed above: a grant that is added or lost shows up here."""
    entered = any(service["enable_execute_command"] for service in stack.all("aws_ecs_service").values())
    for role, expected in GRANTS.items():
        own = [p for id_, p in stack.all(POLICY).items() if id_.startswith(f"{role}_")]
        found = {action for p in own for s in statements(p["policy"]) for action in actions(s)}
        for action in found ^ (expected | ENTER if entered and role.endswith("_Task") else expected):
            yield role, f"{'may call' if action in found else 'may not call'} {action}"


@guardrail(POLICY, broken_by=[lambda stack: stack.all(POLICY).update(Other_role_x={"policy": '{"Statement": []}'})])
def test_every_role_is_listed(stack: Stack) -> Offences:
    """There are no grants but those of the roles above."""
    for id_ in stack.all(POLICY):
        if not id_.startswith(tuple(f"{role}_" for role in GRANTS)):
            yield f"{POLICY}.{id_}", "belongs to no listed role"
