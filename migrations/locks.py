"""One runner at a time."""

import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from pg8000.exceptions import DatabaseError, InterfaceError
from pg8000.native import Connection

from migrations.errors import MigrationError

# The letters of "payments" as a number: advisory locks are known by a number only.
ADVISORY_LOCK = int.from_bytes(b"payments")
POLL_SECONDS = 0.25


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
