"""A backfill of many rows in batches that lock their rows for less than a second each, and that can be cut off."""

import os
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest

from migrations import revisions
from migrations.handler import RESERVE_SECONDS
from tests.migrations.function import Function, kill
from tests.postgres import Server

# 10,000,000 is what the design promises; BACKFILL_ROWS=10000000 takes a few minutes.
ROWS = int(os.environ.get("BACKFILL_ROWS", "500000"))
NEXT = f"{len(revisions.load()) + 1:04}"
NAME = f"{NEXT}_fill.sql"
FILL = """\
-- batch: payments.numbers.id
UPDATE payments.numbers SET twice = id * 2, visits = visits + 1 WHERE id BETWEEN $1 AND $2;
"""


@pytest.fixture
def filled(function: Function, connection: Any) -> Function:
    function.invoke({})
    _make_table(connection, "bigint", "n", ROWS)
    (function.versions / NAME).write_text(FILL)
    return function


def test_no_batch_locks_its_rows_for_a_second(
    filled: Function, server: Server, connection: Any, figure: Callable[[str], None]
) -> None:
    """Another session changes single rows all the time; what it waits is the lock as payments feel it."""
    waits: list[float] = []
    done = threading.Event()
    writer = threading.Thread(target=_write, args=(server, done, waits))
    writer.start()
    answer = filled.invoke({})
    done.set()
    writer.join()
    (summary,) = (line for line in answer.lines if line["message"] == "Backfilled")
    seconds = answer.result["applied"][0]["seconds"]
    figure(
        f"{ROWS:,} rows in {seconds:.1f} s and {summary['batches']} batches; longest batch "
        f"{summary['longest_batch_seconds']} s, longest wait of another writer {max(waits):.3f} s of {len(waits)}"
    )
    assert connection.run("SELECT count(*) FROM payments.numbers WHERE twice <> id * 2 OR visits <> 1") == [[0]]
    assert connection.run("SELECT count(*) FROM payments.numbers WHERE twice IS NULL") == [[0]]
    assert summary["longest_batch_seconds"] < 1
    assert max(waits) < 1


def test_a_batch_that_takes_too_long_is_made_smaller(function: Function, connection: Any) -> None:
    function.invoke({})
    _make_table(connection, "bigint", "n", 300)
    slow = FILL.replace("-- batch", "-- statement_timeout: 100ms\n-- batch").replace(
        "id * 2", "id * 2 + length(pg_sleep(0.002)::text)"
    )
    (function.versions / NAME).write_text(slow)
    answer = function.invoke({})
    (summary,) = (line for line in answer.lines if line["message"] == "Backfilled")
    assert summary["batches"] > 300 / 50
    assert connection.run("SELECT min(visits), max(visits) FROM payments.numbers") == [[1, 1]]


def test_a_locked_row_is_waited_for(function: Function, server: Server, connection: Any) -> None:
    """Longer than statement_timeout, so a wait that were taken for a slow batch would fail it."""
    function.invoke({})
    _make_table(connection, "bigint", "n", 5000)
    (function.versions / NAME).write_text(FILL)
    session = server.connect()
    session.run("BEGIN")
    session.run("SELECT FROM payments.numbers WHERE id = 2500 FOR UPDATE")
    function.start({})
    deadline = time.monotonic() + 30
    while function.log_so_far().count("tries again") < 3 and time.monotonic() < deadline:
        time.sleep(0.05)
    session.run("COMMIT")
    session.close()
    (step,) = function.wait().result["applied"]
    assert step["attempts"] >= 4
    assert connection.run("SELECT min(visits), max(visits) FROM payments.numbers") == [[1, 1]]


def test_keys_may_be_uuids(function: Function, connection: Any) -> None:
    function.invoke({})
    _make_table(connection, "uuid", "gen_random_uuid()", 5000)
    (function.versions / NAME).write_text(FILL.replace("twice = id * 2, ", ""))
    function.invoke({})
    assert connection.run("SELECT min(visits), max(visits) FROM payments.numbers") == [[1, 1]]


