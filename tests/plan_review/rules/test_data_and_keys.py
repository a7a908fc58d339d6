"""D: data and the keys to it."""

import pytest

from tests.plan_review.cases import Case, Cases
from tests.plan_review.plans import resource

CASES = Cases()
CLUSTER, INSTANCE, KEY, BUCKET = (
    "aws_rds_cluster.Main",
    "aws_rds_cluster_instance",
    "aws_kms_key.Main",
    "aws_s3_bucket.Main",
)
ON, OFF = {"storage_encrypted": True}, {"storage_encrypted": False}

CASES.fires("D-01", "BLOCK", "a cluster is deleted", resource(CLUSTER, {"id": "main"}))
CASES.fires(
    "D-01",
    "BLOCK",
    "a cluster is replaced",
    resource(CLUSTER, OFF, ON, action="replace", replace_paths=[["storage_encrypted"]]),
    environment="dev",
)
CASES.fires(
    "D-01", "BLOCK", "a secret parameter is deleted", resource("aws_ssm_parameter.Token", {"type": "SecureString"})
)
CASES.silent("D-01", "a cluster changes in place", resource(CLUSTER, OFF, ON))
CASES.silent("D-01", "a plain parameter is deleted", resource("aws_ssm_parameter.Flag", {"type": "String"}))
CASES.silent("D-01", "a left-over of a replacement goes", resource(CLUSTER, {"id": "old"}, deposed="0a1b2c3d"))

CASES.fires("D-02", "BLOCK", "a key is deleted", resource(KEY, {"is_enabled": True}))
CASES.fires("D-02", "BLOCK", "a key is disabled", resource(KEY, {"is_enabled": True}, {"is_enabled": False}))
CASES.fires(
    "D-02",
    "BLOCK",
    "less time before deletion",
    resource(KEY, {"deletion_window_in_days": 30}, {"deletion_window_in_days": 7}),
)
CASES.silent(
    "D-02",
    "more time before deletion",
    resource(KEY, {"deletion_window_in_days": 7}, {"deletion_window_in_days": 30}),
)
CASES.unsure(
    "D-02",
    "DANGER",
    "the window is not known",
    resource(KEY, {"deletion_window_in_days": 30}, {}, unknown={"deletion_window_in_days": True}),
)


def member(number: int, writer: bool | None, **sides: object) -> dict[str, object]:
    before = {"cluster_identifier": "main", "writer": writer}
    after = sides.get("after", before)
    action = str(sides.get("action", "nothing"))
    return resource(f"{INSTANCE}.Member{number}", before, after, action=action)  # type: ignore[arg-type]


GOES = {"after": None, "action": "destroy"}
CASES.fires("D-03", "BLOCK", "all members go", member(1, True, **GOES), member(2, False, **GOES))
CASES.fires("D-03", "BLOCK", "the writer goes", member(1, True, **GOES), member(2, False))
CASES.silent("D-03", "a reader goes", member(1, True), member(2, False, **GOES))
CASES.unsure("D-03", "DANGER", "nobody knows the writer", member(1, None, **GOES), member(2, None))

CASES.fires("D-04", "BLOCK", "no final snapshot", resource(CLUSTER, {"skip_final_snapshot": True}))
CASES.fires("D-04", "BLOCK", "at once", resource("aws_secretsmanager_secret.S", {"recovery_window_in_days": 0}))
CASES.fires(
    "D-04",
    "BLOCK",
    "forced in the same plan",
    resource(BUCKET, {"force_destroy": False}, {"force_destroy": True}, action="replace"),
)
CASES.silent("D-04", "a final snapshot is taken", resource(CLUSTER, {"skip_final_snapshot": False}))
CASES.unsure(
    "D-04",
    "DANGER",
    "whether a snapshot is taken is not known",
    resource(CLUSTER, {"skip_final_snapshot": False}, {}, action="replace", unknown={"skip_final_snapshot": True}),
)

CASES.fires("D-05", "BLOCK", "encryption off", resource(CLUSTER, ON, OFF, action="replace"))
CASES.fires(
    "D-05", "BLOCK", "another key", resource("aws_sqs_queue.Q", {"kms_master_key_id": "a"}, {"kms_master_key_id": "b"})
)
CASES.fires(
    "D-05", "BLOCK", "a bucket loses its key", resource("aws_s3_bucket_server_side_encryption_configuration.B", {})
)
CASES.silent("D-05", "encryption on", resource(CLUSTER, OFF, ON, action="replace"))
CASES.silent(
    "D-05",
    "SQS's own encryption gives way to a key",
    resource(
        "aws_sqs_queue.Q",
        {"sqs_managed_sse_enabled": True},
        {"sqs_managed_sse_enabled": False, "kms_master_key_id": "alias/ours"},
    ),
)
CASES.unsure(
    "D-05", "DANGER", "the key is not known", resource(CLUSTER, {"kms_key_id": "a"}, {}, unknown={"kms_key_id": True})
)

QUEUE = {"name": "payments-prod-work", "message_retention_seconds": 345600, "visibility_timeout_seconds": 60}
CASES.fires(
    "D-06",
    "BLOCK",
    "a construct was renamed",
    resource("aws_sqs_queue.Queue_Main_0F718DFC", {**QUEUE, "id": "q", "url": "q"}),
    resource("aws_sqs_queue.Work_Main_91A2B3C4", None, QUEUE, unknown={"id": True, "url": True}),
)
CASES.silent(
    "D-06",
    "another queue",
    resource("aws_sqs_queue.Queue_Main_0F718DFC", {**QUEUE, "id": "q", "url": "q"}),
    resource(
        "aws_sqs_queue.Alerts_Main_91A2B3C4",
        None,
        {"name": "payments-prod-alerts", "message_retention_seconds": 60, "visibility_timeout_seconds": 5},
    ),
)
CASES.silent(
    "D-06",
    "a move was declared",
    resource(
        "aws_sqs_queue.Work_Main_91A2B3C4",
        QUEUE,
        QUEUE,
        action="nothing",
        previous_address="aws_sqs_queue.Queue_Main_0F718DFC",
    ),
)
CASES.unsure(
    "D-06",
    "DANGER",
    "hardly anything of the new one is known",
    resource("aws_sqs_queue.Queue_Main_0F718DFC", {**QUEUE, "id": "q"}),
    resource(
        "aws_sqs_queue.Work_Main_91A2B3C4",
        None,
        {"visibility_timeout_seconds": 60},
        unknown={"name": True, "message_retention_seconds": True, "id": True},
    ),
)

CASES.fires("D-07", "REVIEW", "a resource is forgotten", resource(CLUSTER, {"id": "main"}, action="forget"))
CASES.silent("D-07", "a resource is deleted", resource(CLUSTER, {"id": "main"}))


@pytest.mark.parametrize("case", CASES, ids=str)
def test_rule(case: Case) -> None:
    case.check()
