"""The AWS API, with timeouts: one client for each service and region, shared by the checks' threads."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import boto3

# Seconds. A black hole costs (3 + 3) at most, since botocore retries a connection that could not be made.
CONNECT_TIMEOUT, READ_TIMEOUT = 3, 5
ATTEMPTS = 2


class Aws:
    """Clients by service and region; `region` is the one that calls go to unless they name another."""

    def __init__(self, region: str, session: boto3.Session | None = None) -> None:
        import boto3  # 0.3 s, which `--help` need not wait for

        self.region = region
        self.session = session or boto3.Session()
        self._clients: dict[tuple[str, str], Any] = {}
        self._lock = threading.Lock()

    def client(self, service: str, region: str | None = None) -> Any:
        """Creating a client is not safe between threads, using it is."""
        from botocore.config import Config

        key = (service, region or self.region)
        with self._lock:
            if key not in self._clients:
                config = Config(
                    connect_timeout=CONNECT_TIMEOUT,
                    read_timeout=READ_TIMEOUT,
                    retries={"mode": "standard", "total_max_attempts": ATTEMPTS},
                )
                self._clients[key] = self.session.client(service, region_name=key[1], config=config)
        return self._clients[key]

    def pages(self, service: str, operation: str, key: str, region: str | None = None, **arguments: Any) -> list[Any]:
        """All items under `key` of an operation that answers in pages."""
        paginator = self.client(service, region).get_paginator(operation)
        return [item for page in paginator.paginate(**arguments) for item in page.get(key, [])]


def code_of(error: Exception) -> str:
    """The error code of a ClientError such as `NoSuchBucket`, or an empty string."""
    response = getattr(error, "response", None) or {}
    return str(response.get("Error", {}).get("Code", ""))
