"""Connects to PostgreSQL over verified TLS, and says in one sentence why when that fails."""

import os
import socket
import ssl
from dataclasses import dataclass
from pathlib import Path

from pg8000.exceptions import DatabaseError, InterfaceError
from pg8000.native import Connection

from migrations.errors import MigrationError

CA_BUNDLE = Path(__file__).parent / "rds-ca-bundle.pem"
CONNECT_SECONDS = 10

# Found dead after 25 s on both sides: a cut connection must free its locks, and a runner must not wait for ever.
_KEEPALIVE = {"TCP_KEEPIDLE": 10, "TCP_KEEPINTVL": 5, "TCP_KEEPCNT": 3}
# What a killed runner leaves behind is found by the server within these seconds (milliseconds without a unit).
_SESSION = """
    SET tcp_keepalives_idle = 10;
    SET tcp_keepalives_interval = 5;
    SET tcp_keepalives_count = 3;
    SET client_connection_check_interval = '5s';
    SET idle_in_transaction_session_timeout = '60s';
    SET search_path = '';
    SET client_min_messages = warning;
"""


class LoginError(Exception):
    """The server was reached and refused this user with this password."""


@dataclass(frozen=True)
class Address:
    """Where the database is."""

    host: str
    port: int
    database: str


def connect(address: Address, user: str, password: str, application: str) -> Connection:
    """A session in which every table name needs its schema. Raises LoginError or MigrationError."""
    try:
        plain = socket.create_connection((address.host, address.port), CONNECT_SECONDS)
    except OSError as error:
        raise MigrationError(f"Nothing answers at {address.host}:{address.port}: {error}") from None
    plain.settimeout(None)  # a statement may take minutes
    plain.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for option, value in _KEEPALIVE.items():
        if hasattr(socket, option):  # macOS names the first one differently
            plain.setsockopt(socket.IPPROTO_TCP, getattr(socket, option), value)
    try:
        connection = Connection(
            user,
            host=address.host,
            port=address.port,
            database=address.database,
            password=password,
            sock=plain,
            ssl_context=_tls(),
            application_name=application,
        )
        connection.run(_SESSION)
    except DatabaseError as error:
        plain.close()
        if str(sqlstate(error)).startswith("28"):
            raise LoginError(message(error)) from None
        raise MigrationError(f"{address.host} refuses the connection: {message(error)}") from None
    except (InterfaceError, OSError) as error:
        plain.close()
        raise MigrationError(f"No verified TLS connection to {address.host}:{address.port}: {error}") from None
    return connection


def sqlstate(error: DatabaseError) -> str:
    return _fields(error).get("C", "")


def message(error: DatabaseError) -> str:
    """The server's sentence, without its DETAIL: that one may quote a row."""
    fields = _fields(error)
    return f"{fields['M']} (SQLSTATE {fields['C']})" if fields else str(error)


def position(error: DatabaseError) -> int | None:
    """Where in the statement's text the server found the error, counted in characters from 1."""
    place = _fields(error).get("P")
    return int(place) if place else None


def _fields(error: DatabaseError) -> dict[str, str]:
    detail = error.args[0] if error.args else None
    return detail if isinstance(detail, dict) else {}


def _tls() -> ssl.SSLContext:
    """Verifies chain and host name against Amazon's certificates, or those of DATABASE_CA_FILE."""
    context = ssl.create_default_context(cafile=os.environ.get("DATABASE_CA_FILE") or str(CA_BUNDLE))
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    # Python 3.13 began to insist on extensions that older certificates of RDS lack; what is verified stays the same.
    context.verify_flags &= ~ssl.VERIFY_X509_STRICT
    return context
