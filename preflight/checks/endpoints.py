"""Every VPC endpoint's service is offered in the zones of its subnets."""

from typing import Any

from botocore.exceptions import ClientError

from preflight.aws import code_of
from preflight.check import Result, Scope, judge
from preflight.stack import Attributes, Stack


def check(scope: Scope) -> Result | None:
    endpoints = scope.stack.all("aws_vpc_endpoint").values()
    if not endpoints:
        return None
    names = sorted(endpoint["service_name"] for endpoint in endpoints)
    offered = _offered(scope, names)
    problems = []
    for endpoint in sorted(endpoints, key=lambda e: str(e["service_name"])):
        name = endpoint["service_name"]
        missing = _zones(scope.stack, endpoint) - offered.get(name, set())
        if name not in offered:
            problems.append(f"{scope.stack.region} has no service {name}: take it out of the endpoints")
        elif missing:
            problems.append(f"{name} is not offered in {', '.join(sorted(missing))}: take other network.zones")
    return judge(f"{len(names)} services offered in every zone", problems)


def _offered(scope: Scope, names: list[str]) -> dict[str, set[str]]:
    """Zones by service. One unknown name fails the whole call, so that then all services are listed."""
    try:
        answer = _describe(scope, ServiceNames=names)
    except ClientError as error:
        if code_of(error) != "InvalidServiceName":
            raise
        answer = _describe(scope)
    return {detail["ServiceName"]: set(detail["AvailabilityZones"]) for detail in answer}


def _describe(scope: Scope, **arguments: Any) -> list[Attributes]:
    return scope.aws.pages("ec2", "describe_vpc_endpoint_services", "ServiceDetails", **arguments)


def _zones(stack: Stack, endpoint: Attributes) -> set[str]:
    """A gateway endpoint has route tables instead of subnets, and no zone."""
    return {stack.follow(subnet)["availability_zone"] for subnet in endpoint.get("subnet_ids", [])}
