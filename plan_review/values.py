"""Which values and names may be shown: an allow-list by (type, attribute) and by form, everything else is hidden.

A deny-list would leak whatever it forgot. Each allowed attribute also fixes the form its values have, so that a
secret in the wrong place does not pass either.
"""

import json
import re
from functools import lru_cache
from typing import Any

from plan_review.change import UNKNOWN, Change
from plan_review.secret_shapes import looks_secret

HIDDEN = "(hidden)"

BOOLEAN = re.compile(r"true|false")
NUMBER = re.compile(r"-?\d{1,9}(\.\d{1,4})?")
VERSION = re.compile(r"\d{1,3}(\.\d{1,3}){0,3}")
SIZE = re.compile(r"(db|cache)\.[a-z0-9]{1,8}(\.[a-z0-9]{1,9})?")
CIDR = re.compile(r"[0-9a-f.:]{2,39}/\d{1,3}")
ENUMERATED = re.compile(
    "Enabled|Suspended|Disabled|COMPLIANCE|GOVERNANCE|ALL|ACCEPT|REJECT|HTTPS?|TLS|TCP|UDP|tcp|udp|icmp|-1|all|allow|deny"
    "|immediate|pending-reboot|gp2|gp3|io1|io2|aurora|aurora-iopt1|aurora-postgresql|postgres|valkey|redis|memcached"
    "|MUTABLE|IMMUTABLE|AES256|aws:kms|aws:kms:dsse|queue|messageGroup|perQueue|perMessageGroupId|standard|advanced"
    "|open-source-rds-extended-support(-disabled)?|public-read(-write)?|private|ipv4|dualstack|IPV4|DUAL|required|preferred"
)
POLICY = re.compile(r"ELBSecurityPolicy-[A-Za-z0-9-]{1,40}")
FAMILY = re.compile(r"[a-z-]{3,20}\d{1,3}(\.\d{1,2})?")

ANY = "*"


def _any_type(form: re.Pattern[str], names: str) -> dict[tuple[str, str], re.Pattern[str]]:
    """The same form for an attribute wherever it occurs."""
    return {(ANY, name): form for name in names.split()}


ALLOWED: dict[tuple[str, str], re.Pattern[str]] = {
    **_any_type(
        BOOLEAN,
        "deletion_protection enable_deletion_protection deletion_protection_enabled skip_final_snapshot force_destroy "
        "force_delete delete_automated_backups is_enabled storage_encrypted at_rest_encryption_enabled encrypted "
        "transit_encryption_enabled publicly_accessible multi_az multi_az_enabled automatic_failover_enabled internal "
        "apply_immediately allow_major_version_upgrade enable_key_rotation manage_master_user_password actions_enabled "
        "block_public_acls block_public_policy ignore_public_acls restrict_public_buckets enable_logging enable "
        "enabled enable_log_file_validation is_multi_region_trail include_global_service_events fifo_queue rollback "
        "content_based_deduplication map_public_ip_on_launch sqs_managed_sse_enabled object_lock_enabled "
        "iam_database_authentication_enabled point_in_time_recovery include_global_resource_types "
        "performance_insights_enabled auto_minor_version_upgrade copy_tags_to_snapshot",
    ),
    **_any_type(
        NUMBER,
        "backup_retention_period retention_in_days deletion_window_in_days snapshot_retention_limit port from_port "
        "to_port rule_number num_cache_clusters replicas_per_node_group num_node_groups desired_count min_capacity "
        "max_capacity delete_after days years message_retention_seconds visibility_timeout_seconds "
        "deployment_minimum_healthy_percent deployment_maximum_percent health_check_grace_period_seconds interval "
        "timeout unhealthy_threshold healthy_threshold automatically_after_days recovery_window_in_days "
        "master_password_wo_version secret_string_wo_version cpu memory length matcher min_retention_days ttl "
        "performance_insights_retention_period max_retention_days memory_size reserved_concurrent_executions "
        "evaluation_periods threshold rotation_period_in_days num_cache_nodes",
    ),
    **_any_type(
        ENUMERATED,
        "engine status mode traffic_type protocol apply_method network_type storage_type engine_lifecycle_support "
        "database_insights_mode deduplication_scope ip_protocol fifo_throughput_limit sse_algorithm rule_action "
        "image_tag_mutability restrictions",
    ),
    **_any_type(CIDR, "cidr_block cidr_ipv4 cidr_ipv6 destination_cidr_block ipv6_cidr_block"),
    **_any_type(VERSION, "engine_version terraform_version"),
    **_any_type(SIZE, "instance_class node_type"),
    (ANY, "family"): FAMILY,
    (ANY, "ssl_policy"): POLICY,
}

