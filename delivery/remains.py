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
        case "ecs" if resource.startswith("task-definition/"):
            # A deregistered revision can't be deleted while it is remembered.
            found = session.client("ecs").describe_task_definition(taskDefinition=arn)["taskDefinition"]
            return bool(found["status"] == "INACTIVE")
        case "ec2" if resource.startswith("natgateway/"):
            # Shown as deleted for about an hour.
            found = session.client("ec2").describe_nat_gateways(NatGatewayIds=[resource.partition("/")[2]])
            return all(gateway["State"] == "deleted" for gateway in found["NatGateways"])
        case "secretsmanager":
            return "DeletedDate" in session.client("secretsmanager").describe_secret(SecretId=arn)
        case _:
            return False
