"""P-05: the plan or the apply would run code that nobody approved. Also run on `cdk.tf.json` before init and plan."""

from collections.abc import Iterator

from plan_review import values
from plan_review.project import PROVIDERS
from plan_review.rule import Hit, Rule
from plan_review.stack import Stack
from plan_review.synthesized import Synthesized
from plan_review.tier import Tier

RULE = Rule(
    "P-05",
    Tier.BLOCK,
    what="A provider that is not approved, an `external` or `http` data source, or a provisioner.",
    why="Planning runs providers and data sources with the role's credentials: this is code from a pull request.",
    do="Remove it; an approved provider belongs into plan_review/project.py.",
)

DATA_THAT_RUNS = frozenset({"external", "http"})
HOST = "registry.terraform.io/"


def check(stack: Stack) -> Iterator[Hit]:
    found = set(foreign_code(stack.synthesized)) if stack.synthesized else set()
    for provider in stack.plan.configuration.provider_config.values():
        full_name = provider.get("full_name") if isinstance(provider, dict) else None
        if isinstance(full_name, str):
            found |= set(_provider(full_name))
        else:
            yield Hit(None, "a provider's source is not given", ("provider_config",), ("provider_config",))
    for resource in stack.plan.resource_changes:
        if resource.mode == "data" and resource.type in DATA_THAT_RUNS:
            found.add(f"data source {resource.type}")
    modules = [stack.plan.configuration.root_module]
    while modules:
        module = modules.pop()
        calls = module.get("module_calls") or {}
        modules += [call.get("module") or {} for call in calls.values() if isinstance(call, dict)]
        for configured in module.get("resources") or []:
            if isinstance(configured, dict):
                found |= {_provisioner(item) for item in configured.get("provisioners") or []}
                if configured.get("mode") == "data" and configured.get("type") in DATA_THAT_RUNS:
                    found.add(f"data source {configured['type']}")
    for detail in sorted(found):
        yield Hit(None, detail, ("configuration",))


def foreign_code(synthesized: Synthesized) -> Iterator[str]:
    """What a synthesized stack would run that nobody approved, a phrase each."""
    for source in synthesized.provider_sources():
        yield from _provider(source)
    for type_ in synthesized.data_types():
        if type_ in DATA_THAT_RUNS:
            yield f"data source {type_}"
    for _, resource in synthesized.resources():
        provisioners = resource.get("provisioner") or []
        for item in provisioners if isinstance(provisioners, list) else [provisioners]:
            yield _provisioner(
                {"type": next(iter(item), "")} if isinstance(item, dict) and "type" not in item else item
            )


def _provider(source: str) -> Iterator[str]:
    if source.startswith("terraform.io/builtin/"):
        return
    short = source.removeprefix(HOST)
    if short not in PROVIDERS:
        yield f"provider {values.name(short)} is not approved"


def _provisioner(item: object) -> str:
    kind = item.get("type") if isinstance(item, dict) else None
    return f"provisioner {kind}" if kind in ("local-exec", "remote-exec", "file") else "provisioner"
