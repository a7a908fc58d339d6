"""Files and history that contradict each other are refused with one sentence, and nothing is touched."""

from typing import Any

import pytest

from migrations import revisions
from tests.migrations.function import Function
from tests.postgres import Server

NEWEST = revisions.load()[-1]


def _change(function: Function) -> None:
    path = function.versions / "0003_payments.sql"
    path.write_text(path.read_text() + "-- a comment\n")


def _remove_the_newest(function: Function) -> None:
    for path in function.versions.iterdir():
        if path.name[:4] >= "0005":
            path.unlink()


def _gap(function: Function) -> None:
    (function.versions / f"{NEWEST.number + 2:04}_late.sql").write_text("SELECT 1;")


def _duplicate(function: Function) -> None:
    (function.versions / "0003_refunds_again.sql").write_text("SELECT 1;")


def _remove_in_the_middle(function: Function) -> None:
    (function.versions / "0004_refunds.sql").unlink()


REFUSED = [
    (_change, "MigrationError: 0003_payments.sql was changed after it was applied on "),
    (_remove_the_newest, "MigrationError: 0005_ledger.sql was applied on "),
    (
        _gap,
        f"RevisionError: {NEWEST.number + 2:04}_late.sql leaves a gap: the number after {NEWEST.version} is ",
    ),
    (
        _duplicate,
        "RevisionError: 0003_refunds_again.sql has the same number as 0003_payments.sql: rename it to 0004",
    ),
    (_remove_in_the_middle, "RevisionError: 0005_ledger.sql leaves a gap: the number after 0003 is 0004"),
]


@pytest.mark.parametrize(("spoil", "sentence"), REFUSED, ids=[spoil.__name__[1:] for spoil, _ in REFUSED])
def test_a_contradiction_is_refused(
    spoil: Any, sentence: str, function: Function, server: Server, connection: Any
) -> None:
    function.invoke({"target": "0005"})
    history = connection.run("SELECT * FROM migrations.history ORDER BY version")
    before = server.dump()
    spoil(function)
    answer = function.try_to_invoke({})
    assert answer.error.startswith(sentence)
    assert "\n" not in answer.error
    assert server.dump() == before
    assert connection.run("SELECT * FROM migrations.history ORDER BY version") == history
    assert not [line for line in answer.lines if line["message"] == "Applying"]


def test_a_version_lower_than_the_newest_applied_is_refused(
    function: Function, server: Server, connection: Any
) -> None:
    """Two branches: the one with 0004 was deployed while 0003 was not there yet."""
    function.invoke({"target": "0004"})
    connection.run("DELETE FROM migrations.history WHERE version = 3")
    before = server.dump()
    error = function.try_to_invoke({}).error
    assert error == (
        "MigrationError: 0003_payments.sql is older than the newest applied revision, 0004: "
        f"give it the next free number, {NEWEST.number + 1:04}"
    )
    assert server.dump() == before


def test_a_contract_revision_needs_the_setting(function: Function, server: Server, connection: Any) -> None:
    function.invoke({})
    before = server.dump()
    name = f"{NEWEST.number + 1:04}_drop_reason.sql"
    (function.versions / name).write_text("-- phase: contract\nALTER TABLE payments.refunds DROP COLUMN reason;\n")
    for dry_run in (True, False):
        error = function.try_to_invoke({"dry_run": dry_run}).error
        assert error.startswith(f"MigrationError: {name} is a contract revision: deploy the code")
        assert f'contract_allowed="{name[:4]}"' in error
    assert server.dump() == before
    assert function.invoke({}, CONTRACT_ALLOWED=name[:4]).result["applied"][0]["revision"] == name
    assert function.invoke({}).result["applied"] == []


def test_a_setting_left_behind_allows_no_later_contract(function: Function, server: Server) -> None:
    function.invoke({})
    first, second = (f"{NEWEST.number + n:04}" for n in (1, 2))
    for version, column in ((first, "reason"), (second, "state")):
        sql = f"-- phase: contract\nALTER TABLE payments.refunds DROP COLUMN {column} CASCADE;\n"
        (function.versions / f"{version}_drop_{column}.sql").write_text(sql)
    before = server.dump()
    error = function.try_to_invoke({}, CONTRACT_ALLOWED=first).error
    assert error.startswith(f"MigrationError: {second}_drop_state.sql is a contract revision: deploy the code")
    assert server.dump() == before


def test_a_contract_revision_does_not_run_with_the_expand_before_it(function: Function, server: Server) -> None:
    function.invoke({})
    expand, contract = f"{NEWEST.number + 1:04}_note.sql", f"{NEWEST.number + 2:04}_drop_reason.sql"
    (function.versions / expand).write_text("ALTER TABLE payments.refunds ADD COLUMN note text;\n")
    (function.versions / contract).write_text("-- phase: contract\nALTER TABLE payments.refunds DROP COLUMN reason;\n")
    before = server.dump()
    for dry_run in (True, False):
        answer = function.try_to_invoke({"dry_run": dry_run}, CONTRACT_ALLOWED=contract[:4])
        assert answer.error == (
            f"MigrationError: {contract} is a contract revision, and {expand} before it is not applied yet: "
            "deploy the commit that added that one first, then this"
        )
    assert server.dump() == before
    assert function.invoke({"target": expand[:4]}).result["after"] == expand[:4]
    assert function.invoke({}, CONTRACT_ALLOWED=contract[:4]).result["after"] == contract[:4]


def test_a_contract_revision_is_fine_on_a_new_database(function: Function) -> None:
    """No earlier code has run on it; also when the first run was killed and the next one goes on."""
    contract = "-- phase: contract\nALTER TABLE payments.refunds DROP COLUMN reason;\n"
    (function.versions / f"{NEWEST.number + 1:04}_drop_reason.sql").write_text(contract)
    function.invoke({"target": "0004"})
    assert function.invoke({}).result["after"] == f"{NEWEST.number + 1:04}"
