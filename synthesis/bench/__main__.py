"""Runs both ways in turn and prints ratios: times drift with the machine, the ratio of a pair hardly does."""

import argparse
import os
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from synthesis.bench.app import PROJECT, WAYS
from synthesis.bench.measure import Cost, run

STACKS = (1, 3, 10, 30)
ROUNDS = 3  # of the growth: the least time counts, as noise only adds to it, and the highest peak seen


@dataclass(frozen=True)
class Bar:
    """The share of the usual way's time and memory that may be used at most."""

    seconds: float
    memory: float


BARS = {"warm": Bar(1 / 5, 1 / 3), "cold": Bar(1 / 2, 1 / 2)}
SECONDS_A_STACK = 0.5
# As cdktf.json starts the app, and as it is usually done.
FLAGS = {"on-demand": ["-O"], "usual": []}


def main() -> int:
    """Exit code 1 when the two ways' output differs; a missed bar is only printed, since machines differ."""
    parser = argparse.ArgumentParser(prog="python -m synthesis.bench", description=__doc__)
    parser.add_argument("--pairs", type=int, default=5, help="runs of each way, warm and cold (default 5)")
    pairs = parser.parse_args().pairs
    if pairs < 1:
        parser.error(f"--pairs {pairs}: at least one pair is needed")
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(Path(folder))
        for way in WAYS:
            bench.synthesize(way, bench.warm)  # compiles what is imported, and fills the package cache; not counted
        identical = all([bench.compare("warm", pairs), bench.compare("cold", pairs)])
        bench.grow()
    return 0 if identical else 1


class Bench:
    """Keeps package caches and output in one folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.warm = folder / "warm"

    def compare(self, kind: str, pairs: int) -> bool:
        """Both ways in turn, with a full package cache (warm) or an empty one (cold); whether they agree."""
        print(f"\n{kind} package cache, {pairs} pairs")
        costs: dict[str, list[Cost]] = {way: [] for way in WAYS}
        for _ in range(pairs):
            trees = []
            for way in WAYS:
                # Each cache (450 MB) stays to the end: to make files where others were just deleted takes ext4 twice
                # the time (`recently_deleted` in its search for an inode).
                empty = Path(tempfile.mkdtemp(dir=self.folder))
                cost, tree = self.synthesize(way, self.warm if kind == "warm" else empty)
                costs[way].append(cost)
                trees.append(tree)
                print(f"  {way:<10} {_shown(cost)}", flush=True)
            if differing := {name for name, _ in trees[0].items() ^ trees[1].items()}:
                print(f"error: output differs: {', '.join(sorted(differing))}", file=sys.stderr)
                return False
        print(f"  output identical: {len(trees[0])} files")
        usual, on_demand = (costs[way] for way in WAYS)
        bar = BARS[kind]
        _print_ratio("time", "s", [c.seconds for c in usual], [c.seconds for c in on_demand], bar.seconds)
        _print_ratio("CPU time", "s", [c.cpu for c in usual], [c.cpu for c in on_demand])
        _print_ratio("memory", "MiB", [c.memory for c in usual], [c.memory for c in on_demand], bar.memory)
        return True

    def grow(self) -> None:
        """What a further stack costs on demand."""
        print(f"\ngrowth, on demand, warm, best of {ROUNDS} rounds")
        rounds = [[self.synthesize("on-demand", self.warm, n)[0] for n in STACKS] for _ in range(ROUNDS)]
        best = [
            Cost(min(c.seconds for c in costs), min(c.cpu for c in costs), max(c.memory for c in costs))
            for costs in zip(*rounds, strict=True)
        ]
        for stacks, cost in zip(STACKS, best, strict=True):
            print(f"  {stacks:>2} stacks  {_shown(cost)}")
        further = STACKS[-1] - STACKS[0]
        seconds = (best[-1].seconds - best[0].seconds) / further
        cpu = (best[-1].cpu - best[0].cpu) / further
        memory = (best[-1].memory - best[0].memory) / further
        verdict = "met" if seconds < SECONDS_A_STACK else "MISSED"
        print(
            f"  a further stack: {seconds:.3f} s, {cpu:.3f} s CPU, {memory:.1f} MiB, bar {SECONDS_A_STACK} s: {verdict}"
        )

    def synthesize(self, way: str, cache: Path, copies: int = 0) -> tuple[Cost, dict[str, bytes]]:
        """One run, and every file it wrote by its path."""
        with tempfile.TemporaryDirectory(dir=self.folder) as outdir:
            command = [sys.executable, *FLAGS[way], "-m", "synthesis.bench.app", way, outdir, "--copies", str(copies)]
            environment = {
                **os.environ,
                "PYTHONPATH": str(PROJECT),
                "JSII_RUNTIME_PACKAGE_CACHE_ROOT": str(cache),
            }
            cost = run(command, environment)
            written = {str(p.relative_to(outdir)): p.read_bytes() for p in Path(outdir).rglob("*") if p.is_file()}
        return cost, written


def _shown(cost: Cost) -> str:
    return f"{cost.seconds:6.2f} s {cost.cpu:6.2f} s CPU {cost.memory:5.0f} MiB"


def _print_ratio(what: str, unit: str, usual: list[float], on_demand: list[float], bar: float | None = None) -> None:
    """The median of the pairs' ratios, with its range."""
    ratios = [new / old for old, new in zip(usual, on_demand, strict=True)]
    verdict = "" if bar is None else f", bar {bar:.3f}: {'met' if median(ratios) <= bar else 'MISSED'}"
    print(
        f"  {what}: {median(usual):.1f} -> {median(on_demand):.1f} {unit}, "
        f"ratio {median(ratios):.3f} ({min(ratios):.3f} to {max(ratios):.3f}){verdict}"
    )


if __name__ == "__main__":
    sys.exit(main())
