"""The engine: a version that exists, on standard support, asked for before anything is touched."""

from environments.schema import engine_versions
from tests.guardrails.guardrail import Change, Offences, change, each, guardrail, wrong
from tests.stack import Stack

CLUSTER = "aws_rds_cluster"


@guardrail(
    CLUSTER,
    broken_by=[
        change(CLUSTER, engine_version="15.3"),
        change(CLUSTER, engine_version="13.23"),
        change(CLUSTER, engine_lifecycle_support=None),
    ],
)
def test_engine_version_exists_and_is_supported(stack: Stack) -> Offences:
    """The engine version is one that AWS offers under standard support; extended support, which costs, is refused."""
    for address, cluster in each(stack, CLUSTER):
        try:
            engine_versions.check(cluster["engine_version"])
        except ValueError as error:
            yield address, str(error)
    yield from wrong(stack, CLUSTER, engine_lifecycle_support="open-source-rds-extended-support-disabled")


@guardrail(
    "aws_rds_cluster_parameter_group",
    "aws_db_parameter_group",
    broken_by=[
        change("aws_rds_cluster_parameter_group", family="aurora-postgresql15"),
        change("aws_db_parameter_group", lifecycle=None),
    ],
)
def test_parameters_fit_the_engine(stack: Stack) -> Offences:
    """Parameter groups are of the engine's family, and a new major version gets new ones before the old ones go."""
    major = stack.one(CLUSTER)["engine_version"].partition(".")[0]
    for address, group in each(stack, "aws_rds_cluster_parameter_group", "aws_db_parameter_group"):
        if group["family"] != f"aurora-postgresql{major}" or not group["name"].endswith(f"-{major}"):
            yield address, f"{group['family']} is not the family of version {major}"
        if not group.get("lifecycle", {}).get("create_before_destroy"):
            yield address, "is destroyed while it is in use"


def _edit_lookup(**values: object) -> Change:
    return lambda stack: next(iter(stack.data("aws_rds_engine_version").values())).update(values)


@guardrail(
    "data.aws_rds_engine_version",
    broken_by=[_edit_lookup(lifecycle={}), _edit_lookup(preferred_versions=["15.3"]), _edit_lookup(include_all=False)],
)
def test_plan_asks_for_the_engine_version(stack: Stack) -> Offences:
    """The plan asks AWS for the version, and fails with a sentence naming it and where to go from it."""
    version = stack.one(CLUSTER)["engine_version"]
    for id_, lookup in stack.data("aws_rds_engine_version").items():
        conditions = lookup.get("lifecycle", {}).get("postcondition", [])
        if lookup["preferred_versions"][0] != version or not lookup["include_all"]:
            yield f"data.{id_}", "does not ask for the cluster's version"
        if not any(version in c["error_message"] and "valid_upgrade_targets" in c["error_message"] for c in conditions):
            yield f"data.{id_}", "does not fail the plan with a sentence"
        if not any(version in c["condition"] and '"available"' in c["condition"] for c in conditions):
            yield f"data.{id_}", "takes a version that AWS has withdrawn"
