"""What a stack takes of the limited things, computed from its JSON."""

import math
from collections import Counter
from typing import Any

from preflight.stack import Attributes, Stack

ON_DEMAND, SPOT = "FARGATE", "FARGATE_SPOT"


def nat_gateways(stack: Stack) -> Counter[str]:
    """NAT gateways by availability zone."""
    gateways = stack.all("aws_nat_gateway").values()
    return Counter(stack.follow(gateway["subnet_id"])["availability_zone"] for gateway in gateways)


def endpoints(stack: Stack, kind: str) -> int:
    """VPC endpoints that are `Interface` or `Gateway`."""
    return sum(endpoint["vpc_endpoint_type"] == kind for endpoint in stack.all("aws_vpc_endpoint").values())


def security_group_rules(stack: Stack) -> int:
    """The most rules that one security group has in one direction."""
    rules: Counter[tuple[str, str]] = Counter()
    for direction in ("ingress", "egress"):
        for rule in stack.all(f"aws_vpc_security_group_{direction}_rule").values():
            rules[rule["security_group_id"], direction] += 1
    return max(rules.values(), default=0)


def cache_nodes(stack: Stack) -> int:
    return sum(int(group["num_cache_clusters"]) for group in stack.all("aws_elasticache_replication_group").values())


def reserved_concurrency(stack: Stack) -> int:
    """Lambda executions that the functions set aside for themselves."""
    return sum(f.get("reserved_concurrent_executions", 0) for f in stack.all("aws_lambda_function").values())


def vcpu(stack: Stack) -> dict[str, float]:
    """vCPU by capacity provider when every service has scaled out to its maximum."""
    total: dict[str, float] = {ON_DEMAND: 0.0, SPOT: 0.0}
    for service in stack.all("aws_ecs_service").values():
        task_cpu = int(stack.follow(service["task_definition"])["cpu"]) / 1024
        for provider, tasks in _spread(_most_tasks(stack, service), service["capacity_provider_strategy"]).items():
            total[provider] += tasks * task_cpu
    return total


def _most_tasks(stack: Stack, service: Attributes) -> int:
    scaled = [
        int(target["max_capacity"])
        for target in stack.all("aws_appautoscaling_target").values()
        if target["resource_id"].rpartition("/")[2] == service["name"]
    ]
    return max([int(service["desired_count"]), *scaled])


def _spread(tasks: int, strategy: list[Any]) -> dict[str, int]:
    """Tasks by capacity provider: first the base, then by weight, rounded up since ECS may round either way."""
    base = {part["capacity_provider"]: min(int(part.get("base", 0)), tasks) for part in strategy}
    rest = tasks - sum(base.values())
    weights = {part["capacity_provider"]: int(part.get("weight", 0)) for part in strategy}
    total = sum(weights.values()) or 1
    return {name: base[name] + math.ceil(rest * weights[name] / total) for name in weights}
