"""What Terraform has made already, read from the state object: to tell our own resources from other people's."""

import json
from dataclasses import dataclass
from typing import Any

from preflight.aws import Aws, code_of
from preflight.stack import Attributes


class StateBroken(Exception):
    """The state object is no state."""


@dataclass(frozen=True)
class State:
    """Managed resources' attributes by type; empty before the first apply."""

    resources: dict[str, list[Attributes]]

    def values(self, type_: str, attribute: str = "id") -> set[str]:
        """One attribute of every resource of a type."""
        return {str(resource.get(attribute)) for resource in self.resources.get(type_, [])}

    def count(self, type_: str) -> int:
        return len(self.resources.get(type_, []))


def parse(text: bytes) -> State:
    """Terraform's state, format 4; raises StateBroken."""
    resources: dict[str, list[Attributes]] = {}
    try:
        for resource in json.loads(text)["resources"]:
            if resource["mode"] == "managed":
                attributes = (instance["attributes"] for instance in resource["instances"])
                resources.setdefault(resource["type"], []).extend(attributes)
    except (ValueError, LookupError, TypeError):
        raise StateBroken("the state object is not a Terraform state (format 4)") from None
    return State(resources)


def read(aws: Aws, backend: Attributes) -> State:
    """The state of a stack; an empty one when its object or its bucket is not there yet. Raises ClientError."""
    from botocore.exceptions import ClientError

    s3: Any = aws.client("s3", backend["region"])
    try:
        answer = s3.get_object(Bucket=backend["bucket"], Key=backend["key"])
    except ClientError as error:
        if code_of(error) in ("NoSuchKey", "NoSuchBucket", "404"):
            return State({})
        raise
    return parse(answer["Body"].read())
