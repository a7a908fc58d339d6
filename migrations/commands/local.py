"""Runs the revisions on a PostgreSQL that lives as long as the command."""

import contextlib
import os
import sys
from collections.abc import Callable
from functools import partial
from typing import TypeVar

from pg8000.native import Connection

from migrations import revisions
from migrations.connection import Address, connect
from migrations.deadline import Deadline
from migrations.runner import migrate

T = TypeVar("T")
SECONDS = 840.0  # as in the Lambda; it takes less than one


def schema(read: Callable[[Connection], T]) -> T:
    """What `read` finds in a database with all revisions. Raises MigrationError, RevisionError or RuntimeError."""
    from tests.postgres import postgres  # needs the test dependencies, which the other commands do without

    with postgres() as server:
        os.environ["DATABASE_CA_FILE"] = str(server.ca_file)
        address = Address(server.host, server.port, server.database)
        opened = partial(connect, address, server.user, server.password, "payments-local")
        with contextlib.redirect_stdout(sys.stderr):
            migrate(opened(), opened, revisions.load(), deadline=Deadline(SECONDS))
        return read(opened())
