"""One plan with everything that a rule may ask about it."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from plan_review.change import Change
from plan_review.lock import Lock
from plan_review.plan import Plan
from plan_review.policies import PolicyChange, policy_changes
from plan_review.project import PRODUCTION
from plan_review.synthesized import Synthesized


@dataclass(frozen=True, eq=False)
class Stack:
    """The plan of one stack; `base` is its `cdk.tf.json` before the change, `lock` its provider lock file."""

    name: str
    workspace: str
    environment: str
    plan: Plan
    synthesized: Synthesized | None = None
    base: Synthesized | None = None
    lock: Lock | None = None
    # Terraform's version at the last apply, from its manifest.
    last_terraform_version: str | None = None
    # No state is expected: the first deployment of a workspace.
    first_deployment: bool = False

    @property
    def production(self) -> bool:
        return self.environment == PRODUCTION

    @cached_property
    def resources(self) -> tuple[Change, ...]:
        """All managed resources of the plan, changed or not, by address."""
        managed = (r for r in self.plan.resource_changes if r.mode == "managed")
        return tuple(Change(r) for r in sorted(managed, key=lambda r: (r.address, r.deposed or "")))

    @cached_property
    def changes(self) -> tuple[Change, ...]:
        """What an apply would touch, by address."""
        return tuple(change for change in self.resources if change.changes_something)

    @cached_property
    def _changes_by_type(self) -> dict[str, list[Change]]:
        return _by_type(self.changes)

    @cached_property
    def _resources_by_type(self) -> dict[str, list[Change]]:
        return _by_type(self.resources)

    def changed(self, *types: str) -> Iterator[Change]:
        """Changes of these types."""
        for type_ in types:
            yield from self._changes_by_type.get(type_, ())

    @cached_property
    def _changes_by_attribute(self) -> dict[str, list[Change]]:
        grouped: dict[str, list[Change]] = defaultdict(list)
        for change in self.changes:
            for name in change.touched:
                grouped[name].append(change)
        return grouped

    def touching(self, *attributes: str) -> Iterator[Change]:
        """Changes after which one of these top-level attributes may be another, each once."""
        found = {id(c): c for name in attributes for c in self._changes_by_attribute.get(name, ())}
        return iter(found.values())

    def all(self, *types: str) -> Iterator[Change]:
        """Resources of these types, changed or not."""
        for type_ in types:
            yield from self._resources_by_type.get(type_, ())

    @cached_property
    def policies(self) -> tuple[PolicyChange, ...]:
        """Every policy that differs."""
        return tuple(policy_changes(self.changes, self.resources, self.configured, self.source))

    @cached_property
    def _policies_by_address(self) -> dict[str, list[PolicyChange]]:
        grouped: dict[str, list[PolicyChange]] = defaultdict(list)
        for policy in self.policies:
            grouped[policy.change.address].append(policy)
        return grouped

    def policies_of(self, change: Change) -> list[PolicyChange]:
        """Those of one resource that stays."""
        return self._policies_by_address.get(change.address, []) if change.exists_after else []

    def configured(self, change: Change, path: str) -> bool:
        """Whether the configuration sets the attribute; assumed where the plan does not say."""
        expressions = self.plan.expressions.get(change.address.partition("[")[0])
        return expressions is None or path.partition(".")[0] in expressions

    def was_configured(self, change: Change, path: str) -> bool:
        """The same of the base's configuration; assumed where there is none."""
        return self.base is None or path.partition(".")[0] in self.base.resource(change.address)

    def source(self, change: Change, path: str) -> object:
        """What the synthesized configuration sets a top-level attribute to, references unresolved; None if unknown."""
        return self.synthesized.resource(change.address).get(path) if self.synthesized else None

    def construct_path(self, change: Change) -> str | None:
        """The construct that made the resource; for a deleted one, as the base has it."""
        for synthesized in (self.synthesized, self.base):
            path = synthesized.construct_path(change.address) if synthesized else None
            if path:
                return path
        return None


def _by_type(changes: Iterable[Change]) -> dict[str, list[Change]]:
    grouped: dict[str, list[Change]] = defaultdict(list)
    for change in changes:
        grouped[change.type].append(change)
    return grouped
