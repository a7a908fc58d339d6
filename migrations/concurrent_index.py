"""Builds or drops an index concurrently, so that a runner killed half-way leaves nothing that stops the next one."""

import time
from contextlib import suppress

from pg8000.exceptions import InterfaceError
from pg8000.native import Connection

from migrations import log, statements
from migrations.errors import MigrationError
from migrations.history import History
from migrations.retries import Retries
from migrations.revisions import OWNER, Index, Revision

_IS_VALID = """
    SELECT pg_index.indisvalid
    FROM pg_index JOIN pg_class ON pg_class.oid = pg_index.indexrelid
    JOIN pg_namespace ON pg_namespace.oid = pg_class.relnamespace
    WHERE pg_namespace.nspname = :schema AND pg_class.relname = :name
"""


def change_index(
    connection: Connection, history: History, revision: Revision, retries: Retries, started: float
) -> None:
    """Runs the one statement of the revision and records it. Raises MigrationError or DatabaseError."""
    if revision.index is None or not _is_built(connection, history, revision, revision.index, retries):
        seconds = min(revision.statement_timeout, retries.deadline.left())
        _run_as_owner(connection, revision, seconds, statements.split(revision.sql)[0])
    connection.run("BEGIN")
    history.add(revision, time.monotonic() - started)
    connection.run("COMMIT")


def _is_built(connection: Connection, history: History, revision: Revision, index: Index, retries: Retries) -> bool:
    """True when an earlier run of this very revision built the index; what it left half-built is dropped."""
    rows = connection.run(_IS_VALID, schema=index.schema, name=index.name)
    unfinished = history.unfinished(revision)
    if rows and unfinished is None:
        raise MigrationError(
            f"{revision.name} builds {index.schema}.{index.name}, which exists already: drop one of them"
        )
    if rows:
        valid = bool(rows[0][0])
        if valid and unfinished and unfinished.sha256 == revision.sha256:
            return True
        log.warning("Drops what an earlier run left", revision=revision.name, index=index.name, valid=valid)
        drop = f"DROP INDEX CONCURRENTLY IF EXISTS {index.schema}.{index.name}"
        _run_as_owner(connection, revision, retries.deadline.left(), drop)
    history.set_unfinished(revision)
    return False


def _run_as_owner(connection: Connection, revision: Revision, seconds: float, statement: str) -> None:
    """Outside a transaction, so the settings are the session's and are taken back afterwards."""
    run = connection.run
    run(f"SET lock_timeout = {revision.lock_timeout * 1000:.0f}")
    run(f"SET statement_timeout = {max(seconds, 1) * 1000:.0f}")
    run(f"SET ROLE {OWNER}")
    try:
        run(statement)
    finally:
        with suppress(InterfaceError):
            run("RESET ROLE; RESET lock_timeout; RESET statement_timeout")
