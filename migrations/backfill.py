"""Repeats one statement over a table in short transactions, and knows after a cut where to go on."""

import re
import time

from pg8000.exceptions import DatabaseError
from pg8000.native import Connection, literal

from migrations import log, statements
from migrations.connection import sqlstate
from migrations.errors import MigrationError
from migrations.history import History
from migrations.retries import Retries
from migrations.revisions import OWNER, Key, Revision

FIRST_SIZE, LARGEST_SIZE = 1_000, 50_000
# Rows of a batch stay locked to its end: sizes are doubled below the first and halved above the second (seconds).
SHORT, LONG = 0.1, 0.3
LOG_SECONDS = 10.0
CUT_OFF = "57014"  # query_canceled, here by statement_timeout

_IS_KEY = """
    SELECT attnotnull AND EXISTS (
        SELECT FROM pg_index WHERE indrelid = attrelid AND indkey[0] = attnum AND indisvalid AND indpred IS NULL
    )
    FROM pg_attribute WHERE attrelid = to_regclass(:table) AND attname = :column AND NOT attisdropped
"""


def backfill(connection: Connection, history: History, revision: Revision, retries: Retries, started: float) -> None:
    """Runs all batches that are left and records the revision. Raises MigrationError or DatabaseError."""
    assert revision.batch is not None
    _check_key(connection, revision.name, revision.batch)
    statement = statements.split(revision.sql)[0]
    past = history.unfinished(revision)
    last_key = past.last_key if past and past.sha256 == revision.sha256 else None
    size, batches, longest, logged = FIRST_SIZE, 0, 0.0, time.monotonic()
    while bounds := _next_range(connection, revision.batch, last_key, size):
        if retries.deadline.left() < revision.statement_timeout:
            raise MigrationError(
                f"{revision.name} was stopped by the time limit: run again, it continues where it stopped"
            )
        began = time.monotonic()
        try:
            _run_batch(connection, history, revision, _filled_in(statement, bounds), bounds[1])
        except DatabaseError as error:
            if sqlstate(error) != CUT_OFF or size == 1:
                raise
            connection.run("ROLLBACK")
            size = max(1, size // 4)
            continue
        seconds = time.monotonic() - began
        last_key, batches, longest = bounds[1], batches + 1, max(longest, seconds)
        retries.succeeded_once()
        if seconds < SHORT:
            size = min(size * 2, LARGEST_SIZE)
        elif seconds > LONG:
            size = max(1, size // 2)
        if time.monotonic() - logged > LOG_SECONDS:
            logged = time.monotonic()
            log.info("Backfills", revision=revision.name, batches=batches, batch_rows=size, last_key=last_key)
    connection.run("BEGIN")
    history.add(revision, time.monotonic() - started)
    connection.run("COMMIT")
    log.info("Backfilled", revision=revision.name, batches=batches, longest_batch_seconds=round(longest, 3))


def _check_key(connection: Connection, name: str, key: Key) -> None:
    """Rows whose key is NULL would be left out, and without an index each batch would read the whole table."""
    rows = connection.run(_IS_KEY, table=f'"{key.schema}"."{key.table}"', column=key.column)
    if not rows or not rows[0][0]:
        raise MigrationError(
            f"{name} walks by {key.schema}.{key.table}.{key.column}: that must be a column that is NOT NULL and the "
            "first one of an index"
        )


def _next_range(connection: Connection, key: Key, after: str | None, size: int) -> tuple[str, str] | None:
    """The first and the last key, as text, of the next `size` rows; None behind the end of the table."""
    column, table = f'"{key.column}"', f'"{key.schema}"."{key.table}"'
    start = "" if after is None else f"WHERE {column} > {literal(after)}"
    # Sorted as what it is and not as text: `batch.key`, since a bare `key` would mean the output column.
    rows = connection.run(
        f"WITH batch AS (SELECT {column} AS key FROM {table} {start} ORDER BY {column} LIMIT {size}) "
        "SELECT (SELECT CAST(batch.key AS text) FROM batch ORDER BY batch.key LIMIT 1), "
        "(SELECT CAST(batch.key AS text) FROM batch ORDER BY batch.key DESC LIMIT 1)"
    )
    first, last = rows[0]
    return None if first is None else (first, last)


def _filled_in(statement: str, bounds: tuple[str, str]) -> str:
    # As literals, not as parameters: an untyped literal takes the type of the column that it is compared with.
    return re.sub(r"\$([12])\b", lambda place: literal(bounds[int(place[1]) - 1]), statement)


def _run_batch(connection: Connection, history: History, revision: Revision, statement: str, last_key: str) -> None:
    """One transaction with the batch and the note of how far it came."""
    connection.run("BEGIN")
    connection.run(f"SET LOCAL lock_timeout = {revision.lock_timeout * 1000:.0f}")
    connection.run(f"SET LOCAL statement_timeout = {revision.statement_timeout * 1000:.0f}")
    connection.run(f"SET LOCAL ROLE {OWNER}")
    connection.run(statement)
    connection.run("SET LOCAL ROLE NONE")
    history.set_unfinished(revision, last_key)
    connection.run("COMMIT")
