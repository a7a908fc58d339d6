"""Protection: what must survive a mistake cannot be destroyed; what is made to be thrown away leaves nothing behind."""

from tests.guardrails.guardrail import (
    FOUNDATIONS,
    PROTECTED,
    Offences,
    change,
    each,
    guardrail,
    wrong,
)
from tests.stack import Stack

DISPOSABLE = ("payments-dev", "payments-dev-pr-42")
# Losing one of these loses data for good.
IRREPLACEABLE = {
    "aws_kms_key": "data_key",
    "aws_rds_cluster": "database",
    "aws_secretsmanager_secret": "database_master",
}


@guardrail(
    "aws_rds_cluster",
    on=PROTECTED,
    broken_by=[
        change("aws_rds_cluster", deletion_protection=False),
        change("aws_rds_cluster", skip_final_snapshot=True),
        change("aws_rds_cluster", final_snapshot_identifier=None),
        change("aws_rds_cluster", final_snapshot_identifier="payments-final"),
    ],
    meets="RDS.7",
)
def test_database_cannot_be_deleted_without_a_trace(stack: Stack) -> Offences:
    """The database is protected from deletion, and leaves a last snapshot under a name not taken by an earlier life."""
    yield from wrong(stack, "aws_rds_cluster", deletion_protection=True, skip_final_snapshot=False)
    for address, cluster in each(stack, "aws_rds_cluster"):
        if "${aws_vpc." not in cluster.get("final_snapshot_identifier", ""):
            yield address, "has no name for its last snapshot, or one that may be taken"


@guardrail(
    *IRREPLACEABLE,
    on=PROTECTED,
    broken_by=[change(type_, id_, lifecycle=None) for type_, id_ in IRREPLACEABLE.items()],
)
def test_no_plan_destroys_what_is_irreplaceable(stack: Stack) -> Offences:
    """No plan can destroy the database, its key or its secret."""
    for type_, id_ in IRREPLACEABLE.items():
        if not stack.all(type_)[id_].get("lifecycle", {}).get("prevent_destroy"):
            yield f"{type_}.{id_}", "can be destroyed by a plan"


@guardrail(
    "aws_lb",
    "aws_s3_bucket",
    "aws_backup_vault",
    on=PROTECTED,
    broken_by=[
        change("aws_lb", enable_deletion_protection=False),
        change("aws_s3_bucket", force_destroy=True),
        change("aws_backup_vault", force_destroy=True),
        change("aws_secretsmanager_secret", recovery_window_in_days=0),
    ],
    meets="ELB.6",
)
def test_entry_logs_and_backups_are_protected(stack: Stack) -> Offences:
    """The load balancer, the logs, the recovery points and the secret outlast a mistaken destroy."""
    yield from wrong(stack, "aws_lb", enable_deletion_protection=True)
    yield from wrong(stack, "aws_s3_bucket", force_destroy=False)
    yield from wrong(stack, "aws_backup_vault", force_destroy=False)
    yield from wrong(stack, "aws_secretsmanager_secret", recovery_window_in_days=30)


@guardrail(
    "aws_s3_bucket",
    "aws_kms_key",
    on=FOUNDATIONS,
    broken_by=[
        change("aws_s3_bucket", "state", lifecycle=None),
        change("aws_kms_key", lifecycle=None),
        change("aws_s3_bucket", force_destroy=True),
        change("aws_ecr_repository", force_delete=True),
    ],
)
def test_state_and_images_cannot_be_destroyed(stack: Stack) -> Offences:
    """No plan destroys the state or its key, and no bucket or repository goes while it holds something."""
    for type_, id_ in (("aws_s3_bucket", "state"), ("aws_kms_key", "state_key")):
        if not stack.all(type_)[id_].get("lifecycle", {}).get("prevent_destroy"):
            yield f"{type_}.{id_}", "can be destroyed by a plan"
    yield from wrong(stack, "aws_s3_bucket", force_destroy=False)
    yield from (
        (address, "goes with its images") for address, r in each(stack, "aws_ecr_repository") if r.get("force_delete")
    )


@guardrail(
    "aws_rds_cluster",
    "aws_s3_bucket",
    on=DISPOSABLE,
    broken_by=[
        change("aws_rds_cluster", deletion_protection=True),
        change("aws_rds_cluster", skip_final_snapshot=False),
        change("aws_lb", enable_deletion_protection=True),
        change("aws_s3_bucket", force_destroy=False),
        change("aws_backup_vault", force_destroy=False),
        change("aws_kms_key", lifecycle={"prevent_destroy": True}),
    ],
)
def test_throw_away_workspaces_leave_nothing_behind(stack: Stack) -> Offences:
    """`terraform destroy` takes a throw-away workspace away whole, in one go."""
    yield from wrong(stack, "aws_rds_cluster", deletion_protection=False, skip_final_snapshot=True)
    yield from wrong(stack, "aws_lb", enable_deletion_protection=False)
    yield from wrong(stack, "aws_s3_bucket", force_destroy=True)
    yield from wrong(stack, "aws_backup_vault", force_destroy=True)
    for type_, id_, attributes in stack.each():
        if attributes.get("lifecycle", {}).get("prevent_destroy") or type_ == "aws_backup_vault_lock_configuration":
            yield f"{type_}.{id_}", "stays behind"
