"""The example of docs/migrations.md is run as it stands there, and passes the linter."""

import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

from migrations import revisions
from migrations.commands import lint
from tests.migrations.function import Function

PAGE = (Path(__file__).parents[2] / "docs" / "migrations.md").read_text()
NEXT = len(revisions.load()) + 1
# Numbered from the next free one, whatever the page says: revisions are added without a change of the page.
EXAMPLE = {
    f"{NEXT + n:04}_{slug}.sql": sql
    for n, (slug, sql) in enumerate(re.findall(r"^`\d{4}_(\w+)\.sql`[^`]*\n```sql\n(.*?)```$", PAGE, re.M | re.S))
}


def test_expand_then_contract(function: Function, connection: Any) -> None:
    function.invoke({})
    connection.run(
        "INSERT INTO payments.payments (merchant_id, amount, currency) VALUES (gen_random_uuid(), 9, 'EUR');"
        "UPDATE payments.payments SET state = 'authorized'; UPDATE payments.payments SET state = 'captured';"
        "INSERT INTO payments.refunds (payment_id, amount, reason, provider_reference) "
        "SELECT id, 1, 'duplicate', 're_' || n FROM payments.payments, generate_series(1, 9) AS n"
    )
    *expand, contract = EXAMPLE
    assert len(expand) == 3
    for name, sql in EXAMPLE.items():
        (function.versions / name).write_text(sql)
    assert f"{contract} is a contract revision" in function.try_to_invoke({}).error
    applied = function.invoke({"target": expand[-1][:4]}).result["applied"]
    assert [step["revision"] for step in applied] == expand
    assert connection.run("SELECT count(DISTINCT processor_reference) FROM payments.refunds") == [[9]]
    applied = function.invoke({}, CONTRACT_ALLOWED=contract[:4]).result["applied"]
    assert [step["revision"] for step in applied] == [contract]


@pytest.mark.parametrize("name", EXAMPLE)
def test_squawk_finds_nothing_in_the_example(name: str, tmp_path: Path) -> None:
    for number in range(1, NEXT):
        (tmp_path / f"{number:04}_before.sql").write_text("SELECT 1;")
    for other, sql in EXAMPLE.items():
        (tmp_path / other).write_text(sql)
    (revision,) = (revision for revision in revisions.load(tmp_path) if revision.name == name)
    done = subprocess.run(lint.command(revision), capture_output=True, text=True)
    assert done.returncode == 0, done.stdout
