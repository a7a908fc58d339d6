"""The pages say what the code does."""

from datetime import date

from plan_review.__main__ import COMMANDS
from plan_review.acknowledgements import read_acknowledgements
from plan_review.rule import Rule
from plan_review.rules import all_rules
from tests.plan_review.changes import PROJECT


def row(rule: Rule) -> str:
    tier = rule.tier.name + (", BLOCK in production" if rule.raised_in_production else "")
    return f"| {rule.id} | {tier} | {rule.what} | {rule.why} |"


def test_the_page_lists_every_rule() -> None:
    """Printed, so that a changed rule can be copied to the page."""
    rows = "\n".join(row(rule) for rule, _ in all_rules())
    print(rows)
    assert rows in (PROJECT / "docs" / "plan_review_rules.md").read_text()


def test_the_page_names_every_command() -> None:
    page = (PROJECT / "docs" / "plan_review.md").read_text()
    for command in COMMANDS:
        assert f"python -m plan_review {command}" in page or f"[{command}]" in page


def test_the_file_of_acknowledgements_is_valid() -> None:
    read_acknowledgements(PROJECT / "environments" / "acknowledgements.toml", date.today())
