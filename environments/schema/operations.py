"""Settings of logs, alarms, backups, budget and delivery."""

import re
from collections.abc import Iterator
from typing import Annotated

from pydantic import AfterValidator, Field, model_validator

from environments.schema.base import Problem, Settings
from environments.schema.sentences import Misfit, matching

# Source: PutRetentionPolicy in the CloudWatch Logs API reference.
LOG_RETENTION_DAYS = (
    *(1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731),
    *(1096, 1827, 2192, 2557, 2922, 3288, 3653),
)


def _accepted_by_cloudwatch(value: int) -> int:
    if value not in LOG_RETENTION_DAYS:
        near = min(LOG_RETENTION_DAYS, key=lambda days: abs(days - value))
        raise ValueError(f"CloudWatch does not keep logs for {value} days; nearest is {near}")
    return value


RetentionDays = Annotated[int, AfterValidator(_accepted_by_cloudwatch)]
Email = Annotated[str, matching(r"[^@\s]+@[^@\s]+\.[^@\s]+", "an e-mail address, like 'on-call@example.com'")]


def _somebody(value: tuple[str, ...]) -> tuple[str, ...]:
    if not value:
        raise ValueError("write at least one e-mail address, like ('on-call@example.com',)")
    return value


Emails = Annotated[tuple[Email, ...], AfterValidator(_somebody)]
Region = Annotated[str, matching(r"[a-z]{2}-[a-z]+-[0-9]", "a region's code, like 'eu-west-1'")]


class Logs(Settings):
    """How long CloudWatch keeps logs, in days."""

    retention_days: RetentionDays = 400
    flow_log_retention_days: RetentionDays = 400

    def production_problems(self) -> Iterator[Problem]:
        for name, days in self:
            if days < 365:
                yield Problem(name, days, "prod needs 365 or more (PCI DSS 10.5.1: twelve months)")


class Monitoring(Settings):
    """Who hears of alarms, and the thresholds that differ from one environment to another."""

    emails: Emails
    # 5xx answers of the load balancer and its targets, in percent of requests.
    error_rate_percent: float = Field(default=1.0, gt=0, le=100)
    latency_p99_seconds: float = Field(default=1.0, gt=0, le=60)
    queue_age_seconds: int = Field(default=300, ge=60, le=1_209_600)
    # Database connections of one instance.
    database_connections: int = Field(default=400, ge=10, le=5000)


class Backup(Settings):
    """AWS Backup: how long recovery points are kept, in days, and where copies go."""

    daily_retention_days: int = Field(default=35, ge=7, le=3650)
    monthly_retention_days: int = Field(default=400, ge=90, le=3650)
    copy_region: Region | None = None
    # Compliance-free (governance) lock: nobody without backup:DeleteBackupVaultLockConfiguration shortens retention.
    lock: bool = False

    @model_validator(mode="after")
    def _monthly_outlasts_daily(self) -> "Backup":
        if self.monthly_retention_days <= self.daily_retention_days:
            raise Misfit(
                "monthly_retention_days",
                self.monthly_retention_days,
                f"must be above daily_retention_days {self.daily_retention_days}",
            )
        return self

    def production_problems(self) -> Iterator[Problem]:
        if self.daily_retention_days < 35:
            yield Problem("daily_retention_days", self.daily_retention_days, "prod needs 35 or more")
        if self.copy_region is None:
            yield Problem("copy_region", None, "prod needs a second region, for example 'eu-central-1'")
        if not self.lock:
            yield Problem("lock", False, "prod needs True")


class Budget(Settings):
    """What an environment may cost in US dollars a month, and who hears of it at 50, 80 and 100 %."""

    monthly_usd: int = Field(ge=10, le=10_000_000)
    emails: Emails


class Delivery(Settings):
    """The GitHub repository whose workflows may assume the foundation's roles, as `owner/name`.

    Repositories made since mid-2026 name themselves with ids in their tokens, which belong here too:
    `owner@123/name@456`; see docs/delivery.md.
    """

    repository: Annotated[
        str,
        matching(
            r"[A-Za-z0-9-]+(@[0-9]+)?/[A-Za-z0-9._-]+(@[0-9]+)?",
            "owner/name as GitHub has it, like 'example/payments-platform'",
        ),
    ]
    default_branch: Annotated[
        str, matching(r"[A-Za-z0-9._/-]+", "a branch of letters, digits and . _ / -, like 'main'")
    ] = "main"

    def runbook(self, alarm: str) -> str:
        """The link that an alarm's description ends in."""
        repository = re.sub(r"@\d+", "", self.repository)
        return f"https://github.com/{repository}/blob/{self.default_branch}/docs/runbooks.md#{alarm}"
