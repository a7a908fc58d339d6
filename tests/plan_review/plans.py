"""Plans in Terraform's documented JSON, a few lines each."""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from plan_review.plan import Plan, parse_plan
from plan_review.review import Review, review
from plan_review.stack import Stack
from plan_review.synthesized import Synthesized

Values = dict[str, Any]
ACTIONS = {
    "create": ["create"],
    "change": ["update"],
    "destroy": ["delete"],
    "replace": ["delete", "create"],
    "replace, create first": ["create", "delete"],
    "forget": ["forget"],
    "nothing": ["no-op"],
}


def resource(
    address: str,
    before: Values | None = None,
    after: Values | None = None,
    *,
    action: str = "",
    unknown: Any = None,
    **fields: Any,
) -> Values:
    """One entry of `resource_changes`; the action follows from the sides unless given."""
    type_, _, name = address.rpartition("module.")[2].partition(".")
    if not action:
        action = "create" if before is None else "destroy" if after is None else "change"
    change = {
        "actions": ACTIONS[action],
        "before": before,
        "after": after,
        "after_unknown": unknown or {},
        "before_sensitive": fields.pop("before_sensitive", {}),
        "after_sensitive": fields.pop("after_sensitive", {}),
    }
    for key in ("replace_paths", "importing"):
        if key in fields:
            change[key] = fields.pop(key)
    fields.setdefault("mode", "managed")
    return {
        "address": address,
        "type": type_,
        "name": name.partition("[")[0],
        "provider_name": "registry.terraform.io/hashicorp/aws",
        "change": change,
        **fields,
    }


@dataclass
class Made:
    """A plan document; `references` are those of the configuration: {address: {attribute: [reference]}}."""

    resources: list[Values]
    references: dict[str, dict[str, list[str]]] = field(default_factory=dict)
    extra: Values = field(default_factory=dict)

    @property
    def document(self) -> Values:
        configured = [
            {
                "address": item["address"].partition("[")[0],
                "mode": item["mode"],
                "type": item["type"],
                "name": item["name"],
                "expressions": _expressions(item, self.references.get(item["address"].partition("[")[0], {})),
            }
            for item in self.resources
        ]
        return {
            "format_version": "1.2",
            "terraform_version": "1.11.4",
            "complete": True,
            "errored": False,
            "applyable": True,
            "resource_changes": self.resources,
            "configuration": {
                "provider_config": {
                    "aws": {"name": "aws", "full_name": "registry.terraform.io/hashicorp/aws"},
                },
                "root_module": {"resources": configured},
            },
            **self.extra,
        }

    @property
    def text(self) -> str:
        return json.dumps(self.document)

    def write(self, folder: Path) -> Path:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "plan.json").write_text(self.text)
        return folder / "plan.json"


def _expressions(item: Values, references: dict[str, list[str]]) -> Values:
    """Every attribute that has a value or is referred to counts as configured."""
    after, unknown = item["change"]["after"] or {}, item["change"]["after_unknown"]
    names = {*after, *(unknown if isinstance(unknown, dict) else ())}
    return {name: {"references": references[name]} if name in references else {} for name in sorted(names)}


def plan(*resources: Values, references: dict[str, dict[str, list[str]]] | None = None, **extra: Any) -> Made:
    return Made(list(resources), references or {}, extra)


def parsed(made: Made) -> Plan:
    return parse_plan(made.text.encode(), "plan.json")


def stack(made: Made, environment: str = "prod", **fields: Any) -> Stack:
    """The stack of a plan; `synthesized` and `base` may be given as documents."""
    for name in ("synthesized", "base"):
        if isinstance(fields.get(name), dict):
            fields[name] = Synthesized(fields[name])
    return Stack(f"payments-{environment}", environment, environment, parsed(made), **fields)


def reviewed(*resources: Values, environment: str = "prod", **fields: Any) -> Review:
    """The review of these changes in an otherwise healthy plan."""
    names = {"references", "complete", "resource_drift", "output_changes", "checks", "deferred_changes", "applyable"}
    made = plan(*resources, **{name: fields.pop(name) for name in names & fields.keys()})
    return review(stack(made, environment, **fields))
