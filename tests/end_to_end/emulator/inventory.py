"""Everything that the emulated AWS holds, so that two moments can be compared."""

from collections.abc import Iterator
from typing import Any

from moto.core.base_backend import BackendDict


def take() -> list[str]:
    """One line for each thing in any collection of any service: `service account region collection key`."""
    return sorted(line for service in list(BackendDict._instances) for line in _of(service))


def _of(service: "BackendDict[Any]") -> Iterator[str]:
    for account, region, backend in list(service.iter_backends()):
        for name, collection in list(vars(backend).items()):
            for key in _keys(collection):
                yield f"{service.service_name} {account} {region} {name} {key}"


def _keys(collection: Any) -> Iterator[str]:
    """The keys of a dictionary, followed into dictionaries inside it; the length of a list."""
    if isinstance(collection, dict):
        for key, value in list(collection.items()):
            if isinstance(value, dict):
                yield from (f"{key}/{inner}" for inner in _keys(value))
            else:
                yield str(key)
    elif isinstance(collection, (list, set, tuple)) and collection:
        yield f"{len(collection)} items"
