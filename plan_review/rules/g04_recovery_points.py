"""G-04: older states can no longer be recovered."""

from collections.abc import Iterator

from plan_review.change import UNKNOWN, Change
from plan_review.directions import cannot_tell, compared, fires, lowered, turned_off
from plan_review.rule import Hit, Rule
from plan_review.stack import Stack
from plan_review.tier import Tier

RULE = Rule(
    "G-04",
    Tier.DANGER,
    what="Point-in-time recovery, versioning or a backup plan is removed or shortened.",
    why="What was deleted or overwritten by mistake can't be brought back.",
    do="Keep versioning and the backup plan; shorten retention only with the auditor's consent.",
    raised_in_production=True,
)

VERSIONING = "versioning_configuration.0.status"


def check(stack: Stack) -> Iterator[Hit]:
    for change in stack.changed("aws_dynamodb_table"):
        yield from turned_off(change, "point_in_time_recovery.0.enabled")
    for change in stack.changed("aws_s3_bucket_versioning"):
        yield from _versioning(change)
    for change in stack.changed("aws_backup_plan", "aws_backup_selection", "aws_backup_vault_lock_configuration"):
        if change.action == "destroy":
            yield Hit(change, "backups stop: the resource is deleted")
        yield from lowered(change, "min_retention_days")
        yield from _lifecycles(change)


def _versioning(change: Change) -> Iterator[Hit]:
    if change.action == "destroy":
        yield Hit(change, "versioning is suspended by deleting its configuration", (VERSIONING,))
    elif compared(change) and change.old(VERSIONING) == "Enabled":
        if change.new(VERSIONING) is UNKNOWN:
            yield cannot_tell(change, VERSIONING)
        elif change.new(VERSIONING) != "Enabled":
            yield fires(change, VERSIONING)


def _lifecycles(change: Change) -> Iterator[Hit]:
    """Rules are a set, so they are matched by name."""
    if not compared(change):
        return
    if change.new("rule") is UNKNOWN:
        yield cannot_tell(change, "rule")
        return
    rules = change.new("rule") or []
    numbers = {rule.get("rule_name"): number for number, rule in enumerate(rules)}
    for rule in change.old("rule") or []:
        number = numbers.get(rule.get("rule_name"), numbers.get(None))
        if number is None:
            yield Hit(change, "a rule of the backup plan is removed", ("rule",))
            continue
        new, name, days = rules[number], f"rule.{number}.rule_name", f"rule.{number}.lifecycle.0.delete_after"
        if change.new(name) is UNKNOWN:
            yield cannot_tell(change, name)
        elif change.new(days) is UNKNOWN:
            yield cannot_tell(change, days)
        elif _days(new) < _days(rule):
            yield Hit(
                change,
                "a rule of the backup plan keeps its backups for fewer days",
                ("rule.lifecycle.delete_after",),
            )
        elif len(new.get("copy_action") or ()) < len(rule.get("copy_action") or ()):
            yield Hit(change, "a rule of the backup plan copies to fewer vaults", ("rule.copy_action",))


def _days(rule: dict[str, object]) -> float:
    lifecycle = rule.get("lifecycle")
    days = lifecycle[0].get("delete_after") if isinstance(lifecycle, list) and lifecycle else None
    return float(days) if isinstance(days, (int, float)) and days else float("inf")
