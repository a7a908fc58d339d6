"""What `make synth` shows: progress on the way, one table at the end."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.table import Table


class Report:
    """Collects the seconds of each stack and prints one row a stack."""

    def __init__(self) -> None:
        self._console = Console(stderr=True, highlight=False)
        self._seconds: dict[str, float] = {}

    @contextmanager
    def step(self, what: str) -> Iterator[None]:
        """Shows what is going on: a spinner on a terminal, a line elsewhere."""
        if self._console.is_terminal:
            with self._console.status(what):
                yield
        else:
            self._console.print(what)
            yield

    def built(self, stack: str, seconds: float) -> None:
        self._seconds[stack] = seconds

    def print(self, outdir: Path) -> None:
        table = Table(box=None, header_style="bold", pad_edge=False)
        table.add_column("stack")
        for heading in ("resources", "data sources", "outputs", "seconds"):
            table.add_column(heading, justify="right")
        for stack, seconds in self._seconds.items():
            counts = _counts(outdir / "stacks" / stack / "cdk.tf.json")
            table.add_row(stack, *map(str, counts), f"{seconds:.2f}")
        Console(highlight=False).print(table)


def _counts(path: Path) -> tuple[int, int, int]:
    module = json.loads(path.read_text())
    blocks = (module.get("resource", {}), module.get("data", {}))
    resources, data_sources = (sum(len(instances) for instances in block.values()) for block in blocks)
    return resources, data_sources, len(module.get("output", {}))
