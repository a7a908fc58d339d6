"""Backup: everything marked for it, of this workspace alone, into an encrypted vault that production locks."""

from tests.guardrails.guardrail import (
    PROD,
    Offences,
    change,
    each,
    edit,
    guardrail,
    points_to,
    remove,
)
from tests.stack import Stack

SELECTION, PLAN, LOCK = "aws_backup_selection", "aws_backup_plan", "aws_backup_vault_lock_configuration"


@guardrail(
    SELECTION,
    "aws_rds_cluster",
    broken_by=[
        change(SELECTION, selection_tag=[{"type": "STRINGEQUALS", "key": "Backup", "value": "true"}]),
        edit(SELECTION, lambda s: s["condition"][0]["string_equals"].pop()),
        change(SELECTION, condition=None),
        change(SELECTION, plan_id="other"),
        edit("aws_rds_cluster", lambda cluster: cluster["tags"].pop("Backup")),
    ],
)
def test_backup_takes_this_workspace_alone(stack: Stack) -> Offences:
    """What is tagged for backup and belongs to this workspace is taken; a copy in the same account is not ours."""
    workspace = stack.module["provider"]["aws"][0]["default_tags"][0]["tags"]["Workspace"]
    both = {"aws:ResourceTag/Backup": "true", "aws:ResourceTag/Workspace": workspace}
    for address, selection in each(stack, SELECTION):
        conditions = [c for group in selection.get("condition", []) for c in group.get("string_equals", [])]
        if {condition["key"]: condition["value"] for condition in conditions} != both:
            yield address, "does not select by both tags"
        if "selection_tag" in selection or selection["resources"] != ["*"]:
            yield address, "selects more than what has both tags: `resources` and `selection_tag` are alternatives"
        if "Backup_Role" not in selection["iam_role_arn"] or "Backup_Plan" not in selection["plan_id"]:
            yield address, "is not of the workspace's plan and role"
    for address, cluster in each(stack, "aws_rds_cluster"):
        if cluster["tags"].get("Backup") != "true":
            yield address, "is not marked for backup"


@guardrail(
    PLAN,
    broken_by=[
        edit(PLAN, lambda plan: plan["rule"].pop()),
        edit(PLAN, lambda plan: plan["rule"][0]["lifecycle"].update(delete_after=1)),
        edit(PLAN, lambda plan: plan["rule"][0].update(target_vault_name="Default")),
    ],
)
def test_recovery_points_are_daily_and_monthly(stack: Stack) -> Offences:
    """There are daily recovery points for a week or more, and monthly ones for three months or more, in our vault."""
    for address, plan in each(stack, PLAN):
        kept = {rule["rule_name"]: rule["lifecycle"]["delete_after"] for rule in plan["rule"]}
        if kept.get("daily", 0) < 7 or kept.get("monthly", 0) < 90:
            yield address, f"keeps recovery points for {kept} days"
        if not all(points_to(rule["target_vault_name"], "aws_backup_vault.backup") for rule in plan["rule"]):
            yield address, "stores recovery points elsewhere"


@guardrail(
    "aws_backup_vault_notifications",
    broken_by=[
        remove("aws_backup_vault_notifications"),
        change("aws_backup_vault_notifications", backup_vault_events=["COPY_JOB_STARTED"]),
        change("aws_backup_vault_notifications", sns_topic_arn="arn:aws:sns:::other"),
        remove("aws_cloudwatch_metric_alarm", "BackupFailed"),
    ],
)
def test_failed_backups_are_heard_of(stack: Stack) -> Offences:
    """A failed backup sets off an alarm, and a failed copy reaches the alarm topic by the vault's own notice."""
    topic = next(address for address, _ in each(stack, "aws_sns_topic"))
    notices = [n for _, n in each(stack, "aws_backup_vault_notifications") if points_to(n["sns_topic_arn"], topic)]
    if not any("COPY_JOB_FAILED" in notice["backup_vault_events"] for notice in notices):
        yield "aws_backup_vault.backup", "a failed copy goes unheard"
    metrics = {alarm.get("metric_name") for _, alarm in each(stack, "aws_cloudwatch_metric_alarm")}
    if "NumberOfBackupJobsFailed" not in metrics:
        yield "aws_backup_vault.backup", "a failed backup goes unheard"


@guardrail(
    PLAN,
    "aws_backup_vault.backup_copies",
    on=PROD,
    broken_by=[
        edit(PLAN, lambda plan: plan["rule"][0].pop("copy_action")),
        change("aws_backup_vault", "backup_copies", provider=None),
        edit(PLAN, lambda plan: plan["rule"][0]["lifecycle"].update(delete_after=30)),
    ],
)
def test_production_copies_to_a_second_region(stack: Stack) -> Offences:
    """In production every recovery point is copied to a second region, and kept for 35 days or more."""
    providers = {p.get("alias", ""): p["region"] for p in stack.module["provider"]["aws"]}
    copies = stack.all("aws_backup_vault")["backup_copies"]
    if providers.get(copies.get("provider", "").removeprefix("aws."), providers[""]) == providers[""]:
        yield "aws_backup_vault.backup_copies", "lies in the region of the originals"
    for address, plan in each(stack, PLAN):
        for rule in plan["rule"]:
            targets = [action["destination_vault_arn"] for action in rule.get("copy_action", [])]
            if targets != ["${aws_backup_vault.backup_copies.arn}"] or rule["lifecycle"]["delete_after"] < 35:
                yield address, f"{rule['rule_name']} is not copied, or gone within 35 days"


@guardrail(
    LOCK,
    on=PROD,
    broken_by=[
        remove(LOCK),
        change(LOCK, min_retention_days=1),
        change(LOCK, max_retention_days=30),
        change(LOCK, changeable_for_days=3),
    ],
)
def test_production_vaults_are_locked(stack: Stack) -> Offences:
    """Nobody deletes a recovery point of production before 35 days; the lock takes what the plan makes."""
    locks = {lock["backup_vault_name"]: lock for _, lock in each(stack, LOCK)}
    longest = max(rule["lifecycle"]["delete_after"] for _, plan in each(stack, PLAN) for rule in plan["rule"])
    for address, _ in each(stack, "aws_backup_vault"):
        lock = next((lock for name, lock in locks.items() if points_to(name, address)), None)
        if lock is None or lock["min_retention_days"] < 35:
            yield address, "can be emptied"
        elif lock["max_retention_days"] < longest:
            yield address, "refuses the plan's longest retention"
        elif "changeable_for_days" in lock:
            yield address, "is locked in compliance mode, which nobody can undo (decision 0007)"
