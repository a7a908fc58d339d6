"""Encryption in transit: clients, database, cache, queue, topic and buckets speak TLS or not at all."""

from collections.abc import Callable

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
    remove,
    wrong,
)
from tests.stack import Attributes, Stack, listed, statements

# TLS 1.3, or 1.2 with forward secrecy alone; the list that Security Hub ELB.17 accepts, without the FIPS variants.
TLS_POLICIES = {
    "ELBSecurityPolicy-TLS13-1-3-2021-06",
    "ELBSecurityPolicy-TLS13-1-2-Res-2021-06",
    "ELBSecurityPolicy-TLS13-1-3-PQ-2025-09",
    "ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09",
}


@guardrail(
    "aws_lb_listener",
    broken_by=[
        add("aws_lb_listener", port=80, protocol="HTTP", default_action=[{"type": "redirect"}]),
        change("aws_lb_listener", ssl_policy="ELBSecurityPolicy-2016-08"),
        change("aws_lb_listener", certificate_arn=None),
    ],
    meets="ELB.1 ELB.17 ELB.18",
)
def test_listeners_speak_https_only(stack: Stack) -> Offences:
    """Every listener is HTTPS with TLS 1.3 and an issued certificate; port 80 answers nothing."""
    for address, listener in each(stack, "aws_lb_listener"):
        if listener["protocol"] != "HTTPS" or listener["port"] != 443:
            yield address, f"listens for {listener['protocol']} on port {listener['port']}"
        elif listener["ssl_policy"] not in TLS_POLICIES:
            yield address, f"accepts {listener['ssl_policy']}"
        if "aws_acm_certificate_validation." not in listener.get("certificate_arn", ""):
            yield address, "does not wait until its certificate was issued"


@guardrail(
    "aws_acm_certificate",
    broken_by=[
        change("aws_acm_certificate", validation_method="EMAIL"),
        change("aws_acm_certificate", lifecycle=None),
        change("aws_acm_certificate", key_algorithm="RSA_1024"),
    ],
    meets="ACM.1 ACM.2",
)
def test_certificates_renew_themselves(stack: Stack) -> Offences:
    """Certificates are validated by DNS, so that Amazon renews them, and have a strong key."""
    for address, certificate in each(stack, "aws_acm_certificate"):
        if certificate["validation_method"] != "DNS":
            yield address, "needs a person to renew it"
        if certificate.get("key_algorithm", "RSA_2048") not in ("RSA_2048", "EC_prime256v1", "EC_secp384r1"):
            yield address, f"has a weak key, {certificate['key_algorithm']}"
        if not certificate.get("lifecycle", {}).get("create_before_destroy"):
            yield address, "is taken away before its successor exists"


def _set_parameter(name: str, value: str) -> Callable[[Attributes], None]:
    def how(group: Attributes) -> None:
        next(p for p in group["parameter"] if p["name"] == name)["value"] = value

    return how


@guardrail(
    "aws_rds_cluster_parameter_group",
    broken_by=[
        edit("aws_rds_cluster_parameter_group", _set_parameter("rds.force_ssl", "0")),
        edit("aws_rds_cluster_parameter_group", _set_parameter("ssl_min_protocol_version", "TLSv1")),
        change("aws_rds_cluster", db_cluster_parameter_group_name="default.aurora-postgresql17"),
    ],
)
def test_database_refuses_plain_connections(stack: Stack) -> Offences:
    """The database refuses connections without TLS 1.2, by a parameter group that the cluster really uses."""
    for address, group in each(stack, "aws_rds_cluster_parameter_group"):
        values = {parameter["name"]: parameter["value"] for parameter in group["parameter"]}
        if values.get("rds.force_ssl") != "1":
            yield address, "lets clients in without TLS"
        if values.get("ssl_min_protocol_version") not in ("TLSv1.2", "TLSv1.3"):
            yield address, "accepts old TLS"
        if not points_to(stack.one("aws_rds_cluster")["db_cluster_parameter_group_name"], address):
            yield "aws_rds_cluster.database", "does not use the parameter group"


@guardrail(
    "aws_elasticache_replication_group",
    broken_by=[
        change("aws_elasticache_replication_group", transit_encryption_enabled=False),
        change("aws_elasticache_replication_group", transit_encryption_mode="preferred"),
    ],
    meets="ElastiCache.5",
)
def test_cache_requires_tls(stack: Stack) -> Offences:
    """The cache takes no connection without TLS."""
    yield from wrong(
        stack, "aws_elasticache_replication_group", transit_encryption_enabled=True, transit_encryption_mode="required"
    )


def _denies_plain_http(policy: str, action: str) -> bool:
    return any(
        s["Effect"] == "Deny"
        and s["Principal"] == "*"
        and action in listed(s["Action"])
        and s.get("Condition") == {"Bool": {"aws:SecureTransport": "false"}}
        for s in statements(policy)
    )


@guardrail(
    "aws_sqs_queue",
    "aws_sns_topic",
    broken_by=[
        remove("aws_sqs_queue_policy"),
        edit_statement("aws_sqs_queue_policy", lambda s: s.update(Effect="Allow")),
        edit_statement("aws_sns_topic_policy", lambda s: s.pop("Condition"), sid="DenyPlainHttp"),
    ],
)
def test_queues_and_topics_deny_plain_http(stack: Stack) -> Offences:
    """Queues and topics refuse requests that don't come over TLS."""
    pairs = (("aws_sqs_queue", "queue_url", "sqs:*"), ("aws_sns_topic", "arn", "sns:Publish"))
    for type_, reference, action in pairs:
        for address, _ in each(stack, type_):
            own = [p["policy"] for _, p in each(stack, f"{type_}_policy") if points_to(p[reference], address)]
            if not any(_denies_plain_http(policy, action) for policy in own):
                yield address, "takes plain HTTP"


@guardrail(
    "aws_s3_bucket",
    on=WORKSPACES + FOUNDATIONS,
    broken_by=[
        remove("aws_s3_bucket_policy"),
        edit_statement("aws_s3_bucket_policy", lambda s: s.update(Condition={}), sid="DenyPlainHttp"),
        edit_statement("aws_s3_bucket_policy", lambda s: s.update(Resource=s["Resource"][0]), sid="DenyPlainHttp"),
    ],
    meets="S3.5",
)
def test_buckets_deny_plain_http(stack: Stack) -> Offences:
    """Every bucket, and every object in it, is refused to requests that don't come over TLS."""
    for address, bucket in each(stack, "aws_s3_bucket"):
        own = [p["policy"] for _, p in each(stack, "aws_s3_bucket_policy") if points_to(p["bucket"], address)]
        arn = f"arn:aws:s3:::{bucket['bucket']}"
        denials = [s for policy in own for s in statements(policy) if s["Effect"] == "Deny"]
        covered = {resource for s in denials for resource in listed(s["Resource"])}
        if not any(_denies_plain_http(policy, "s3:*") for policy in own) or not {arn, f"{arn}/*"} <= covered:
            yield address, "takes plain HTTP"
