"""What a workspace needs, read from the `cdk.tf.json` that `make synth` wrote."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from environments.schema.names import PROJECT, stack_name

Attributes = dict[str, Any]

_REFERENCE = re.compile(r"\$\{(?P<type>[a-z0-9_]+)\.(?P<id>[A-Za-z0-9_-]+)\.(?P<attribute>[a-z0-9_]+)\}")


class CannotRun(Exception):
    """Nothing could be checked at all; one sentence for the user, exit code 2."""


@dataclass(frozen=True)
class Stack:
    """One synthesized stack."""

    name: str
    document: dict[str, Any]

    @property
    def account_id(self) -> str:
        return str(self.provider()["allowed_account_ids"][0])

    @property
    def region(self) -> str:
        return str(self.provider()["region"])

    @property
    def regions(self) -> list[str]:
        """The region of every AWS provider, the main one first."""
        return list(dict.fromkeys(str(provider["region"]) for provider in self.document["provider"]["aws"]))

    @property
    def backend(self) -> Attributes:
        """Arguments of the S3 backend: bucket, key, region, kms_key_id."""
        backend: Attributes = self.document["terraform"]["backend"]["s3"]
        return backend

    def provider(self, reference: str = "aws") -> Attributes:
        """Arguments of the AWS provider that a resource's `provider` names, such as `aws.copies`."""
        alias = reference.partition(".")[2] or None
        providers: dict[str | None, Attributes] = {p.get("alias"): p for p in self.document["provider"]["aws"]}
        return providers[alias]

    def region_of(self, resource: Attributes) -> str:
        return str(self.provider(resource.get("provider", "aws"))["region"])

    def all(self, type_: str) -> dict[str, Attributes]:
        """Resources of a type by logical id; empty when there are none."""
        found: dict[str, Attributes] = self.document.get("resource", {}).get(type_, {})
        return found

    def data(self, type_: str) -> dict[str, Attributes]:
        """Data sources of a type by logical id."""
        found: dict[str, Attributes] = self.document.get("data", {}).get(type_, {})
        return found

    def values(self, type_: str, attribute: str) -> Iterator[str]:
        """A literal attribute of every resource of a type; computed ones are left out."""
        for resource in self.all(type_).values():
            value = resource.get(attribute)
            if isinstance(value, str) and "${" not in value:
                yield value

    def follow(self, reference: str) -> Attributes:
        """The resource that `${type.id.attribute}` points to; raises KeyError when it is no such reference."""
        match = _REFERENCE.fullmatch(reference)
        if not match:
            raise KeyError(reference)
        return self.all(match["type"])[match["id"]]

    def zones(self) -> list[str]:
        """The availability zones of the subnets, sorted."""
        return sorted(set(self.values("aws_subnet", "availability_zone")))


def read(outdir: Path, workspace: str) -> Stack:
    """The stack of a workspace, or of `foundation-<environment>`; raises CannotRun."""
    name = stack_name(workspace)
    path = outdir / "stacks" / name / "cdk.tf.json"
    if not path.is_file():
        there = sorted(p.parent.name.removeprefix(f"{PROJECT}-") for p in outdir.glob("stacks/*/cdk.tf.json"))
        hint = f"there are {', '.join(there)}" if there else "nothing is synthesized yet"
        raise CannotRun(f"{path} does not exist ({hint}); run `make synth` first, or name another workspace")
    try:
        document = json.loads(path.read_bytes())
        stack = Stack(name, document)
        if not (stack.account_id and stack.region and stack.backend):
            raise ValueError
    except (ValueError, LookupError, TypeError):
        raise CannotRun(f"{path} is not what `make synth` writes; run it again") from None
    return stack
