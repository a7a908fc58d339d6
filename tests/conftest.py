"""One synthesis for the whole session, shared by everything that reads the JSON; and whether Terraform is here."""

import json
import os
from pathlib import Path

import pytest

from constructs_lib.schema import prepare
from environments.loading import load
from synthesis.bindings import environment as bindings_environment
from synthesis.bindings import load_on_demand
from tests import postgres
from tests.end_to_end import mirror
from tests.stack import Stack

PROJECT = Path(__file__).resolve().parents[1]
COPY = {"ENVIRONMENT": "dev", "ENVIRONMENT_SUFFIX": "pr-42"}
STACKS = (
    *("payments-dev", "payments-staging", "payments-prod", "payments-dev-pr-42"),
    *("payments-foundation-dev", "payments-foundation-staging", "payments-foundation-prod"),
)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-snapshots", action="store_true", help="record the synthesized JSON anew")


@pytest.fixture(scope="session")
def outdir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that `App.synth()` wrote, for all workspaces and one copy."""
    folder = tmp_path_factory.mktemp("cdktf.out")
    os.environ.update(bindings_environment(PROJECT, os.environ))
    load_on_demand()
    from stacks.app import build

    schema = prepare(tmp_path_factory.mktemp("archive") / "migrations.zip")
    build([*load({}), *load(COPY)], str(folder), schema).synth()
    return folder


@pytest.fixture(scope="session")
def stacks(outdir: Path) -> dict[str, Stack]:
    """Every synthesized stack by name."""
    files = {path.parent.name: path for path in outdir.glob("stacks/*/cdk.tf.json")}
    return {name: Stack(name, json.loads(path.read_text())) for name, path in sorted(files.items())}


@pytest.fixture(scope="session")
def postgres_is_here() -> None:
    """Skips where PostgreSQL's server is missing; in CI that is a failure."""
    try:
        postgres.executable("initdb")
    except postgres.Missing as missing:
        _do_without(missing)


@pytest.fixture(scope="session")
def terraform_is_here(postgres_is_here: None) -> None:
    """Skips where Terraform, the AWS provider or PostgreSQL is missing; in CI that is a failure."""
    try:
        mirror.check()
    except mirror.Missing as missing:
        _do_without(missing)


def _do_without(missing: Exception) -> None:
    if os.environ.get("CI"):
        pytest.fail(str(missing))
    pytest.skip(str(missing))


@pytest.fixture(params=STACKS)
def stack(request: pytest.FixtureRequest, stacks: dict[str, Stack]) -> Stack:
    """One stack after the other."""
    return stacks[request.param]


@pytest.fixture(params=[name for name in STACKS if "foundation" not in name])
def workspace(request: pytest.FixtureRequest, stacks: dict[str, Stack]) -> Stack:
    """One workspace's stack after the other."""
    return stacks[request.param]
