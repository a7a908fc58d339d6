"""One run of checkov for all stacks, in its own virtual environment: its dependencies don't fit the project's."""

import copy
import json
import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.stack import Stack

CHECKOV = Path(__file__).resolve().parents[2] / ".venv-checkov" / "bin" / "checkov"
# A stack with defects, beside the real ones: proof that the run finds them.
BROKEN = "broken"


@dataclass(frozen=True)
class Report:
    """What checkov said: failed and passed checks as (check, stack, logical id)."""

    failed: frozenset[tuple[str, str, str]]
    passed: frozenset[tuple[str, str, str]]
    parsing_errors: list[str]


@pytest.fixture(scope="session")
def report(stacks: dict[str, Stack], tmp_path_factory: pytest.TempPathFactory) -> Report:
    """The report on every stack and on a broken one; skips where checkov is not installed, but never in CI."""
    if not CHECKOV.exists():
        sentence = f"{CHECKOV.parents[1].name} does not exist: `make test` installs checkov there"
        pytest.fail(sentence) if "CI" in os.environ else pytest.skip(sentence)
    folder = tmp_path_factory.mktemp("checkov")
    for name, stack in {**stacks, BROKEN: _broken(stacks["payments-prod"])}.items():
        (folder / name).mkdir()
        (folder / name / "cdk.tf.json").write_text(json.dumps(_parsable(stack.module), indent=1))
    command = [str(CHECKOV), "-d", str(folder), "--framework", "terraform_json", "--skip-download", "-o", "json"]
    # No proxy answers there: whatever checkov would ask the network for, it does without.
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder), "https_proxy": "http://127.0.0.1:9"}
    run = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=300, check=False)
    try:
        results = json.loads(run.stdout)["results"]
    except (ValueError, KeyError):
        pytest.fail(f"checkov gave no report (exit code {run.returncode}): {run.stderr[-2000:]}")
    return Report(
        frozenset(_triples(results["failed_checks"])),
        frozenset(_triples(results["passed_checks"])),
        results["parsing_errors"],
    )


def _parsable(module: dict[str, Any]) -> dict[str, Any]:
    """Without `terraform.required_version`, on which checkov's parser fails (bridgecrewio/checkov issue 7454)."""
    return {**module, "terraform": {k: v for k, v in module["terraform"].items() if k != "required_version"}}


def _broken(stack: Stack) -> Stack:
    module = copy.deepcopy(stack.module)
    module["resource"]["aws_rds_cluster_instance"]["database_1"]["publicly_accessible"] = True
    module["resource"]["aws_flow_log"].clear()
    return Stack(BROKEN, module)


def _triples(checks: list[dict[str, Any]]) -> Iterator[tuple[str, str, str]]:
    for check in checks:
        yield check["check_id"], Path(check["file_path"]).parent.name, check["resource"].rpartition(".")[2]
