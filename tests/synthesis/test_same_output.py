"""Loading on demand changes what is loaded, never what is written."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from synthesis.bindings import PACKAGE
from tests.synthesis.conftest import PROJECT, Run

USED = {"data_aws_availability_zones", "provider", "rds_cluster", "subnet", "vpc"}


@pytest.mark.long
def test_every_stack_is_the_one_that_the_usual_import_writes(outdir: Path, tmp_path: Path) -> None:
    variables = {name: value for name, value in os.environ.items() if name != "NODE_OPTIONS"}
    command = [sys.executable, "-m", "synthesis.bench.app", "usual", str(tmp_path)]
    done = subprocess.run(command, cwd=PROJECT, env=variables, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) > 2000, "not the usual import: this test would show nothing"
    usual = sorted(tmp_path.glob("stacks/*/cdk.tf.json"))
    assert len(usual) == 6
    for path in usual:
        assert path.read_bytes() == (outdir / path.relative_to(tmp_path)).read_bytes(), path.parent.name


def test_nothing_but_what_is_used_is_loaded(first_run: Run) -> None:
    assert {name.removeprefix(f"{PACKAGE}.").split(".")[0] for name in first_run.modules} == USED | {"_jsii"}


def test_structs_that_node_returns_find_their_python_classes(first_run: Run) -> None:
    outputs = json.loads(first_run.written.read_text())["output"]
    assert outputs["Capacity"]["value"] == (
        "${aws_rds_cluster.Cluster.serverlessv2_scaling_configuration[0].max_capacity}"
    )
    assert outputs["Secret"]["value"] == "${aws_rds_cluster.Cluster.master_user_secret[0].secret_arn}"


def test_known_versions_cause_no_warning(first_run: Run) -> None:
    assert first_run.stderr == ""
