"""Settings of ElastiCache for Valkey and of the SQS queue."""

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field, model_validator

from environments.schema.base import Problem, Settings
from environments.schema.instance_types import CACHE_NODES, one_of
from environments.schema.sentences import Misfit
from environments.schema.windows import DailyWindow, WeeklyWindow, overlap


class Cache(Settings):
    """One Valkey replication group: a primary and `replicas` more, each in another zone."""

    node_type: Annotated[str, one_of(CACHE_NODES)] = "cache.t4g.small"
    engine_version: Literal["7.2", "8.0", "8.1"] = "8.1"
    replicas: int = Field(default=1, ge=1, le=5)
    snapshot_retention_days: int = Field(default=7, ge=1, le=35)
    snapshot_window: DailyWindow = "04:30-05:30"
    maintenance_window: WeeklyWindow = "sun:06:00-sun:07:00"

    @model_validator(mode="after")
    def _windows_apart(self) -> "Cache":
        if overlap(self.snapshot_window, self.maintenance_window):
            raise Misfit(
                "snapshot_window",
                self.snapshot_window,
                f"overlaps maintenance_window {self.maintenance_window}; move one of them",
            )
        return self

    def production_problems(self) -> Iterator[Problem]:
        if self.snapshot_retention_days < 7:
            yield Problem("snapshot_retention_days", self.snapshot_retention_days, "prod needs 7 or more")


class Queue(Settings):
    """The `payments` queue. A message is hidden for six times `worker_timeout`, as AWS advises for retries."""

    fifo: bool = False
    # Longest that the worker takes for one message, in seconds; SQS hides a message for at most 12 hours.
    worker_timeout: int = Field(default=60, ge=1, le=7200)
    # Deliveries before a message goes to the dead-letter queue.
    max_receive_count: int = Field(default=5, ge=2, le=100)
    retention_days: int = Field(default=4, ge=1, le=14)

    @property
    def visibility_timeout(self) -> int:
        """Seconds."""
        return 6 * self.worker_timeout
