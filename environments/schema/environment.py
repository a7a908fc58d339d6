"""Settings of one environment, composed of its parts."""

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import ValidationInfo, field_validator

from environments.schema.base import Problem, Settings
from environments.schema.data_stores import Cache, Queue
from environments.schema.database import Database
from environments.schema.edge import Edge
from environments.schema.network import Network
from environments.schema.operations import Backup, Budget, Delivery, Logs, Monitoring, Region
from environments.schema.sentences import Misfit, matching
from environments.schema.service import Service


class Tags(Settings):
    """What the bill is grouped by; the other tags follow from the workspace."""

    cost_center: Annotated[
        str, matching(r"[A-Za-z0-9 ._-]{1,64}", "1 to 64 letters, digits, spaces and . _ -, like 'payments-production'")
    ]
    owner: Annotated[
        str, matching(r"[A-Za-z0-9 ._@-]{1,64}", "1 to 64 letters, digits, spaces and . _ @ -, like 'team@example.com'")
    ]
    data_classification: Literal["public", "internal", "confidential", "restricted"] = "restricted"


class Environment(Settings):
    """Everything in which one environment differs from another; a default is always the safe choice."""

    name: Literal["dev", "staging", "prod"]
    account_id: Annotated[str, matching(r"[0-9]{12}", "12 digits, like '111122223333'")]
    region: Region = "eu-west-1"
    tags: Tags
    network: Network
    database: Database
    service: Service
    edge: Edge
    cache: Cache = Cache()
    queue: Queue = Queue()
    logs: Logs = Logs()
    monitoring: Monitoring
    backup: Backup = Backup()
    budget: Budget
    delivery: Delivery

    @field_validator("backup")
    @classmethod
    def _copies_leave_the_region(cls, value: Backup, info: ValidationInfo) -> Backup:
        if value.copy_region is not None and value.copy_region == info.data.get("region"):
            raise Misfit("copy_region", value.copy_region, "is the region of the originals; take another one")
        return value


def production_problems(name: str, sections: dict[str, object]) -> Iterator[Problem]:
    """What the sections that did validate still lack for production; none for other environments."""
    if name != "prod":
        return
    for section, settings in sections.items():
        if isinstance(settings, Settings):
            yield from (problem.under(section) for problem in settings.production_problems())
