"""Watches the migrating session from another one: what it waits for, and how long it may go on."""

import threading
import time
from collections.abc import Callable
from typing import Any

from pg8000.exceptions import DatabaseError, InterfaceError
from pg8000.native import Connection

from migrations import log
from migrations.deadline import Deadline

SAMPLE_SECONDS = 0.1
# A cancellation that finds the session between two statements is lost; one at its ROLLBACK would be in the way.
CANCEL_SECONDS = 1.0

_BLOCKERS = """
    SELECT blocker.usename, blocker.application_name, blocker.state,
           CAST(extract(epoch FROM clock_timestamp() - blocker.xact_start) AS float8)
    FROM pg_stat_activity AS waiting
    CROSS JOIN LATERAL unnest(pg_blocking_pids(waiting.pid)) AS blocking (pid)
    LEFT JOIN pg_stat_activity AS blocker ON blocker.pid = blocking.pid
    WHERE waiting.pid = :pid AND waiting.wait_event_type = 'Lock'
"""


class Watch:
    """Looks ten times a second, from its own session, whether the watched one waits for a lock, and for whose.

    Past the deadline it cancels what the watched session runs: `statement_timeout` limits each statement, not all.
    """

    def __init__(self, connect: Callable[[], Connection], watched: Connection, deadline: Deadline) -> None:
        self._connection = connect()
        self._deadline = deadline
        self._pid = watched.run("SELECT pg_backend_pid()")[0][0]
        self._ended = threading.Event()
        self._seconds = 0.0
        self._blockers: list[dict[str, Any]] = []
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> "Watch":
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
                if self._deadline.left() <= 0:
                    self._connection.run("SELECT pg_cancel_backend(:pid)", pid=self._pid)
                    self._ended.wait(CANCEL_SECONDS)
            self._connection.close()
        except (DatabaseError, InterfaceError, OSError) as error:
            log.warning("The migration is no longer watched", reason=type(error).__name__)
