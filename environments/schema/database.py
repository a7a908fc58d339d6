"""Settings of Aurora PostgreSQL."""

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, field_validator, model_validator

from environments.schema import engine_versions
from environments.schema.base import Problem, Settings
from environments.schema.instance_types import DATABASE_INSTANCES, one_of
from environments.schema.sentences import Misfit, matching
from environments.schema.windows import DailyWindow, WeeklyWindow, overlap

EngineVersion = Annotated[str, AfterValidator(engine_versions.check)]


def _in_half_steps(value: float) -> float:
    if value % 0.5:
        raise ValueError("capacity moves in steps of 0.5 ACU; write for example 0.5, 1.0 or 8.0")
    return value


HalfSteps = Annotated[float, AfterValidator(_in_half_steps)]


class Serverless(Settings):
    """Aurora Serverless v2 capacity in ACU (2 GiB of memory each), in steps of 0.5."""

    min_acu: HalfSteps = Field(ge=0.5, le=256)
    max_acu: HalfSteps = Field(ge=1, le=256)

    @model_validator(mode="after")
    def _ordered(self) -> "Serverless":
        if self.min_acu > self.max_acu:
            raise Misfit("min_acu", self.min_acu, f"is above max_acu {self.max_acu}; swap them")
        return self


class Provisioned(Settings):
    """Instances of a fixed class."""

    instance_class: Annotated[str, one_of(DATABASE_INSTANCES)]


class Database(Settings):
    """One Aurora PostgreSQL cluster: a writer and `readers` more, each in a zone of its own as far as zones go."""

    engine_version: EngineVersion
    capacity: Serverless | Provisioned
    readers: int = Field(default=1, ge=0, le=14)
    port: int = Field(default=5433, ge=1150, le=65535)
    backup_retention_days: int = Field(default=35, ge=7, le=35)
    backup_window: DailyWindow = "01:00-02:00"
    maintenance_window: WeeklyWindow = "sun:03:00-sun:04:00"
    # Database Insights: "advanced" keeps 15 months of load history and is billed per vCPU, "standard" keeps 7 days.
    insights: Literal["advanced", "standard"] = "advanced"
    deletion_protection: bool = True
    final_snapshot: bool = True
    # Raised by one to make a new master password: both the cluster and its secret are written again.
    password_version: int = Field(default=1, ge=1)
    # The newest contract revision that may run, "0012": it drops what older code reads; see docs/migrations.md.
    contract_allowed: Annotated[str, matching(r"[0-9]{4}", "the four digits of a revision, like '0012'")] | None = None

    @property
    def major_version(self) -> str:
        return self.engine_version.partition(".")[0]

    @field_validator("capacity", mode="before")
    @classmethod
    def _of_either_kind(cls, value: object) -> object:
        if not isinstance(value, Serverless | Provisioned):
            raise ValueError("write Serverless(...) or Provisioned(...)")
        return value

    @field_validator("port")
    @classmethod
    def _not_the_default(cls, value: int) -> int:
        if value == 5432:
            raise ValueError("take a port other than 5432, the first one that scanners try (Security Hub RDS.23)")
        return value

    @model_validator(mode="after")
    def _windows_apart(self) -> "Database":
        if overlap(self.backup_window, self.maintenance_window):
            raise Misfit(
                "backup_window",
                self.backup_window,
                f"overlaps maintenance_window {self.maintenance_window}; RDS refuses that, move one of them",
            )
        return self

    def production_problems(self) -> Iterator[Problem]:
        if not self.deletion_protection:
            yield Problem("deletion_protection", False, "prod needs True")
        if not self.final_snapshot:
            yield Problem("final_snapshot", False, "prod needs True")
        if self.readers < 1:
            yield Problem("readers", self.readers, "prod needs 1 or more in another zone (multi-AZ)")
        if self.backup_retention_days < 35:
            yield Problem("backup_retention_days", self.backup_retention_days, "prod needs 35 days")