# Names are shown when they could be identifiers, construct paths or ARNs, and nothing in them looks generated.
_NAME = re.compile(r"[A-Za-z0-9_./:*?@+-]{1,300}")
_ZONE = re.compile(r"[a-z]{2}(-[a-z]+)+-\d[a-z]?|[a-z]")
_PEER = re.compile(r"(\d{12}/)?(sg|pl)-[0-9a-f]{1,17}")
_PROTOCOL = re.compile(r"\d{1,3}|tcp|udp|icmp|icmpv6|all")
_INDEX = re.compile(r"\[(?:(?P<number>\d+)|\"(?P<key>(?:[^\"\\]|\\.)*)\")\]")


@lru_cache(maxsize=1 << 16)
def name(text: str) -> str:
    """A name from the plan as it may be shown, or "(hidden)"."""
    return text if _NAME.fullmatch(text) and not looks_secret(text) else HIDDEN


@lru_cache(maxsize=1 << 16)
def address(text: str) -> str:
    """An address as it may be shown; keys of `for_each` are data and hidden, unless they are zones."""

    def key(match: re.Match[str]) -> str:
        visible = match["number"] is not None or _ZONE.fullmatch(match["key"]) is not None
        return match[0] if visible else f"[{HIDDEN}]"

    if name(_INDEX.sub("", text)) == HIDDEN:
        return f"{name(text.partition('.')[0])}.{HIDDEN}"
    return _INDEX.sub(key, text)


def peer(text: str) -> str:
    """A range of addresses, or the id of a group or of a list of them, as it may be shown; "itself" is a rule's own."""
    return text if text == "itself" or CIDR.fullmatch(text) or _PEER.fullmatch(text) else HIDDEN


def protocol(text: str) -> str:
    """A protocol by its name or its IANA number, as it may be shown."""
    return text if _PROTOCOL.fullmatch(text) else HIDDEN


def value(change: Change, path: str, side: Any) -> str:
    """One side of a path as it may be shown: "true", "none", "known after apply" or "(hidden)"."""
    if side is UNKNOWN:
        return "known after apply"
    if change.sensitive(path):
        return "(sensitive)"
    if side is None or side == "":
        return "none"
    attribute = next(part for part in reversed(path.split(".")) if not part.isdigit())
    form = ALLOWED.get((change.type, attribute)) or ALLOWED.get((ANY, attribute))
    text = side if isinstance(side, str) else json.dumps(side)
    if form is None or isinstance(side, (list, dict)) or not form.fullmatch(text) or looks_secret(text):
        return HIDDEN
    return text


def arrow(change: Change, path: str) -> str:
    """`deletion_protection` true -> false; "changed" when neither side may be shown."""
    before, after = value(change, path, change.old(path)), value(change, path, change.new(path))
    label = attribute_name(path)
    if HIDDEN in (before, after) and {before, after} <= {HIDDEN}:
        return f"{label} changed"
    return f"{label} {before} -> {after}"


def attribute_name(path: str) -> str:
    """A path in the words of the schema: `versioning_configuration.status`, without block indices."""
    return name(".".join(part for part in path.split(".") if not part.isdigit()))