def test_a_killed_backfill_goes_on_where_it_stopped(function: Function, connection: Any) -> None:
    function.invoke({})
    _make_table(connection, "bigint", "n", 50_000)
    (function.versions / NAME).write_text(FILL)
    kills = 0
    for delay in (0.3, 0.35, 0.4, 0.45):
        process = function.start({})
        time.sleep(delay)
        kill(process)
        kills += function.wait().error == "killed"
    function.invoke({})
    assert kills
    assert connection.run("SELECT min(visits), max(visits) FROM payments.numbers") == [[1, 1]]


@pytest.fixture
def stopped(function: Function, connection: Any) -> Function:
    """A function whose backfill was stopped by the time limit somewhere in the middle."""
    function.invoke({})
    _make_table(connection, "bigint", "n", 20_000)
    connection.run(
        "CREATE FUNCTION payments.slow() RETURNS trigger LANGUAGE plpgsql "
        "AS 'BEGIN PERFORM pg_sleep(0.0005); RETURN NEW; END';"
        "CREATE TRIGGER slow BEFORE UPDATE ON payments.numbers FOR EACH ROW EXECUTE FUNCTION payments.slow()"
    )
    (function.versions / NAME).write_text(f"-- lock_timeout: 500ms\n{FILL}")
    answer = function.try_to_invoke({}, seconds=RESERVE_SECONDS + 5)
    assert answer.error.endswith(f"{NAME} was stopped by the time limit: run again, it continues where it stopped")
    ((done,),) = connection.run("SELECT count(*) FROM payments.numbers WHERE visits = 1")
    assert 0 < done < 20_000
    connection.run("DROP TRIGGER slow ON payments.numbers")
    return function


def test_after_the_time_limit_it_goes_on_where_it_stopped(stopped: Function, connection: Any) -> None:
    stopped.invoke({})
    assert connection.run("SELECT min(visits), max(visits) FROM payments.numbers") == [[1, 1]]


def test_a_changed_backfill_starts_anew(stopped: Function, connection: Any) -> None:
    (stopped.versions / NAME).write_text(FILL.replace("visits + 1", "7"))
    stopped.invoke({})
    assert connection.run("SELECT min(visits), max(visits) FROM payments.numbers") == [[7, 7]]


@pytest.mark.parametrize(
    "change",
    [
        "ALTER TABLE payments.numbers DROP CONSTRAINT numbers_pkey",
        "ALTER TABLE payments.numbers DROP CONSTRAINT numbers_pkey, ALTER COLUMN id DROP NOT NULL;"
        "CREATE INDEX ON payments.numbers (id)",
        "ALTER TABLE payments.numbers DROP CONSTRAINT numbers_pkey; CREATE INDEX ON payments.numbers (twice, id)",
        "ALTER TABLE payments.numbers RENAME id TO other",
        "DROP TABLE payments.numbers",
    ],
    ids=["no index", "may be NULL", "second in the index", "no such column", "no such table"],
)
def test_a_key_that_would_miss_rows_or_read_all_is_refused(change: str, function: Function, connection: Any) -> None:
    function.invoke({})
    _make_table(connection, "bigint", "n", 10)
    connection.run(change)
    (function.versions / NAME).write_text(FILL)
    error = function.try_to_invoke({}).error
    assert error.startswith(
        f"MigrationError: {NAME} walks by payments.numbers.id: that must be a column that is NOT NULL"
    )


def _make_table(connection: Any, key: str, value: str, rows: int) -> None:
    connection.run(
        f"CREATE TABLE payments.numbers (id {key} PRIMARY KEY, twice bigint, visits int NOT NULL DEFAULT 0);"
        f"INSERT INTO payments.numbers (id) SELECT {value} FROM generate_series(1, {rows}) AS n;"
        "ALTER TABLE payments.numbers OWNER TO payments_migrator; ANALYZE payments.numbers"
    )


def _write(server: Server, done: threading.Event, waits: list[float]) -> None:
    session = server.connect()
    row = 0
    while not done.is_set():
        row = row % ROWS + 1
        began = time.monotonic()
        session.run(f"UPDATE payments.numbers SET visits = visits WHERE id = {row}")
        waits.append(time.monotonic() - began)
        row += 997
    session.close()
