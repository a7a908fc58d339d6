"""One runner at a time, and a record of what a revision waited for."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

from pg8000.exceptions import DatabaseError, InterfaceError
from pg8000.native import Connection

from migrations import log
from migrations.errors import MigrationError

# The letters of "payments" as a number: advisory locks are known by a number only.
ADVISORY_LOCK = int.from_bytes(b"payments")
POLL_SECONDS = 0.25
SAMPLE_SECONDS = 0.1

_BLOCKERS = """
    SELECT blocker.usename, blocker.application_name, blocker.state,
           CAST(extract(epoch FROM clock_timestamp() - blocker.xact_start) AS float8)
    FROM pg_stat_activity AS waiting
    CROSS JOIN LATERAL unnest(pg_blocking_pids(waiting.pid)) AS blocking (pid)
    LEFT JOIN pg_stat_activity AS blocker ON blocker.pid = blocking.pid
    WHERE waiting.pid = :pid AND waiting.wait_event_type = 'Lock'
"""


@contextmanager
def only_runner(connection: Connection, wait_seconds: float) -> Iterator[float]:
    """Holds the advisory lock inside the block and yields the seconds waited for it. Raises MigrationError.

    It asks again and again instead of waiting inside the server: a waiting statement is an open transaction, and a
    concurrent index of the other runner would wait for that one in turn.
    """
    started = time.monotonic()
    while not connection.run("SELECT pg_try_advisory_lock(:key)", key=ADVISORY_LOCK)[0][0]:
        if time.monotonic() - started > wait_seconds:
            raise MigrationError(
                f"Another migration has been running for more than {wait_seconds:.0f} s: wait for its end and run again"
            )
        time.sleep(POLL_SECONDS)
    try:
        yield time.monotonic() - started
    finally:
        # Without a connection there is no lock either: the server gave it up.
        with suppress(InterfaceError, DatabaseError):
            connection.run("SELECT pg_advisory_unlock(:key)", key=ADVISORY_LOCK)


class LockWatch:
    """Looks ten times a second, from its own session, whether the watched one waits for a lock, and for whose."""

    def __init__(self, connect: Callable[[], Connection], watched: Connection) -> None:
        self._connection = connect()
        self._pid = watched.run("SELECT pg_backend_pid()")[0][0]
        self._ended = threading.Event()
        self._seconds = 0.0
        self._blockers: list[dict[str, Any]] = []
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> "LockWatch":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join(timeout=5)

    def take(self) -> tuple[float, list[dict[str, Any]]]:
        """Seconds waited since the last call, and the sessions last waited for (user, application, age)."""
        taken = self._seconds, self._blockers
        self._seconds, self._blockers = 0.0, []
        return taken

    def _watch(self) -> None:
        last = time.monotonic()
        try:
            while not self._ended.wait(SAMPLE_SECONDS):
                rows = self._connection.run(_BLOCKERS, pid=self._pid)
                now = time.monotonic()
                if rows:
                    self._seconds += now - last
                    self._blockers = [
                        {"user": user, "application": application, "state": state, "transaction_seconds": age}
                        for user, application, state, age in rows
                    ]
                last = now
            self._connection.close()
        except (DatabaseError, InterfaceError, OSError) as error:
            log.warning("Lock waits are no longer measured", reason=type(error).__name__)
