"""The benchmark measures the whole process tree, and says so when the output differs or a bar is missed."""

import subprocess
import sys
from pathlib import Path

import pytest

from synthesis.bench.__main__ import Bench
from synthesis.bench.measure import Cost, run

# A process that does nothing but wait for one that burns 0.3 s of CPU and holds 100 MiB for as long.
CHILD = (
    "import time; held = b'x' * (100 * 2**20); end = time.process_time() + 0.3\nwhile time.process_time() < end: pass"
)
PARENT = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {CHILD!r}], check=True)"


def test_a_cost_is_that_of_the_whole_tree() -> None:
    cost = run([sys.executable, "-c", PARENT], {})
    assert cost.memory > 100
    assert 0.3 <= cost.cpu <= cost.seconds + 0.1


def test_a_failed_run_is_no_cost(capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(subprocess.CalledProcessError):
        run([sys.executable, "-c", "raise SystemExit('no such workspace')"], {})
    assert capfd.readouterr().err == "no such workspace\n"


class Synthesis(Bench):
    """Costs and output by way, without running anything."""

    def __init__(self, folder: Path, costs: dict[str, Cost], files: dict[str, dict[str, bytes]]) -> None:
        super().__init__(folder)
        self.costs, self.files = costs, files

    def synthesize(self, way: str, cache: Path, copies: int = 0) -> tuple[Cost, dict[str, bytes]]:
        return self.costs[way], self.files[way]


@pytest.mark.parametrize(
    ("on_demand", "time", "memory"),
    [(Cost(2.0, 2.0, 300.0), "met", "met"), (Cost(2.1, 2.0, 340.0), "MISSED", "MISSED")],
)
def test_ratios_are_held_against_the_bars(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], on_demand: Cost, time: str, memory: str
) -> None:
    costs = {"usual": Cost(10.0, 10.0, 1000.0), "on-demand": on_demand}
    same = {"cdk.tf.json": b"{}"}
    assert Synthesis(tmp_path, costs, {"usual": same, "on-demand": same}).compare("warm", 2)
    printed = capsys.readouterr().out
    assert f"ratio {on_demand.seconds / 10:.3f}" in printed
    assert f"bar 0.200: {time}" in printed
    assert f"bar 0.333: {memory}" in printed


@pytest.mark.parametrize("other", [{"a": b"1", "b": b"3"}, {"a": b"1"}, {"a": b"1", "b": b"2", "c": b""}])
def test_other_output_is_an_error(tmp_path: Path, capsys: pytest.CaptureFixture[str], other: dict[str, bytes]) -> None:
    cost = Cost(1.0, 1.0, 1.0)
    files = {"usual": {"a": b"1", "b": b"2"}, "on-demand": other}
    assert not Synthesis(tmp_path, {"usual": cost, "on-demand": cost}, files).compare("cold", 2)
    name = "c" if "c" in other else "b"
    assert capsys.readouterr().err == f"error: output differs: {name}\n"
