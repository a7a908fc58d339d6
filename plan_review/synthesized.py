"""The `cdk.tf.json` of a stack: construct paths, lifecycles, providers."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from plan_review.errors import CannotReview


@dataclass(frozen=True)
class Synthesized:
    """One synthesized stack."""

    document: dict[str, Any]

    @property
    def stack(self) -> str | None:
        """The stack's name as CDKTF wrote it, or None."""
        name = _object(_object(self.document.get("//")).get("metadata")).get("stackName")
        return name if isinstance(name, str) else None

    def resource(self, address: str) -> dict[str, Any]:
        """The configuration of `type.name`; empty when the stack has none. An instance key is ignored."""
        type_, _, name = address.partition("[")[0].partition(".")
        return _object(_object(_object(self.document.get("resource")).get(type_)).get(name))

    def construct_path(self, address: str) -> str | None:
        """`payments-prod/Database/Cluster`, or None for what CDKTF did not write."""
        path = _object(_object(self.resource(address).get("//")).get("metadata")).get("path")
        return path if isinstance(path, str) else None

    def prevents_destroy(self, address: str) -> bool:
        return _object(self.resource(address).get("lifecycle")).get("prevent_destroy") is True

    def resources(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """Address and configuration of every managed resource."""
        for type_, named in sorted(_object(self.document.get("resource")).items()):
            for name, configuration in sorted(_object(named).items()):
                yield f"{type_}.{name}", _object(configuration)

    def data_types(self) -> list[str]:
        return sorted(_object(self.document.get("data")))

    def provider_sources(self) -> list[str]:
        """Source of each required provider."""
        return [source for source, _ in self._required_providers()]

    def provider_versions(self) -> dict[str, str]:
        """Version constraint of each required provider that has one, by source."""
        return {source: str(item["version"]) for source, item in self._required_providers() if "version" in item}

    def _required_providers(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """Source and entry; `aws` and no source at all both mean `hashicorp/aws`."""
        for name, item in _object(_object(self.document.get("terraform")).get("required_providers")).items():
            source = str(_object(item).get("source", name))
            yield source if "/" in source else f"hashicorp/{source}", _object(item)


def _object(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def read_synthesized(path: Path) -> Synthesized:
    """The stack in `path`; raises CannotReview."""
    try:
        document = json.loads(path.read_bytes())
    except OSError as error:
        raise CannotReview(f"{path}: cannot be read: {error.strerror}") from None
    except (ValueError, RecursionError):
        raise CannotReview(f"{path}: is not JSON; expected the cdk.tf.json that `cdktf synth` writes") from None
    if not isinstance(document, dict) or "terraform" not in document:
        raise CannotReview(f"{path}: has no `terraform` block; expected the cdk.tf.json that `cdktf synth` writes")
    return Synthesized(document)
