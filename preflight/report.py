"""One line a finding: a table with colours on a terminal, plain text elsewhere."""

from collections.abc import Iterable
from contextlib import AbstractContextManager, nullcontext

from rich.console import Console
from rich.table import Table
from rich.text import Text

from preflight.check import Result

PASSED, FAILED = "✓", "✗"


def waiting(what: str) -> AbstractContextManager[object]:
    """A spinner on a terminal, nothing elsewhere."""
    console = Console(stderr=True, highlight=False)
    return console.status(what) if console.is_terminal else nullcontext()


def show(workspace: str, results: Iterable[tuple[str, Result]]) -> bool:
    """Prints the results, and a last line that sums them up; whether everything passed."""
    lines = [line for name, result in results for line in _lines(name, result)]
    failed = sum(mark == FAILED for mark, _, _ in lines)
    summary = (
        f"{workspace}: {failed} to mend, then run it again" if failed else f"{workspace}: ready for the first plan"
    )
    console = Console(highlight=False)
    if console.is_terminal:
        console.print(_table(lines))
        console.print(Text(f"\n{summary}", style="bold red" if failed else "bold green"))
    else:
        for mark, name, sentence in lines:
            print(f"{mark} {name}: {sentence}")
        print(summary)
    return not failed


def _lines(name: str, result: Result) -> list[tuple[str, str, str]]:
    if result.problems:
        return [(FAILED, name, problem) for problem in result.problems]
    return [(PASSED, name, result.text)]


def _table(lines: list[tuple[str, str, str]]) -> Table:
    table = Table.grid(padding=(0, 1))
    table.add_column(width=1)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for mark, name, sentence in lines:
        style = "red" if mark == FAILED else "green"
        table.add_row(
            Text(mark, style=style), Text(name, style="bold"), Text(sentence, style="" if mark == PASSED else style)
        )
    return table
