"""What the tests of this folder share: this machine's providers, an emulated AWS, and the figures of the run."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.end_to_end import mirror
from tests.end_to_end.terraform import PHASES


@pytest.fixture(scope="session")
def configuration(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Terraform's configuration file. Skips where Terraform or the provider is missing; in CI that is a failure."""
    try:
        mirror.terraform()
        return mirror.assemble(tmp_path_factory.mktemp("providers"), mirror.aws_provider())
    except mirror.Missing as missing:
        if os.environ.get("CI"):
            pytest.fail(str(missing))
        pytest.skip(str(missing))


def pytest_terminal_summary(terminalreporter: Any) -> None:
    if PHASES:
        terminalreporter.section("Terraform, seconds of each phase")
        for module, phases in PHASES.items():
            line = "  ".join(f"{phase.command} {phase.seconds:.1f}" for phase in phases)
            terminalreporter.write_line(f"{module}: {line}")
