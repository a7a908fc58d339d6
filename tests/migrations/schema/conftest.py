"""A database at head, once for each file, and sessions as the roles that use it."""

import os
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any
from unittest import mock

import pytest
from pg8000.exceptions import DatabaseError

from migrations import revisions
from migrations.connection import Address, connect
from migrations.deadline import Deadline
from migrations.runner import migrate
from tests.postgres import Server


@pytest.fixture(scope="module")
def head(running_server: Server) -> Server:
    """The server with all revisions; the tests of a file share it and make rows of their own."""
    running_server.reset()
    address = Address(running_server.host, running_server.port, running_server.database)
    opened = partial(connect, address, running_server.user, running_server.password, "tests")
    with mock.patch.dict(os.environ, DATABASE_CA_FILE=str(running_server.ca_file)):
        migrate(opened(), opened, revisions.load(), deadline=Deadline(600))
    return running_server


@pytest.fixture
def session_as(head: Server) -> Iterator[Callable[[str], Any]]:
    """Opens sessions as a role, as if it had logged in with its IAM token."""
    sessions = []

    def open_session(role: str) -> Any:
        sessions.append(head.connect_as_superuser())
        sessions[-1].run(f"SET SESSION AUTHORIZATION {role}")
        return sessions[-1]

    yield open_session
    for session in sessions:
        session.close()


@pytest.fixture
def app(session_as: Callable[[str], Any]) -> Any:
    """A session of the application."""
    return session_as("payments_app")


@pytest.fixture
def owner(session_as: Callable[[str], Any]) -> Any:
    """A session of the schema's owner, whom no grant stops."""
    return session_as("payments_migrator")


class Refusals:
    """Runs statements that the database must refuse."""

    def __call__(self, session: Any, *statements: str, **values: Any) -> str:
        """The server's message; the statements run in one transaction, which is rolled back."""
        session.run("BEGIN")
        try:
            for statement in statements:
                session.run(statement, **{k: v for k, v in values.items() if f":{k}" in statement})
            session.run("COMMIT")
        except DatabaseError as error:
            session.run("ROLLBACK")
            return str(error.args[0]["M"])
        raise AssertionError(f"the database took {statements}")


@pytest.fixture
def refused() -> Refusals:
    return Refusals()


def new_payment(session: Any, amount: int = 1000, *, state: str = "created", currency: str = "EUR") -> str:
    """A payment that went the shortest way to `state`."""
    ((payment,),) = session.run(
        "INSERT INTO payments.payments (merchant_id, amount, currency) "
        "VALUES (gen_random_uuid(), :amount, :currency) RETURNING CAST(id AS text)",
        amount=amount,
        currency=currency,
    )
    ways = {"settled": ("authorized", "captured", "settled"), "captured": ("authorized", "captured")}
    for step in ways.get(state, () if state == "created" else (state,)):
        session.run("UPDATE payments.payments SET state = :state WHERE CAST(id AS text) = :id", state=step, id=payment)
    return str(payment)
