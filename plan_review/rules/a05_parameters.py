"""A-05: a parameter takes effect only after a restart, or the change of it will fail."""

from collections.abc import Iterator

from plan_review.change import UNKNOWN, Change
from plan_review.directions import altered, cannot_tell, compared
from plan_review.rule import Hit, Rule
from plan_review.stack import Stack
from plan_review.tier import Tier

RULE = Rule(
    "A-05",
    Tier.DANGER,
    what="A static parameter, or the family of a parameter group, changes.",
    why="Static parameters have no effect until a restart, so that a failover later applies them by surprise.",
    do="Use apply_method pending-reboot for static parameters and plan the restart.",
)

TYPES = ("aws_rds_cluster_parameter_group", "aws_db_parameter_group", "aws_elasticache_parameter_group")
# Parameters of PostgreSQL with context `postmaster`, as `pg_settings` gives them, and Aurora's own static ones.
STATIC = frozenset(
    (
        *(
            "autovacuum_freeze_max_age",
            "autovacuum_max_workers",
            "huge_pages",
            "max_connections",
            "max_files_per_process",
        ),
        *("max_locks_per_transaction", "max_logical_replication_workers", "max_pred_locks_per_transaction"),
        *("max_prepared_transactions", "max_replication_slots", "max_wal_senders", "max_worker_processes"),
        *(
            "shared_buffers",
            "shared_preload_libraries",
            "superuser_reserved_connections",
            "track_activity_query_size",
        ),
        *("track_commit_timestamp", "wal_buffers", "wal_level", "rds.logical_replication"),
    )
)


def check(stack: Stack) -> Iterator[Hit]:
    for change in stack.changed(*TYPES):
        yield from altered(change, "family")
        if not compared(change):
            continue
        if change.new("parameter") is UNKNOWN:
            yield cannot_tell(change, "parameter")
            continue
        yield from _parameters(change)


def _parameters(change: Change) -> Iterator[Hit]:
    old = {_key(parameter) for parameter in change.old("parameter") or []}
    for parameter in sorted(change.new("parameter") or [], key=lambda p: str(p.get("name"))):
        if _key(parameter) in old:
            continue
        if "name" not in parameter:
            yield cannot_tell(change, "parameter", "the name of a parameter is known after apply")
            continue
        static, immediate = parameter.get("name") in STATIC, parameter.get("apply_method") == "immediate"
        path = ("parameter",)
        if static and immediate:
            yield Hit(change, f"{parameter['name']}: static with apply_method immediate, AWS will refuse it", path)
        elif static:
            yield Hit(change, f"{parameter['name']}: no effect until a reboot", path, tier=Tier.REVIEW)
        elif parameter.get("apply_method") == "pending-reboot":
            yield Hit(change, "a parameter has no effect until a reboot", path, tier=Tier.REVIEW)


def _key(parameter: dict[str, object]) -> tuple[object, object, object]:
    return parameter.get("name"), parameter.get("value"), parameter.get("apply_method")
