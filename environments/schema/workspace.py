"""One deployed copy of an environment."""

from dataclasses import dataclass

from environments.schema.environment import Environment
from environments.schema.names import PROJECT, Names, foundation_name, stack_name, workspace_name
from environments.schema.service import Service


@dataclass(frozen=True)
class Workspace:
    """An environment and, for a short-lived copy, the suffix that sets it apart."""

    environment: Environment
    suffix: str = ""

    @property
    def name(self) -> str:
        return workspace_name(self.environment.name, self.suffix)

    @property
    def names(self) -> Names:
        return self._names(stack_name(self.name))

    @property
    def foundation_names(self) -> Names:
        return self._names(foundation_name(self.environment.name))

    def _names(self, stack: str) -> Names:
        environment = self.environment
        return Names(stack, environment.account_id, environment.region, foundation_name(environment.name))

    @property
    def is_copy(self) -> bool:
        return bool(self.suffix)

    @property
    def domain(self) -> str:
        edge = self.environment.edge
        host = f"{edge.hostname}-{self.suffix}" if self.suffix else edge.hostname
        return f"{host}.{edge.hosted_zone}"

    @property
    def copies_domain(self) -> str:
        """The pattern of the domains of copies for pull requests."""
        return Workspace(self.environment, "pr-*").domain

    @property
    def tags(self) -> dict[str, str]:
        """The provider's `default_tags`: static, or every plan would show a difference."""
        tags = self.environment.tags
        return {
            "Project": PROJECT,
            "Application": PROJECT,
            "Environment": self.environment.name,
            "Workspace": self.name,
            "ManagedBy": "cdktf",
            "CostCenter": tags.cost_center,
            "Owner": tags.owner,
            "DataClassification": tags.data_classification,
        }


def workspace_of(environment: Environment, suffix: str, image: str | None) -> Workspace:
    """The workspace of a checked environment; a copy can be destroyed again without leaving anything behind."""
    changes: dict[str, object] = {}
    if image:
        changes["service"] = Service(**{**dict(environment.service), "image": image})
    if suffix:
        changes["database"] = environment.database.model_copy(
            update={"deletion_protection": False, "final_snapshot": False}
        )
        changes["edge"] = environment.edge.model_copy(update={"deletion_protection": False})
        # Each new topic sends every address a mail to confirm it, and a copy has its developer before it.
        changes["monitoring"] = environment.monitoring.model_copy(update={"emails": ()})
        changes["backup"] = environment.backup.model_copy(update={"lock": False, "copy_region": None})
    return Workspace(environment.model_copy(update=changes), suffix)
