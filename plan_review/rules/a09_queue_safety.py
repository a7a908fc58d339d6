"""A-09: a queue may lose or repeat messages."""

from collections.abc import Iterator

from plan_review.change import UNKNOWN, Change
from plan_review.directions import altered, cannot_tell, compared, fires, lowered, number, taken_away
from plan_review.rule import Hit, Rule
from plan_review.stack import Stack
from plan_review.tier import Tier

RULE = Rule(
    "A-09",
    Tier.DANGER,
    what="A queue loses its dead-letter queue, keeps messages for less time, or changes order or visibility.",
    why="Payments are lost after the retention, or worked on twice when visibility ends before the work.",
    do="Keep the redrive policy; keep the visibility timeout above the consumer's longest run.",
)

VISIBILITY = "visibility_timeout_seconds"


def check(stack: Stack) -> Iterator[Hit]:
    for change in stack.changed("aws_sqs_queue"):
        yield from taken_away(change, "redrive_policy")
        yield from lowered(change, "message_retention_seconds")
        yield from altered(
            change,
            "fifo_queue",
            "content_based_deduplication",
            "deduplication_scope",
            "fifo_throughput_limit",
        )
        yield from _visibility(stack, change)
    for change in stack.changed("aws_sqs_queue_redrive_policy"):
        if change.action == "destroy":
            yield Hit(change, "the dead-letter queue is taken away")


def _visibility(stack: Stack, change: Change) -> Iterator[Hit]:
    """Below a Lambda consumer's timeout it fires; a consumer elsewhere sets its own limits, which no plan shows."""
    old, new = number(change.old(VISIBILITY)), change.new(VISIBILITY)
    if not compared(change) or old is None or not change.differs(VISIBILITY):
        return
    if new is UNKNOWN:
        yield cannot_tell(change, VISIBILITY)
        return
    timeouts = list(_consumer_timeouts(stack, change.old("arn")))
    after = number(new) or 0
    if any(after < timeout for timeout in timeouts):
        yield fires(change, VISIBILITY, detail="visibility timeout below the consumer's timeout")
    elif not timeouts and after < old:
        yield cannot_tell(change, VISIBILITY, "visibility timeout lowered; the consumer's timeout is not in the plan")


def _consumer_timeouts(stack: Stack, queue_arn: object) -> Iterator[float]:
    for mapping in stack.all("aws_lambda_event_source_mapping"):
        if mapping.either("event_source_arn") == queue_arn:
            names = {mapping.either("function_name"), mapping.either("function_arn")}
            for function in stack.all("aws_lambda_function"):
                timeout = number(function.either("timeout"))
                if names & {function.either("function_name"), function.either("arn")} and timeout is not None:
                    yield timeout
