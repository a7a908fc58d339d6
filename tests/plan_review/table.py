"""The table of changes and what their reviews said, for docs/plan_review_cases.md."""

import re
from collections.abc import Iterable

from plan_review.review import Review
from plan_review.tier import Tier
from tests.plan_review.changes import Change

HEAD = "| change | kind | first line of the review | rules | tier |\n|---|---|---|---|---|\n"
# Ids that the emulated AWS makes up anew in every run.
_ID = re.compile(r"(?<=[a-z])-[0-9a-f]{17}\b")


def table(reviews: Iterable[tuple[Change, Review]]) -> str:
    """One row for each change: its heaviest line, the rules from REVIEW on, the highest tier."""
    found = []
    for change, review in reviews:
        first = review.lines[0]
        speaking = [item for item in first.findings if item.tier is first.tier and first.tier >= Tier.REVIEW]
        what = f"{first.action} `{first.label}`" + (f": `{speaking[0].detail}`" if speaking else "")
        what = _ID.sub("-...", what)
        rules = sorted({item.rule.id for item in review.findings if item.tier >= Tier.REVIEW})
        found.append(f"| {change.name} | {change.kind} | {what} | {', '.join(rules)} | {first.tier.name} |")
    return HEAD + "\n".join(found) + "\n"
