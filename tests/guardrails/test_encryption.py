"""Encryption at rest: one customer-managed key a data domain, rotated, usable by the services of its domain only."""

from typing import Any

from tests.guardrails.guardrail import (
    FOUNDATIONS,
    WORKSPACES,
    Offences,
    add,
    change,
    each,
    edit,
    edit_statement,
    guardrail,
    wrong,
)
from tests.stack import Stack, statements

# The attribute that names the key, and whose key it must be.
KEYS: dict[str, tuple[str, str]] = {
    "aws_cloudwatch_log_group": ("kms_key_id", "logs_key"),
    "aws_rds_cluster": ("kms_key_id", "data_key"),
    "aws_rds_cluster_instance": ("performance_insights_kms_key_id", "data_key"),
    "aws_elasticache_replication_group": ("kms_key_id", "data_key"),
    "aws_secretsmanager_secret": ("kms_key_id", "data_key"),
    "aws_lambda_function": ("kms_key_arn", "data_key"),
    "aws_sqs_queue": ("kms_master_key_id", "messages_key"),
    "aws_sns_topic": ("kms_master_key_id", "messages_key"),
}


@guardrail(
    "aws_kms_key",
    on=WORKSPACES + FOUNDATIONS,
    broken_by=[
        change("aws_kms_key", enable_key_rotation=False),
        change("aws_kms_key", deletion_window_in_days=7),
        change("aws_kms_key", policy=None),
    ],
    meets="KMS.3 KMS.4",
)
def test_keys_rotate_and_can_be_recovered(stack: Stack) -> Offences:
    """Every key rotates, waits 30 days before it is deleted, and has a policy of its own."""
    yield from wrong(stack, "aws_kms_key", enable_key_rotation=True, deletion_window_in_days=30)
    yield from (
        (address, "has AWS's default policy") for address, key in each(stack, "aws_kms_key") if "policy" not in key
    )


@guardrail(
    "aws_kms_key",
    on=WORKSPACES + FOUNDATIONS,
    broken_by=[
        edit_statement("aws_kms_key", lambda s: s.update(Principal="*")),
        edit_statement("aws_kms_key", lambda s: s.update(Principal={"AWS": "arn:aws:iam::999999999999:root"})),
        edit_statement("aws_kms_key", lambda s: s.update(Principal={"Service": "logs.eu-west-1.amazonaws.com"})),
    ],
    meets="KMS.5",
)
def test_key_policies_name_account_or_conditioned_services(stack: Stack) -> Offences:
    """A key policy admits the own account, and services under a condition that ends at this account."""
    account = stack.module["provider"]["aws"][0]["allowed_account_ids"][0]
    for address, key in each(stack, "aws_kms_key"):
        for statement in statements(key["policy"]):
            principal = statement["Principal"]
            if principal == {"AWS": f"arn:aws:iam::{account}:root"}:
                continue
            if set(principal) != {"Service"}:
                yield address, f"admits {principal}"
            elif account not in str(statement.get("Condition", {})):
                yield address, f"admits {principal} for any account"
            elif any(action.endswith(":*") for action in statement["Action"]):
                yield address, f"leaves administration to {principal}"


def _other_domain(type_: str, attribute: str) -> Any:
    return edit(type_, lambda resource: resource.update({attribute: "${aws_kms_key.other_key.arn}"}))


@guardrail(
    *KEYS,
    broken_by=[_other_domain(type_, attribute) for type_, (attribute, _) in KEYS.items()],
    meets="RDS.4 RDS.27 SQS.1 SNS.1",
)
def test_everything_is_encrypted_with_its_domains_key(stack: Stack) -> Offences:
    """Data, logs and messages are each encrypted with the key of their domain."""
    for type_, (attribute, key) in KEYS.items():
        yield from wrong(stack, type_, **{attribute: f"${{aws_kms_key.{key}.arn}}"})


@guardrail(
    "aws_rds_cluster",
    "aws_elasticache_replication_group",
    broken_by=[
        change("aws_rds_cluster", storage_encrypted=False),
        change("aws_elasticache_replication_group", at_rest_encryption_enabled="false"),
        change("aws_backup_vault", kms_key_arn=None),
    ],
    meets="RDS.3 ElastiCache.4 Backup.1",
)
def test_stores_are_encrypted(stack: Stack) -> Offences:
    """Database, cache and backup vaults are encrypted."""
    yield from wrong(stack, "aws_rds_cluster", storage_encrypted=True)
    yield from wrong(stack, "aws_elasticache_replication_group", at_rest_encryption_enabled="true")
    for address, vault in each(stack, "aws_backup_vault"):
        if not vault.get("kms_key_arn", "").startswith("${aws_kms_key."):
            yield address, "has no customer-managed key"


@guardrail(
    "aws_kms_alias",
    broken_by=[change("aws_kms_alias", name="alias/payments"), change("aws_kms_alias", target_key_id="1")],
)
def test_each_domain_has_its_alias(stack: Stack) -> Offences:
    """A key is found by the alias `<stack>-<domain>`."""
    aliases = {alias["name"]: alias["target_key_id"] for _, alias in each(stack, "aws_kms_alias")}
    for domain in ("data", "logs", "messages"):
        if aliases.get(f"alias/{stack.name}-{domain}") != f"${{aws_kms_key.{domain}_key.key_id}}":
            yield f"aws_kms_key.{domain}_key", "has no alias"


@guardrail(
    "aws_ecr_repository",
    on=FOUNDATIONS,
    broken_by=[change("aws_ecr_repository", encryption_configuration=[{"encryption_type": "AES256"}])],
)
def test_images_are_encrypted_with_the_foundations_key(stack: Stack) -> Offences:
    """Container images are encrypted with the foundation's key."""
    key = {"encryption_type": "KMS", "kms_key": "${aws_kms_key.state_key.arn}"}
    yield from wrong(stack, "aws_ecr_repository", encryption_configuration=[key])


@guardrail(
    "aws_kms_key", on=WORKSPACES + FOUNDATIONS, broken_by=[add("aws_kms_grant", key_id="1", operations=["Decrypt"])]
)
def test_no_grants_beside_the_policies(stack: Stack) -> Offences:
    """Who may use a key stands in policies alone, never in grants, which no reviewer sees."""
    yield from ((address, "opens a key beside its policy") for address, _ in each(stack, "aws_kms_grant"))
