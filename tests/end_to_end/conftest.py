"""What the tests of this folder share: this machine's providers, an emulated AWS, and the figures of the run."""

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import pytest

from environments.loading import load
from environments.schema.names import ENVIRONMENTS
from tests.conftest import COPY
from tests.end_to_end import lanes as all_lanes
from tests.end_to_end import mirror, recovery
from tests.end_to_end.bench import Bench, assemble
from tests.end_to_end.change_cases import CASES, STACK, Planned, plan
from tests.end_to_end.changes import synthesize
from tests.end_to_end.emulator.client import emulator
from tests.end_to_end.lanes import Lanes
from tests.end_to_end.recovery import CHAINS, Chain, Recovery
from tests.end_to_end.terraform import PHASES

# The first match counts. Dev's tests come first, since it is changed by its faults while the others are still being
# applied; staging is there last. What matches nothing here needs no stack: it runs while dev is destroyed.
TURNS = {
    "test_life.py::*[[]payments-dev]": 0,
    "test_faults.py::*": 1,
    "test_life.py::*staging]": 3,
    "test_life.py::*": 2,
    "test_cdktf.py::*": 2,
    "test_refusals.py::*": 2,
    "test_changes.py::*": 2,
    "test_rules.py::*": 2,
    "test_kill.py::*": 3,
    "test_destroy.py::test_a_protected_stack*": 4,
    "test_destroy.py::*": 6,
    "*": 5,
}


@pytest.fixture(scope="session")
def configuration(terraform_is_here: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Terraform's configuration file, which knows this machine's providers alone."""
    return mirror.assemble(tmp_path_factory.mktemp("providers"))


@pytest.fixture
def bench(terraform_is_here: None, tmp_path: Path) -> Iterator[Bench]:
    """An empty AWS of this test's own."""
    with emulator(tmp_path) as running:
        yield assemble(running, tmp_path)
        running.check()


@pytest.fixture(scope="session")
def pool() -> Iterator[ThreadPoolExecutor]:
    """Where the lanes run, or the chains of killed applies, while the first tests are looked at."""
    with ThreadPoolExecutor(all_lanes.AT_ONCE) as running:
        yield running


@pytest.fixture(scope="session")
def lanes(
    pool: ThreadPoolExecutor,
    terraform_is_here: None,
    outdir: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Lanes]:
    """All stacks, each environment in an AWS of its own."""
    [copy] = load(COPY)
    with ExitStack() as stack:
        benches = {}
        for environment in ENVIRONMENTS:
            folder = tmp_path_factory.mktemp(environment)
            benches[environment] = assemble(stack.enter_context(emulator(folder)), folder)
        yield all_lanes.begin(pool, outdir, benches, copy)


@pytest.fixture(scope="session")
def plans(lanes: Lanes, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Future[Planned]]:
    """The plan of every change by its name, two at a time once their stack is applied."""
    folders = {name: tmp_path_factory.mktemp("change") for name in CASES}
    stacks = {name: synthesize(case.change, COPY, folders[name]) for name, case in CASES.items()}
    pool = ThreadPoolExecutor(2)
    return {name: pool.submit(lambda *of: plan(lanes[STACK], *of), path, name) for name, path in stacks.items()}


@pytest.fixture(scope="session", autouse=True)
def begun(request: pytest.FixtureRequest) -> None:
    """What takes long and runs by itself is started before the first test of this folder that needs it."""
    ours = [item for item in request.session.items if item.path.is_relative_to(Path(__file__).parent)]
    for name in ("lanes", "plans"):
        if any(name in getattr(item, "fixturenames", ()) for item in ours):
            request.getfixturevalue(name)


@pytest.fixture(scope="session")
def kills(
    pool: ThreadPoolExecutor, terraform_is_here: None, outdir: Path, tmp_path_factory: pytest.TempPathFactory
) -> dict[Chain, Future[Recovery]]:
    """Every chain of killed applies, each in an AWS of its own."""

    def run(chain: Chain) -> Recovery:
        folder = tmp_path_factory.mktemp("killed")
        stack = outdir / "stacks" / "payments-dev-pr-42"
        with emulator(folder) as running:
            bench = assemble(running, folder)
            return recovery.run(bench, bench.alone(stack), chain)

    return {chain: pool.submit(run, chain) for chain in CHAINS}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=_turn)


def _turn(item: pytest.Item) -> int:
    name = f"{item.path.name}::{item.name}"
    return next(turn for pattern, turn in TURNS.items() if fnmatch(name, pattern))


def pytest_terminal_summary(terminalreporter: Any) -> None:
    if PHASES:
        terminalreporter.section("Terraform, seconds of each phase")
        for module, phases in PHASES.items():
            line = "  ".join(f"{phase.command} {phase.seconds:.1f}" for phase in phases)
            terminalreporter.write_line(f"{module}: {line}")
