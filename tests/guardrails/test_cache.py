"""The cache: no passwords, a replica in another zone, snapshots and logs."""

from environments.schema.windows import overlap
from tests.guardrails.guardrail import Offences, add, change, each, edit, guardrail, remove, wrong
from tests.stack import Stack

GROUP, USER = "aws_elasticache_replication_group", "aws_elasticache_user"


@guardrail(
    GROUP,
    USER,
    broken_by=[
        change(GROUP, user_group_ids=[]),
        change(USER, authentication_mode={"type": "no-password-required"}),
        change(USER, authentication_mode={"type": "password", "passwords": ["hunter2hunter2hunter2"]}),
        change(USER, user_name="default"),
        change(USER, access_string="on ~* +@all"),
        add(USER, user_id="default", user_name="default", authentication_mode={"type": "iam"}, access_string="off"),
    ],
    meets="ElastiCache.6",
)
def test_cache_users_log_in_with_iam(stack: Stack) -> Offences:
    """Every user of the cache logs in with IAM under its own id, without dangerous commands; none is `default`."""
    for address, group in each(stack, GROUP):
        if not group.get("user_group_ids"):
            yield address, "lets everybody in"
    for address, user in each(stack, USER):
        if user["authentication_mode"] != {"type": "iam"} or user["user_name"] != user["user_id"]:
            yield address, "does not log in with IAM"
        if user["user_name"] == "default" or "-@dangerous" not in user["access_string"]:
            yield address, "is the default user, or may do dangerous things"


@guardrail(
    GROUP,
    broken_by=[
        change(GROUP, automatic_failover_enabled=False),
        change(GROUP, multi_az_enabled=False),
        change(GROUP, num_cache_clusters=1),
    ],
    meets="ElastiCache.3",
)
def test_cache_survives_a_zone(stack: Stack) -> Offences:
    """A replica in another zone takes over by itself."""
    yield from wrong(stack, GROUP, automatic_failover_enabled=True, multi_az_enabled=True)
    for address, group in each(stack, GROUP):
        if group["num_cache_clusters"] < 2:
            yield address, "has no replica"


@guardrail(
    GROUP,
    broken_by=[
        change(GROUP, snapshot_retention_limit=0),
        change(GROUP, auto_minor_version_upgrade="false"),
        change(GROUP, subnet_group_name="default"),
        change(GROUP, engine="redis"),
    ],
    meets="ElastiCache.1 ElastiCache.2 ElastiCache.7",
)
def test_cache_is_kept_and_current(stack: Stack) -> Offences:
    """Valkey with daily snapshots and minor upgrades, in subnets of its own."""
    yield from wrong(stack, GROUP, engine="valkey", auto_minor_version_upgrade="true")
    for address, group in each(stack, GROUP):
        if group["snapshot_retention_limit"] < 1:
            yield address, "has no snapshots"
        if "aws_elasticache_subnet_group." not in group["subnet_group_name"]:
            yield address, "is in the default subnet group"


@guardrail(
    GROUP,
    broken_by=[
        edit(GROUP, lambda group: group["log_delivery_configuration"].pop()),
        remove("aws_cloudwatch_log_group", "cache_slow_logs"),
    ],
)
def test_cache_logs(stack: Stack) -> Offences:
    """Slow commands and the engine's messages go to log groups of this stack."""
    groups = {group["name"] for _, group in each(stack, "aws_cloudwatch_log_group")}
    for address, group in each(stack, GROUP):
        found = {c["log_type"] for c in group["log_delivery_configuration"] if c["destination"] in groups}
        yield from ((address, f"has no {kind}") for kind in {"slow-log", "engine-log"} - found)


@guardrail(
    GROUP,
    "aws_elasticache_user_group",
    broken_by=[
        change("aws_elasticache_user_group", user_ids=[]),
        change("aws_elasticache_parameter_group", family="valkey7"),
        change("aws_elasticache_parameter_group", parameter=[]),
        change(GROUP, maintenance_window="sun:04:30-sun:05:00"),
        change(GROUP, port=6380),
    ],
)
def test_cache_fits_together(stack: Stack) -> Offences:
    """Users, parameters, windows and port fit: keys without an expiry are never evicted, and clients find the port."""
    users = {f"${{{address}.user_id}}" for address, _ in each(stack, USER)}
    for address, group in each(stack, "aws_elasticache_user_group"):
        if set(group["user_ids"]) != users:
            yield address, "has no users"
    for address, group in each(stack, GROUP):
        family = f"valkey{group['engine_version'].partition('.')[0]}"
        for where, parameters in each(stack, "aws_elasticache_parameter_group"):
            values = {parameter["name"]: parameter["value"] for parameter in parameters["parameter"]}
            if parameters["family"] != family or values.get("maxmemory-policy") != "volatile-lru":
                yield where, "is not of the engine's family, or evicts what must be kept"
        if overlap(group["snapshot_window"], group["maintenance_window"]):
            yield address, "takes snapshots while it is maintained"
        told = stack.one("aws_ecs_task_definition", "Api")["container_definitions"]
        if f'"CACHE_PORT","value":"{group["port"]}"' not in told:
            yield address, "is not on the port that the services are told"
