"""Markdown in which nothing from a plan can become a heading, a link, a mention or HTML."""

import re

_BREAKS = re.compile(r"[\s`\x00-\x1f\x7f\u200b-\u200f\u2028-\u202e\u2066-\u2069]+")


def code(text: str) -> str:
    """A code span: GitHub resolves neither `@team`, `#123`, links nor HTML in one."""
    return f"`{_BREAKS.sub(' ', text).strip().replace('|', '/') or ' '}`"


def table(head: list[str], rows: list[list[str]]) -> list[str]:
    """A table; cells are ready to print. The first column is text, the others are numbers."""
    rule = ["---", *("---:" for _ in head[1:])]
    return [f"| {' | '.join(cells)} |" for cells in (head, rule, *rows)]


def details(summary: str, lines: list[str]) -> list[str]:
    """A folded section; `summary` holds fixed words and numbers only."""
    return ["<details>", f"<summary>{summary}</summary>", "", *lines, "", "</details>", ""] if lines else []
