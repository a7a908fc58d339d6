"""From any state to head, on the real server, with the archive that Terraform uploads."""

import time
from collections.abc import Callable
from typing import Any

import pytest

from migrations import revisions
from tests.migrations.function import Function
from tests.postgres import Server

REVISIONS = revisions.load()
HEAD = REVISIONS[-1].version


def test_from_an_empty_database_to_head(function: Function, connection: Any, figure: Callable[[str], None]) -> None:
    result = function.invoke({"target": "head", "dry_run": False}).result
    assert (result["before"], result["after"]) == ("0000", HEAD)
    assert [step["revision"] for step in result["applied"]] == [revision.name for revision in REVISIONS]
    rows = connection.run("SELECT version, name, sha256, applied_by, seconds FROM migrations.history ORDER BY version")
    assert [row[:4] for row in rows] == [[r.number, r.name, r.sha256, "payments_master"] for r in REVISIONS]
    assert all(0 <= row[4] < 10 for row in rows)
    figure(f"{len(REVISIONS)} revisions from an empty database: {result['seconds']} s")


@pytest.mark.parametrize("start", [revision.version for revision in REVISIONS])
def test_from_each_revision_to_head(start: str, function: Function, server: Server) -> None:
    first = function.invoke({"target": start}).result
    assert first["after"] == start
    second = function.invoke({"target": "head"}).result
    assert (second["before"], second["after"]) == (start, HEAD)
    assert [s["revision"] for s in second["applied"]] == [r.name for r in REVISIONS if r.version > start]
    stepwise = server.dump()
    server.reset()
    function.invoke({"target": "head"})
    assert server.dump() == stepwise


def test_a_second_run_finds_nothing_to_do(function: Function, server: Server) -> None:
    function.invoke({})
    before = server.dump()
    result = function.invoke({}).result
    assert (result["before"], result["after"], result["applied"]) == (HEAD, HEAD, [])
    assert server.dump() == before


def test_a_dry_run_names_what_would_run_and_changes_nothing(function: Function, server: Server) -> None:
    empty = server.dump()
    answer = function.invoke({"target": "0002", "dry_run": True})
    assert answer.result["pending"] == ["0001_roles.sql", "0002_currencies.sql"]
    assert answer.result["applied"] == []
    assert [line["revision"] for line in answer.lines if line["message"] == "Would apply"] == answer.result["pending"]
    assert server.dump() == empty
    function.invoke({"target": "0001"})
    assert function.invoke({"target": "0002", "dry_run": True}).result["pending"] == ["0002_currencies.sql"]


@pytest.mark.parametrize(
    ("event", "sentence"),
    [
        ({"target": "9999"}, f"There is no revision '9999': the target is head or 0001 to {HEAD}"),
        ({"target": 3}, "The event is"),
        ({"dry_run": "yes"}, "The event is"),
        ({"down": True}, "The event has down; it takes target and dry_run only"),
    ],
)
def test_a_wrong_event_is_refused(event: dict[str, Any], sentence: str, function: Function, server: Server) -> None:
    empty = server.dump()
    assert sentence in function.try_to_invoke(event).error
    assert server.dump() == empty


def test_there_is_no_way_down(function: Function) -> None:
    function.invoke({"target": "0003"})
    assert "is at 0003, and there is no way down to 0002" in function.try_to_invoke({"target": "0002"}).error


@pytest.mark.parametrize(
    ("setting", "value", "sentence"),
    [
        ("DATABASE_PORT", "", "has no environment variable DATABASE_PORT"),
        ("DATABASE_PORT", "5432x", "DATABASE_PORT is '5432x'; it is a number"),
        ("CONTRACT_ALLOWED", "true", "contract_allowed is 'true'; it is none or a contract revision: there is none"),
        ("CONTRACT_ALLOWED", "9999", "contract_allowed is '9999'; it is none or a contract revision: there is none"),
        ("CONTRACT_ALLOWED", HEAD, f"contract_allowed is '{HEAD}'; it is none or a contract revision: there is none"),
    ],
)
def test_a_wrong_setting_is_refused(setting: str, value: str, sentence: str, function: Function) -> None:
    assert sentence in function.try_to_invoke({}, seconds=900, **{setting: value}).error


def test_a_revision_that_fails_in_the_middle_leaves_nothing(
    function: Function, server: Server, connection: Any
) -> None:
    function.invoke({})
    before, history = server.dump(), connection.run("SELECT * FROM migrations.history")
    broken = "CREATE TABLE payments.half (id bigint);\nINSERT INTO payments.half VALUES (1);\nSELECT 1 /\n0;\n"
    number = len(REVISIONS) + 1
    (function.versions / f"{number:04}_half.sql").write_text(broken)
    answer = function.try_to_invoke({})
    assert answer.error == (
        f"MigrationError: {number:04}_half.sql failed: division by zero (SQLSTATE 22012); nothing of it was applied"
    )
    assert server.dump() == before
    assert connection.run("SELECT * FROM migrations.history") == history
    (function.versions / f"{number:04}_half.sql").write_text(broken.replace("/\n0", "/\n1"))
    assert function.invoke({}).result["after"] == f"{number:04}"


def test_a_history_that_cannot_be_written_is_one_sentence(function: Function, connection: Any) -> None:
    connection.run("CREATE SCHEMA migrations")  # somebody else's
    error = function.try_to_invoke({}).error
    assert error.startswith("MigrationError: The history of migrations cannot be kept: permission denied for schema")


def test_an_error_names_its_line(function: Function) -> None:
    function.invoke({"target": "0001"})
    (function.versions / "0002_currencies.sql").write_text("-- é\nSELECT 1;\nSELECT missing_column;\n")
    assert "0002_currencies.sql failed at line 3: column" in function.try_to_invoke({"target": "0002"}).error


def test_a_cut_connection_is_one_sentence_and_the_next_run_continues(function: Function, connection: Any) -> None:
    function.invoke({"target": "0001"})
    good = (function.versions / "0002_currencies.sql").read_text()
    (function.versions / "0002_currencies.sql").write_text("SELECT pg_sleep(5);\n" + good)
    function.start({})
    end_session(connection, "%pg_sleep(5)%")
    answer = function.wait()
    assert "run again" in answer.error, answer
    (function.versions / "0002_currencies.sql").write_text(good)
    result = function.invoke({}).result
    assert (result["before"], result["after"]) == ("0001", HEAD)


def end_session(connection: Any, query: str) -> None:
    """Ends the session that runs such a query, once there is one."""
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        ended = connection.run(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE query LIKE :query AND state = 'active' AND pid <> pg_backend_pid()",
            query=query,
        )
        if ended:
            return
        time.sleep(0.05)
    raise AssertionError(f"no session ran {query}")
