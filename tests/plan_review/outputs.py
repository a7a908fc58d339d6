"""Every output of a review, as the command writes it."""

import io
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from plan_review.comment import comment, report
from plan_review.evidence import Evidence, evidence
from plan_review.machine import planreview_json
from plan_review.review import Review
from plan_review.sarif import sarif
from plan_review.terminal import show

NOWHERE = Path("/nonexistent")


def proofs(reviews: Sequence[Review]) -> list[Evidence]:
    return [evidence(review.stack, NOWHERE, None) for review in reviews]


def terminal(reviews: Sequence[Review], width: int = 100) -> str:
    console = Console(file=io.StringIO(), width=width, highlight=False)
    show(reviews, console)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def outputs(*reviews: Review) -> dict[str, str]:
    """Comment, report, JSON, SARIF and terminal view, by name."""
    evidence = proofs(reviews)
    return {
        "comment": comment(reviews, evidence, "pr=1").text,
        "report": report(reviews, evidence),
        "json": planreview_json(reviews, evidence),
        "sarif": sarif(reviews),
        "terminal": terminal(reviews, width=5_000),
    }
