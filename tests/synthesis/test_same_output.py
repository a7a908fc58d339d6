"""Loading on demand changes what is loaded, never what is written."""

from synthesis.bindings import PACKAGE
from tests.synthesis.conftest import Run

USED = {"data_aws_availability_zones", "provider", "rds_cluster", "subnet", "vpc"}


def test_output_is_the_usual_one(on_demand: Run, usual: Run) -> None:
    assert "stacks/sample/cdk.tf.json" in on_demand.files
    assert on_demand.files == usual.files


def test_nothing_but_what_is_used_is_loaded(on_demand: Run, usual: Run) -> None:
    top_level = {name.removeprefix(f"{PACKAGE}.").split(".")[0] for name in on_demand.submodules}
    assert top_level == USED | {"_jsii"}
    assert len(usual.submodules) > 2000, "the usual import loads all: else this test shows nothing"


def test_known_versions_cause_no_warning(on_demand: Run) -> None:
    assert on_demand.stderr == ""
