"""Buckets: private, versioned, encrypted, logged, with a lifecycle; what may write there is named with its source."""

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
    points_to,
    policies,
    remove,
    wrong,
)
from tests.stack import Stack, statements

EVERY = WORKSPACES + FOUNDATIONS
BLOCK = "aws_s3_bucket_public_access_block"
SHUT = dict.fromkeys(
    ("block_public_acls", "block_public_policy", "ignore_public_acls", "restrict_public_buckets"), True
)
# Each bucket has one of each, as a resource of its own.
COMPANIONS = tuple(
    f"aws_s3_bucket_{what}"
    for what in (
        *("lifecycle_configuration", "ownership_controls", "policy", "public_access_block"),
        *("server_side_encryption_configuration", "versioning"),
    )
)


@guardrail("aws_s3_bucket", on=EVERY, broken_by=[remove(type_) for type_ in COMPANIONS], meets="S3.13")
def test_every_bucket_is_complete(stack: Stack) -> Offences:
    """Every bucket has a lifecycle, an owner, a policy, a public access block, encryption and versions."""
    for address, _ in each(stack, "aws_s3_bucket"):
        for type_ in COMPANIONS:
            if not any(points_to(companion["bucket"], address) for _, companion in each(stack, type_)):
                yield address, f"has no {type_}"


@guardrail(
    BLOCK,
    on=EVERY,
    broken_by=[change(BLOCK, **{key: False}) for key in SHUT],
    meets="S3.2 S3.3 S3.8",
)
def test_buckets_are_private(stack: Stack) -> Offences:
    """No bucket can be made public."""
    yield from wrong(stack, BLOCK, **SHUT)


@guardrail(
    "aws_s3_bucket_ownership_controls",
    on=EVERY,
    broken_by=[
        change("aws_s3_bucket_ownership_controls", rule={"object_ownership": "ObjectWriter"}),
        add("aws_s3_bucket_acl", acl="private"),
        change("aws_s3_bucket_versioning", versioning_configuration={"status": "Suspended"}),
        edit("aws_s3_bucket_lifecycle_configuration", lambda c: c["rule"][0].update(status="Disabled")),
    ],
    meets="S3.12 S3.14",
)
def test_buckets_know_no_acls_and_keep_versions(stack: Stack) -> Offences:
    """Objects belong to the bucket's owner, ACLs are off, and a deleted object can be brought back for 90 days."""
    owner = {"object_ownership": "BucketOwnerEnforced"}
    yield from wrong(stack, "aws_s3_bucket_ownership_controls", rule=owner)
    yield from wrong(stack, "aws_s3_bucket_versioning", versioning_configuration={"status": "Enabled"})
    yield from ((address, "is an ACL") for address, _ in each(stack, "aws_s3_bucket_acl"))
    for address, lifecycle in each(stack, "aws_s3_bucket_lifecycle_configuration"):
        for rule in lifecycle["rule"]:
            if rule["status"] != "Enabled" or rule["noncurrent_version_expiration"][0]["noncurrent_days"] != 90:
                yield address, "keeps old versions for ever, or not for 90 days"


@guardrail(
    "aws_s3_bucket_server_side_encryption_configuration",
    on=EVERY,
    broken_by=[
        edit(
            "aws_s3_bucket_server_side_encryption_configuration",
            lambda c: c["rule"][0]["apply_server_side_encryption_by_default"].update(sse_algorithm="none"),
        )
    ],
    meets="S3.17",
)
def test_buckets_are_encrypted(stack: Stack) -> Offences:
    """The state is encrypted with its key; buckets for logs with SSE-S3, the only kind that log deliveries take."""
    for address, encryption in each(stack, "aws_s3_bucket_server_side_encryption_configuration"):
        default = encryption["rule"][0]["apply_server_side_encryption_by_default"]
        expected = (
            {"sse_algorithm": "aws:kms", "kms_master_key_id": "${aws_kms_key.state_key.arn}"}
            if points_to(encryption["bucket"], "aws_s3_bucket.state")
            else {"sse_algorithm": "AES256"}
        )
        if default != expected:
            yield address, f"is {default}, not {expected}"


@guardrail("aws_s3_bucket_logging", on=EVERY, broken_by=[remove("aws_s3_bucket_logging")], meets="S3.9")
def test_accesses_are_logged(stack: Stack) -> Offences:
    """Accesses to every bucket are logged, except to the one that takes the logs, which would log itself for ever."""
    logged = [logging["bucket"] for _, logging in each(stack, "aws_s3_bucket_logging")]
    for address, _ in each(stack, "aws_s3_bucket"):
        if address != "aws_s3_bucket.access_logs" and not any(points_to(bucket, address) for bucket in logged):
            yield address, "is read and written unseen"


@guardrail(
    "aws_s3_bucket_logging",
    on=EVERY,
    broken_by=[
        edit_statement("aws_s3_bucket_policy", lambda s: s.update(Sid="x", Principal="x"), "Access", "S3AccessLogs"),
        edit_statement("aws_s3_bucket_policy", lambda s: s["Condition"].pop("ArnLike"), "Access", "S3AccessLogs"),
        edit_statement("aws_s3_bucket_policy", lambda s: s["Condition"].pop("StringEquals"), "Access", "S3AccessLogs"),
        edit("aws_s3_bucket_logging", lambda logging: logging["depends_on"].clear()),
        change("aws_s3_bucket_logging", target_prefix=""),
    ],
)
def test_log_delivery_is_permitted_first(stack: Stack) -> Offences:
    """S3 refuses bucket logging unless the target's policy lets it write: for this account and source, and in time."""
    account = stack.module["provider"]["aws"][0]["allowed_account_ids"][0]
    for address, logging in each(stack, "aws_s3_bucket_logging"):
        source = next(b["bucket"] for where, b in each(stack, "aws_s3_bucket") if points_to(logging["bucket"], where))
        if logging["target_prefix"] != f"{source}/":
            yield address, f"mixes its logs with others' under {logging['target_prefix']}"
        expected = {
            "StringEquals": {"aws:SourceAccount": account},
            "ArnLike": {"aws:SourceArn": [f"arn:aws:s3:::{source}"]},
        }
        for where, attributes in each(stack, "aws_s3_bucket_policy"):
            if attributes["bucket"] != logging["target_bucket"]:
                continue
            writers = [s for s in statements(attributes["policy"]) if "logging.s3.amazonaws.com" in str(s["Principal"])]
            if not any(s["Condition"] == expected and s["Action"] == "s3:PutObject" for s in writers):
                yield where, "does not let S3 deliver the logs of this source, or of any"
            if where not in logging["depends_on"]:
                yield address, "may be set before it is permitted"


@guardrail(
    "aws_s3_bucket_policy",
    on=EVERY,
    broken_by=[
        edit_statement("aws_s3_bucket_policy", lambda s: s.update(Effect="Allow")),
        edit_statement("aws_s3_bucket_policy", lambda s: s.update(Effect="Allow", Principal={"AWS": "999999999999"})),
        edit_statement("aws_s3_bucket_policy", lambda s: s.pop("Condition"), "Access", "S3AccessLogs"),
    ],
    meets="S3.6",
)
def test_no_other_account_is_let_in(stack: Stack) -> Offences:
    """A bucket's policy lets in services that deliver logs, each under a condition, and no account."""
    for address, statement in policies(stack):
        if not address.startswith("aws_s3") or statement["Effect"] == "Deny":
            continue
        if set(statement["Principal"]) != {"Service"} or "aws:SourceArn" not in str(statement.get("Condition", {})):
            yield address, f"lets {statement['Principal']} in"
