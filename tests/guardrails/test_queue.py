"""The queue: nothing is lost, nothing is worked on twice at once, and nobody else sends its failures here."""

import json

from tests.guardrails.guardrail import (
    Offences,
    change,
    each,
    edit_json,
    edit_statement,
    guardrail,
    policies,
    remove,
    wrong,
)
from tests.stack import Stack

QUEUE, ALLOW = "aws_sqs_queue", "aws_sqs_queue_redrive_allow_policy"
DAY = 86_400  # seconds


@guardrail(
    QUEUE,
    broken_by=[
        change(QUEUE, "payments", redrive_policy=None),
        edit_json(QUEUE, "redrive_policy", lambda p: p.update(deadLetterTargetArn="arn:aws:sqs:::other")),
        edit_json(QUEUE, "redrive_policy", lambda p: p.update(maxReceiveCount=1)),
        change(QUEUE, "payments_dead_letter", message_retention_seconds=4 * DAY),
    ],
)
def test_failed_messages_are_kept(stack: Stack) -> Offences:
    """After more than one try a message waits 14 days in the dead-letter queue."""
    queues = stack.all(QUEUE)
    redrive = json.loads(queues["payments"].get("redrive_policy", "{}"))
    if redrive.get("deadLetterTargetArn") != f"${{{QUEUE}.payments_dead_letter.arn}}" or redrive["maxReceiveCount"] < 2:
        yield f"{QUEUE}.payments", f"gives up so: {redrive}"
    if queues["payments_dead_letter"]["message_retention_seconds"] != 14 * DAY:
        yield f"{QUEUE}.payments_dead_letter", "forgets failures before 14 days are over"


@guardrail(
    ALLOW,
    broken_by=[
        remove(ALLOW),
        edit_json(ALLOW, "redrive_allow_policy", lambda p: p.update(redrivePermission="allowAll")),
        edit_json(ALLOW, "redrive_allow_policy", lambda p: p.update(sourceQueueArns=["arn:aws:sqs:::other"])),
    ],
)
def test_only_the_payments_queue_redrives(stack: Stack) -> Offences:
    """Only the payments queue may send its failures to the dead-letter queue."""
    expected = {"redrivePermission": "byQueue", "sourceQueueArns": [f"${{{QUEUE}.payments.arn}}"]}
    if [json.loads(p["redrive_allow_policy"]) for _, p in each(stack, ALLOW)] != [expected]:
        yield f"{QUEUE}.payments_dead_letter", "takes failures of other queues"


@guardrail(
    QUEUE,
    broken_by=[
        change(QUEUE, "payments", visibility_timeout_seconds=30),
        change("aws_ecs_task_definition", "Worker", container_definitions=json.dumps([{"environment": []}])),
    ],
)
def test_a_message_is_hidden_while_it_is_worked_on(stack: Stack) -> Offences:
    """A message stays hidden for six times what the worker may take for it, and the worker knows that limit."""
    worker = stack.one("aws_ecs_task_definition", "Worker")
    environment = {v["name"]: v["value"] for v in json.loads(worker["container_definitions"])[0]["environment"]}
    limit = int(environment.get("MESSAGE_TIMEOUT", "0"))
    if not limit or stack.all(QUEUE)["payments"]["visibility_timeout_seconds"] != 6 * limit:
        yield f"{QUEUE}.payments", f"does not hide messages for 6 x {limit} s"


@guardrail(
    QUEUE,
    "aws_sqs_queue_policy",
    "aws_sns_topic_policy",
    broken_by=[
        edit_statement("aws_sqs_queue_policy", lambda s: s.update(Effect="Allow", Condition={})),
        edit_statement("aws_sns_topic_policy", lambda s: s.pop("Condition"), sid="Publishers"),
        edit_statement("aws_sns_topic_policy", lambda s: s.update(Principal={"AWS": "*"}), sid="Publishers"),
    ],
    meets="SQS.3 SNS.4",
)
def test_queues_and_topics_are_not_public(stack: Stack) -> Offences:
    """No policy of a queue or topic lets everybody in, or a service on behalf of any account."""
    for address, statement in policies(stack):
        if not address.startswith(("aws_sqs", "aws_sns")) or statement["Effect"] == "Deny":
            continue
        principal, conditions = statement["Principal"], str(statement.get("Condition", {}))
        if principal == "*" or set(principal) != {"Service"} or "aws:SourceAccount" not in conditions:
            yield address, f"lets {principal} in under {conditions}"


@guardrail(
    QUEUE,
    broken_by=[
        change(QUEUE, "payments", message_retention_seconds=3600),
        change(QUEUE, "payments", receive_wait_time_seconds=0),
        change(QUEUE, "payments", kms_data_key_reuse_period_seconds=86_400),
    ],
)
def test_messages_wait_for_a_weekend(stack: Stack) -> Offences:
    """A message waits for four days or more, workers poll long, and a data key serves for five minutes."""
    yield from wrong(stack, QUEUE, receive_wait_time_seconds=20, kms_data_key_reuse_period_seconds=300)
    for address, queue in each(stack, QUEUE):
        if queue["message_retention_seconds"] < 4 * DAY:
            yield address, f"forgets after {queue['message_retention_seconds']} s"
