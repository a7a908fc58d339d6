"""The `payments` queue and its dead-letter queue."""

import json

from cdktf_cdktf_provider_aws.sqs_queue import SqsQueue
from cdktf_cdktf_provider_aws.sqs_queue_policy import SqsQueuePolicy
from cdktf_cdktf_provider_aws.sqs_queue_redrive_allow_policy import SqsQueueRedriveAllowPolicy
from constructs import Construct

from constructs_lib.access import Role, Statement, deny_plain_http, policy
from constructs_lib.encryption import Key
from constructs_lib.lasting import lasting
from environments.schema.data_stores import Queue as QueueSettings
from environments.schema.names import Names

DAY = 86_400  # seconds
DEAD_LETTER_RETENTION = 14 * DAY  # the longest that SQS keeps a message


class Queue(Construct):
    """An encrypted queue, reached over TLS only; what fails too often waits two weeks in the dead-letter queue."""

    def __init__(self, scope: Construct, id_: str, *, names: Names, settings: QueueSettings, key: Key) -> None:
        super().__init__(scope, id_)
        self._key = key
        ending = ".fifo" if settings.fifo else ""
        self.name = names.of("payments") + ending
        self.dead_letter_name = names.of("payments-dead-letter") + ending
        dead_letters = self._queue(
            "DeadLetters", self.dead_letter_name, "payments_dead_letter", settings, DEAD_LETTER_RETENTION
        )
        self._queue_resource = self._queue(
            "Payments",
            self.name,
            "payments",
            settings,
            settings.retention_days * DAY,
            redrive_policy=json.dumps(
                {"deadLetterTargetArn": dead_letters.arn, "maxReceiveCount": settings.max_receive_count}
            ),
        )
        # Nothing but this queue may send its failures there.
        SqsQueueRedriveAllowPolicy(
            self,
            "RedriveAllow",
            queue_url=dead_letters.id,
            redrive_allow_policy=json.dumps(
                {"redrivePermission": "byQueue", "sourceQueueArns": [self._queue_resource.arn]}
            ),
        )
        self.arn = self._queue_resource.arn
        self.url = self._queue_resource.url

    def grant_send(self, role: Role) -> None:
        role.allow(
            "queue-send",
            Statement("Send", ["sqs:GetQueueAttributes", "sqs:GetQueueUrl", "sqs:SendMessage"], [self.arn]),
            self._use_key(),
        )

    def grant_consume(self, role: Role) -> None:
        actions = [
            "ChangeMessageVisibility",
            "DeleteMessage",
            "GetQueueAttributes",
            "GetQueueUrl",
            "ReceiveMessage",
        ]
        role.allow(
            "queue-consume",
            Statement("Consume", [f"sqs:{action}" for action in actions], [self.arn]),
            self._use_key(),
        )

    def _use_key(self) -> Statement:
        return Statement("UseKey", ["kms:Decrypt", "kms:GenerateDataKey"], [self._key.arn])

    def _queue(
        self,
        id_: str,
        name: str,
        logical_id: str,
        settings: QueueSettings,
        retention: int,
        redrive_policy: str | None = None,
    ) -> SqsQueue:
        queue = lasting(
            SqsQueue(
                self,
                id_,
                name=name,
                fifo_queue=settings.fifo or None,
                content_based_deduplication=settings.fifo or None,
                deduplication_scope="messageGroup" if settings.fifo else None,
                fifo_throughput_limit="perMessageGroupId" if settings.fifo else None,
                kms_master_key_id=self._key.arn,
                # Seconds that SQS reuses a data key: fewer calls to KMS, and at most five minutes of messages a key.
                kms_data_key_reuse_period_seconds=300,
                message_retention_seconds=retention,
                visibility_timeout_seconds=settings.visibility_timeout,
                # Long polling, the longest wait: fewer empty answers.
                receive_wait_time_seconds=20,
                redrive_policy=redrive_policy,
                tags={"Name": name},
            ),
            logical_id,
        )
        SqsQueuePolicy(self, f"{id_}Policy", queue_url=queue.id, policy=policy(deny_plain_http([queue.arn], "sqs:*")))
        return queue
