"""What the tests of this folder share: this machine's providers, an emulated AWS, and the figures of the run."""

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from environments.schema.names import ENVIRONMENTS
from tests.end_to_end import cdktf as cdktf_command
from tests.end_to_end import lanes as all_lanes
from tests.end_to_end import mirror
from tests.end_to_end.bench import Bench, assemble
from tests.end_to_end.emulator.client import emulator
from tests.end_to_end.lanes import Lanes
from tests.end_to_end.terraform import PHASES


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
def cdktf(terraform_is_here: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Future[dict[str, str]] | None]:
    """What cdktf's command prints on the way; None where it is not installed."""
    if not cdktf_command.COMMAND.exists():
        yield None
        return
    folder = tmp_path_factory.mktemp("cdktf")
    with emulator(folder) as running, ThreadPoolExecutor(1) as pool:
        yield pool.submit(cdktf_command.life, assemble(running, folder))


@pytest.fixture(scope="session")
def lanes(
    cdktf: object, terraform_is_here: None, outdir: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Lanes]:
    """All stacks, each environment in an AWS of its own; they go on, as cdktf does, while the first tests run."""
    with ExitStack() as stack, ThreadPoolExecutor(all_lanes.AT_ONCE) as pool:
        benches = {}
        for environment in ENVIRONMENTS:
            folder = tmp_path_factory.mktemp(environment)
            benches[environment] = assemble(stack.enter_context(emulator(folder)), folder)
        yield all_lanes.begin(pool, outdir, benches)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """In the order of a stack's life; then what needs the longest and nobody waits for."""
    order = ["test_life.py", "test_changes.py", "test_faults.py", "test_destroy.py", "test_cdktf.py"]
    items.sort(key=lambda item: order.index(item.path.name) if item.path.name in order else -1)


def pytest_terminal_summary(terminalreporter: Any) -> None:
    if PHASES:
        terminalreporter.section("Terraform, seconds of each phase")
        for module, phases in PHASES.items():
            line = "  ".join(f"{phase.command} {phase.seconds:.1f}" for phase in phases)
            terminalreporter.write_line(f"{module}: {line}")
