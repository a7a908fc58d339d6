"""Tags: every resource is found in the bill, and none changes its tags from plan to plan."""

import re
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from tests.guardrails.guardrail import (
    FOUNDATIONS,
    WORKSPACES,
    Offences,
    change,
    each,
    edit,
    edit_module,
    guardrail,
    remove,
    wrong,
)
from tests.stack import Stack

DEFAULT_TAGS = {
    *("Project", "Environment", "Workspace", "ManagedBy"),
    *("CostCenter", "Owner", "Application", "DataClassification"),
}
BINDINGS = Path(next(iter(find_spec("cdktf_cdktf_provider_aws").submodule_search_locations)))  # type: ignore[union-attr, arg-type]


@cache
def taggable(type_: str) -> bool:
    """Whether a resource takes tags, as its own bindings say: no list to keep up to date."""
    # `tags` alone also stands in filters; `tags_all` is the provider's, and only where default tags reach.
    return "tags_all" in (BINDINGS / type_.removeprefix("aws_") / "__init__.py").read_text()


def test_bindings_tell_what_is_taggable() -> None:
    assert taggable("aws_vpc") and taggable("aws_wafv2_web_acl") and not taggable("aws_route")


@guardrail(
    "provider.aws",
    on=WORKSPACES + FOUNDATIONS,
    broken_by=[
        edit_module(lambda module: module["provider"]["aws"][0]["default_tags"][0]["tags"].pop("CostCenter")),
        edit_module(lambda module: module["provider"]["aws"][0].pop("default_tags")),
        edit_module(lambda m: m["provider"]["aws"][0]["default_tags"][0]["tags"].update(Owner="${timestamp()}")),
        edit_module(lambda m: m["provider"]["aws"][0]["default_tags"][0]["tags"].update(Build="2026-11-25")),
        edit_module(lambda m: m["provider"]["aws"].append({"alias": "us", "region": "us-east-1"})),
    ],
)
def test_default_tags_are_complete_and_static(stack: Stack) -> Offences:
    """Every provider has the eight default tags, and nothing in them changes from run to run."""
    for provider in stack.module["provider"]["aws"]:
        where = f"provider.aws {provider.get('alias', '')}"
        tags = provider.get("default_tags", [{"tags": {}}])[0]["tags"]
        yield from ((where, f"lacks {tag}") for tag in DEFAULT_TAGS - set(tags))
        for tag, value in tags.items():
            if "${" in value or re.search(r"\d{4}-\d\d-\d\d|\b[0-9a-f]{40}\b", value):
                yield where, f"{tag} = {value} is not static"


@guardrail(
    "aws_kms_key",
    on=WORKSPACES + FOUNDATIONS,
    broken_by=[change("aws_kms_key", tags=None), edit("aws_s3_bucket", lambda b: b["tags"].pop("Name"))],
)
def test_every_taggable_resource_has_a_name(stack: Stack) -> Offences:
    """Every resource that takes tags has a `Name`."""
    for type_, id_, attributes in stack.each():
        if type_.startswith("aws_") and taggable(type_) and not attributes.get("tags", {}).get("Name"):
            yield f"{type_}.{id_}", "has no Name"


@guardrail(
    "aws_ecs_service",
    broken_by=[
        change("aws_ecs_service", propagate_tags=None),
        change("aws_ecs_service", enable_ecs_managed_tags=False),
    ],
)
def test_tasks_get_their_services_tags(stack: Stack) -> Offences:
    """Tasks, which default tags don't reach, get the tags of their service."""
    yield from wrong(stack, "aws_ecs_service", propagate_tags="SERVICE", enable_ecs_managed_tags=True)


@guardrail(
    "aws_rds_cluster",
    "aws_rds_cluster_instance",
    "aws_backup_plan",
    broken_by=[
        change("aws_rds_cluster", copy_tags_to_snapshot=False),
        change("aws_rds_cluster_instance", copy_tags_to_snapshot=False),
        edit("aws_backup_plan", lambda plan: plan["rule"][0]["recovery_point_tags"].pop("CostCenter")),
    ],
    meets="RDS.16 RDS.17",
)
def test_snapshots_and_recovery_points_are_tagged(stack: Stack) -> Offences:
    """Snapshots copy the tags of their cluster, and recovery points carry the default tags."""
    yield from wrong(stack, "aws_rds_cluster", copy_tags_to_snapshot=True)
    yield from wrong(stack, "aws_rds_cluster_instance", copy_tags_to_snapshot=True)
    for address, plan in each(stack, "aws_backup_plan"):
        for rule in plan["rule"]:
            for tag in DEFAULT_TAGS - set(rule["recovery_point_tags"]):
                yield address, f"the recovery points of {rule['rule_name']} lack {tag}"


@guardrail(
    "aws_ce_cost_allocation_tag",
    on=FOUNDATIONS,
    broken_by=[
        remove("aws_ce_cost_allocation_tag", "CostCenter"),
        change("aws_ce_cost_allocation_tag", status="Inactive"),
    ],
)
def test_the_bill_can_be_grouped(stack: Stack) -> Offences:
    """The tags by which FinOps groups the bill are cost allocation tags of the account."""
    active = {tag["tag_key"] for _, tag in each(stack, "aws_ce_cost_allocation_tag") if tag["status"] == "Active"}
    for tag in {"Project", "Environment", "Workspace", "CostCenter", "Owner", "Application"} - active:
        yield "aws_ce_cost_allocation_tag", f"{tag} is not active"
