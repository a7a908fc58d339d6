"""Service quotas leave room for what the stack makes."""

from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from preflight import demand
from preflight.check import Result, Scope
from preflight.quota import Usage, applied, increase, verdict
from preflight.stack import Stack

# Yields (where, needed, used by others); `where` is empty for a whole region.
Measure = Callable[[Scope], Iterator[tuple[str, float, float]]]

# Without them ACM lists the certificates with RSA keys of 1024 and 2048 bits alone.
KEY_TYPES = (
    *("RSA_1024", "RSA_2048", "RSA_3072", "RSA_4096"),
    *("EC_prime256v1", "EC_secp384r1", "EC_secp521r1"),
)


@dataclass(frozen=True)
class Quota:
    """A quota of Service Quotas, and how much of it is taken."""

    service: str
    code: str
    what: str
    measure: Measure


def check(scope: Scope) -> Result | None:
    with ThreadPoolExecutor(len(QUOTAS)) as pool:
        return verdict([usage for usages in pool.map(lambda quota: _usages(scope, quota), QUOTAS) for usage in usages])


def _usages(scope: Scope, quota: Quota) -> list[Usage]:
    measured = [(where, needed, used) for where, needed, used in quota.measure(scope) if needed]
    if not measured:
        return []
    limit = applied(scope.aws, quota.service, quota.code)
    return [
        Usage(f"{quota.what}{where}", needed, used, limit, increase(quota.service, quota.code, used + needed))
        for where, needed, used in measured
    ]


def _counted(type_: str, service: str, operation: str, key: str, id_: str, **arguments: Any) -> Measure:
    """Counts what an operation lists under `key`, without what the state has as ours by `id_`."""

    def measure(scope: Scope) -> Iterator[tuple[str, float, float]]:
        needed = len(scope.stack.all(type_))
        if needed:
            listed = {item[id_] for item in scope.aws.pages(service, operation, key, **arguments)}
            yield "", needed, len(listed - scope.state.values(type_))

    return measure


def _addresses(scope: Scope) -> Iterator[tuple[str, float, float]]:
    needed = len(scope.stack.all("aws_eip"))
    if needed:
        answer = scope.aws.client("ec2").describe_addresses()["Addresses"]
        listed = {address["AllocationId"] for address in answer if "AllocationId" in address}
        yield "", needed, len(listed - scope.state.values("aws_eip"))


def _nat_gateways(scope: Scope) -> Iterator[tuple[str, float, float]]:
    needed = demand.nat_gateways(scope.stack)
    if not needed:
        return
    subnets = {s["SubnetId"]: s["AvailabilityZone"] for s in scope.aws.pages("ec2", "describe_subnets", "Subnets")}
    ours = scope.state.values("aws_nat_gateway")
    alive = [{"Name": "state", "Values": ["pending", "available", "deleting"]}]
    gateways = scope.aws.pages("ec2", "describe_nat_gateways", "NatGateways", Filters=alive)
    used = Counter(subnets.get(g["SubnetId"], "") for g in gateways if g["NatGatewayId"] not in ours)
    for zone, number in sorted(needed.items()):
        yield f" in {zone}", number, used[zone]


def _gateway_endpoints(scope: Scope) -> Iterator[tuple[str, float, float]]:
    needed = demand.endpoints(scope.stack, "Gateway")
    if needed:
        only = [{"Name": "vpc-endpoint-type", "Values": ["Gateway"]}]
        listed = scope.aws.pages("ec2", "describe_vpc_endpoints", "VpcEndpoints", Filters=only)
        yield "", needed, len({e["VpcEndpointId"] for e in listed} - scope.state.values("aws_vpc_endpoint"))


def _cache_nodes(scope: Scope) -> Iterator[tuple[str, float, float]]:
    needed = demand.cache_nodes(scope.stack)
    if needed:
        ours = scope.state.values("aws_elasticache_replication_group")
        clusters = scope.aws.pages("elasticache", "describe_cache_clusters", "CacheClusters")
        yield "", needed, sum(c["NumCacheNodes"] for c in clusters if c.get("ReplicationGroupId") not in ours)


def _load_balancers(scope: Scope) -> Iterator[tuple[str, float, float]]:
    needed = len(scope.stack.all("aws_lb"))
    if needed:
        listed = scope.aws.pages("elbv2", "describe_load_balancers", "LoadBalancers")
        applications = {lb["LoadBalancerArn"] for lb in listed if lb["Type"] == "application"}
        yield "", needed, len(applications - scope.state.values("aws_lb"))


def _within(needed: Callable[[Stack], int]) -> Measure:
    """A quota inside something that is the stack's alone: nobody else uses it."""

    def measure(scope: Scope) -> Iterator[tuple[str, float, float]]:
        yield "", needed(scope.stack), 0

    return measure


QUOTAS = (
    Quota("vpc", "L-F678F1CE", "VPCs", _counted("aws_vpc", "ec2", "describe_vpcs", "Vpcs", "VpcId")),
    Quota(
        "vpc",
        "L-A4707A72",
        "internet gateways",
        _counted("aws_internet_gateway", "ec2", "describe_internet_gateways", "InternetGateways", "InternetGatewayId"),
    ),
    Quota("ec2", "L-0263D0A3", "Elastic IP addresses", _addresses),
    Quota("vpc", "L-FE5A380F", "NAT gateways", _nat_gateways),
    Quota(
        "vpc",
        "L-29B6F2EB",
        "interface endpoints of the VPC",
        _within(lambda stack: demand.endpoints(stack, "Interface")),
    ),
    Quota("vpc", "L-1B52E74A", "gateway endpoints", _gateway_endpoints),
    Quota("vpc", "L-0EA8095F", "rules of one security group", _within(demand.security_group_rules)),
    Quota("elasticloadbalancing", "L-53DA6B97", "application load balancers", _load_balancers),
    Quota("elasticache", "L-DFE45DF3", "cache nodes", _cache_nodes),
    Quota(
        "acm",
        "L-F141DD1D",
        "certificates",
        _counted(
            "aws_acm_certificate",
            "acm",
            "list_certificates",
            "CertificateSummaryList",
            "CertificateArn",
            Includes={"keyTypes": list(KEY_TYPES)},
        ),
    ),
)
