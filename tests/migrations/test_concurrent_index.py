"""An index that was not finished is found INVALID and built anew; one that somebody else made is not touched."""

import time
from typing import Any

import pytest

from migrations import revisions
from tests.migrations.function import Function, kill
from tests.migrations.test_runner import end_session
from tests.postgres import Server

NEXT = f"{len(revisions.load()) + 1:04}"
NAME = f"{NEXT}_refunds_by_state.sql"
CREATE = "-- transaction: off\nCREATE {}INDEX CONCURRENTLY refunds_by_state ON payments.refunds (state);\n"
VALID = "SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass('payments.refunds_by_state')"


@pytest.fixture
def migrated(function: Function) -> Function:
    """A function whose next revision builds an index, on a database with all others."""
    function.invoke({})
    (function.versions / NAME).write_text(CREATE.format(""))
    return function


@pytest.fixture
def report(server: Server) -> Any:
    """An open transaction that has read the table: an index built concurrently waits for its end."""
    session = server.connect()
    session.run("BEGIN ISOLATION LEVEL REPEATABLE READ")
    session.run("SELECT count(*) FROM payments.outbox")
    yield session
    session.close()


@pytest.mark.parametrize("how", ["the connection is cut", "the runner is killed"])
def test_a_half_built_index_is_rebuilt(how: str, migrated: Function, connection: Any, request: Any) -> None:
    session = request.getfixturevalue("report")
    process = migrated.start({})
    _wait_until_building(connection)
    if how == "the runner is killed":
        kill(process)
        migrated.wait()
    end_session(connection, "%CREATE INDEX CONCURRENTLY refunds_by_state%")
    if how == "the connection is cut":
        assert "run again" in migrated.wait().error
    assert connection.run(VALID) == [[False]]
    session.run("COMMIT")
    answer = migrated.invoke({})
    assert answer.result["applied"][0]["revision"] == NAME
    assert [line["valid"] for line in answer.lines if line["message"] == "Drops what an earlier run left"] == [False]
    assert connection.run(VALID) == [[True]]
    assert connection.run("SELECT * FROM migrations.unfinished") == []


def test_an_index_finished_but_not_recorded_is_kept(migrated: Function, connection: Any) -> None:
    migrated.invoke({})
    built = connection.run("SELECT to_regclass('payments.refunds_by_state')::oid")
    connection.run(
        "WITH gone AS (DELETE FROM migrations.history WHERE name = :name RETURNING version, sha256) "
        "INSERT INTO migrations.unfinished SELECT version, sha256 FROM gone",
        name=NAME,
    )
    assert migrated.invoke({}).result["applied"][0]["revision"] == NAME
    assert connection.run("SELECT to_regclass('payments.refunds_by_state')::oid") == built


def test_a_unique_index_over_duplicates_fails_and_can_be_corrected(
    migrated: Function, connection: Any, server: Server
) -> None:
    connection.run("CREATE TABLE payments.twice (n int); INSERT INTO payments.twice VALUES (1), (1)")
    connection.run("ALTER TABLE payments.twice OWNER TO payments_migrator")
    (migrated.versions / NAME).unlink()
    unique = "-- transaction: off\nCREATE UNIQUE INDEX CONCURRENTLY once_each ON payments.twice (n);\n"
    (migrated.versions / f"{NEXT}_once_each.sql").write_text(unique)
    assert "could not create unique index" in migrated.try_to_invoke({}).error
    (migrated.versions / f"{NEXT}_once_each.sql").write_text(unique.replace("UNIQUE ", ""))
    assert migrated.invoke({}).result["after"] == NEXT
    assert connection.run(
        "SELECT indisvalid, indisunique FROM pg_index WHERE indrelid = 'payments.twice'::regclass"
    ) == [[True, False]]


def test_an_index_made_by_hand_is_refused(migrated: Function, connection: Any) -> None:
    connection.run("CREATE INDEX refunds_by_state ON payments.refunds (state, id)")
    error = migrated.try_to_invoke({}).error
    assert error == f"MigrationError: {NAME} builds payments.refunds_by_state, which exists already: drop one of them"


def _wait_until_building(connection: Any) -> None:
    ends = time.monotonic() + 10
    while not connection.run(VALID):
        assert time.monotonic() < ends
        time.sleep(0.02)
