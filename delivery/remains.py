"""What is really left of a copy: the tagging API goes on listing some things after they were deleted."""

from collections.abc import Iterable
from typing import Any


def of(session: Any, arns: Iterable[str]) -> list[str]:
    """Those of `arns` that still exist and cost money or hold data."""
    return [arn for arn in arns if not _gone(session, arn)]


def _gone(session: Any, arn: str) -> bool:
    from botocore.exceptions import ClientError

    try:
        return _deleted(session, arn)
    except ClientError as error:
        if "NotFound" in error.response["Error"]["Code"]:
            return True
        raise


def _deleted(session: Any, arn: str) -> bool:
    service, resource = arn.split(":")[2], arn.split(":", 5)[5]
    match service:
        case "kms":
            # A key waits 7 to 30 days for its deletion.
            key = session.client("kms").describe_key(KeyId=arn)["KeyMetadata"]
            return bool(key["KeyState"] == "PendingDeletion")
        case "ecs":
            return _inactive(session.client("ecs"), arn, resource)
        case "rds":
            # Automated snapshots, whose names begin so, go with their cluster by themselves.
            return resource.startswith("cluster-snapshot:rds:")
        case "ec2" if resource.startswith("natgateway/"):
            # Shown as deleted for about an hour.
            found = session.client("ec2").describe_nat_gateways(NatGatewayIds=[resource.partition("/")[2]])
            return all(gateway["State"] == "deleted" for gateway in found["NatGateways"])
        case "secretsmanager":
            return "DeletedDate" in session.client("secretsmanager").describe_secret(SecretId=arn)
        case _:
            return False


def _inactive(ecs: Any, arn: str, resource: str) -> bool:
    """ECS remembers clusters, services and task definitions as INACTIVE, and bills none of them."""
    kind, _, name = resource.partition("/")
    match kind:
        case "task-definition":
            found = [ecs.describe_task_definition(taskDefinition=arn)["taskDefinition"]]
        case "service":
            found = ecs.describe_services(cluster=name.partition("/")[0], services=[arn])["services"]
        case "cluster":
            found = ecs.describe_clusters(clusters=[arn])["clusters"]
        case _:
            return False
    return all(one["status"] == "INACTIVE" for one in found)
