"""The JSON of `terraform show -json PLAN`, as far as a review reads it.

Format: https://developer.hashicorp.com/terraform/internals/json-format (unknown fields are ignored, as it asks).
"""

from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from plan_review.errors import CannotReview

FORMAT_MAJOR = "1"
LARGEST = 1 << 30  # bytes; 50,000 changed resources are about 150 MB

ActionWord = Literal["no-op", "create", "read", "update", "delete", "forget"]
ACTIONS = {
    ("no-op",): "no-op",
    ("read",): "read",
    ("create",): "create",
    ("update",): "change",
    ("delete",): "destroy",
    ("forget",): "forget",
    ("delete", "create"): "replace",
    ("create", "delete"): "replace",
    ("create", "forget"): "replace",
}


class Part(BaseModel):
    """A piece of the plan: read-only, other fields ignored."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Importing(Part):
    """What an import block names."""

    id: str | None = None


class ValueChange(Part):
    """Before and after of one resource or output."""

    actions: tuple[ActionWord, ...]
    before: Any = None
    after: Any = None
    after_unknown: bool | dict[str, Any] | list[Any] = False
    before_sensitive: bool | dict[str, Any] | list[Any] = False
    after_sensitive: bool | dict[str, Any] | list[Any] = False
    replace_paths: list[list[str | int]] = []
    importing: Importing | None = None

    @model_validator(mode="after")
    def _actions_are_known(self) -> "ValueChange":
        if self.actions not in ACTIONS:
            raise ValueError(f"actions {list(self.actions)} is no combination that Terraform documents")
        return self


class ResourceChange(Part):
    """One entry of `resource_changes` or `resource_drift`."""

    address: str = Field(min_length=1)
    previous_address: str | None = None
    mode: Literal["managed", "data"]
    type: str = Field(min_length=1)
    name: str
    provider_name: str = ""
    deposed: str | None = None
    change: ValueChange

    @model_validator(mode="after")
    def _sides_fit_the_action(self) -> "ResourceChange":
        before, after = self.change.before, self.change.after
        for side, value in (("before", before), ("after", after)):
            if value is not None and not isinstance(value, dict):
                raise ValueError(f"{side} is neither an object nor null")
        word = ACTIONS[self.change.actions]
        needs_before, needs_after = word in _HAS_BEFORE, word in _HAS_AFTER
        if (needs_before and before is None) or (needs_after and after is None):
            raise ValueError(f"a {word} without its {'before' if needs_before and before is None else 'after'}")
        if (word == "create" and before is not None) or (word in ("destroy", "forget") and after is not None):
            raise ValueError(f"a {word} with both sides")
        return self


_HAS_BEFORE = frozenset({"change", "replace", "destroy", "forget"})
_HAS_AFTER = frozenset({"change", "replace", "create"})


class Check(Part):
    """The outcome of a check block or a condition."""

    status: str = "unknown"


class Configuration(Part):
    """The configuration that the plan was made from: providers and references."""

    provider_config: dict[str, Any] = {}
    root_module: dict[str, Any] = {}


class Plan(Part):
    """One plan of one stack."""

    format_version: str
    terraform_version: str
    complete: bool | None = None
    errored: bool = False
    applyable: bool | None = None
    resource_changes: list[ResourceChange] = []
    resource_drift: list[ResourceChange] = []
    output_changes: dict[str, ValueChange] = {}
    deferred_changes: list[Any] = []
    checks: list[Check] = []
    configuration: Configuration

    def references(self, address: str, attribute: str) -> tuple[str, ...]:
        """What the configuration of `address` refers to in `attribute`, longest form first; empty when unknown."""
        expression = self.expressions.get(address.partition("[")[0], {}).get(attribute)
        return tuple(dict.fromkeys(_references(expression)))

    @cached_property
    def expressions(self) -> dict[str, dict[str, Any]]:
        """The `expressions` of each resource of the root module, by address."""
        resources = self.configuration.root_module.get("resources", [])
        return {
            resource["address"]: resource.get("expressions", {})
            for resource in resources
            if isinstance(resource, dict) and isinstance(resource.get("address"), str)
        }


def _references(expression: Any) -> Iterator[str]:
    if isinstance(expression, dict):
        for key, value in expression.items():
            if key == "references" and isinstance(value, list):
                yield from (item for item in value if isinstance(item, str))
            else:
                yield from _references(value)
    elif isinstance(expression, list):
        for item in expression:
            yield from _references(item)


def read_plan(path: Path) -> Plan:
    """The plan in `path`; raises CannotReview with one sentence that names the file."""
    try:
        if path.stat().st_size > LARGEST:
            raise CannotReview(f"{path}: larger than {LARGEST >> 20} MiB; split the change")
        content = path.read_bytes()
    except OSError as error:
        raise CannotReview(f"{path}: cannot be read: {error.strerror}") from None
    return parse_plan(content, str(path))


def parse_plan(content: bytes, source: str) -> Plan:
    """The plan in `content`, checked; `source` names it in errors."""
    if not content.strip():
        raise CannotReview(f"{source}: is empty; expected the output of `terraform show -json PLAN`")
    try:
        plan = Plan.model_validate_json(content)
    except ValidationError as error:
        raise CannotReview(f"{source}: {_sentence(error)}") from None
    major = plan.format_version.partition(".")[0]
    if major != FORMAT_MAJOR:
        raise CannotReview(f"{source}: format_version is not {FORMAT_MAJOR}.x, the only one known here")
    if plan.errored:
        raise CannotReview(f"{source}: the plan ended with an error (errored: true); fix it and plan again")
    _refuse_twins(plan, source)
    return plan


def _refuse_twins(plan: Plan, source: str) -> None:
    seen: set[tuple[str, str | None]] = set()
    for resource in plan.resource_changes:
        key = (resource.address, resource.deposed)
        if key in seen:
            raise CannotReview(f"{source}: resource_changes names one address twice")
        seen.add(key)


def _sentence(error: ValidationError) -> str:
    """The first problem without any value of the plan: pydantic would quote its input."""
    first = error.errors(include_url=False, include_input=False, include_context=False)[0]
    if first["type"] == "json_invalid":
        return "is not JSON, or was cut off; expected the output of `terraform show -json PLAN`"
    where = _where(first["loc"])
    if first["type"] == "missing":
        return f"{where} is missing; expected the output of `terraform show -json PLAN`"
    if first["type"] == "value_error" and not first["loc"]:
        return "is no Terraform plan"
    message = first["msg"].removeprefix("Value error, ")
    return f"{where or 'the document'}: {message[:1].lower()}{message[1:]}"


def _where(location: tuple[int | str, ...]) -> str:
    """The schema's own names and indices; keys of the plan's maps could be anything and become `*`."""
    known = _FIELD_NAMES
    return ".".join(str(part) if isinstance(part, int) or part in known else "*" for part in location)


_FIELD_NAMES = frozenset(
    name
    for model in (Plan, ResourceChange, ValueChange, Importing, Check, Configuration)
    for name in model.model_fields
)
