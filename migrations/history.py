"""What this database has been through: the applied revisions, and how far an unfinished one has come."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from pg8000.native import Connection

from migrations.errors import MigrationError
from migrations.revisions import Revision

_TABLES = """
CREATE SCHEMA IF NOT EXISTS migrations;
CREATE TABLE IF NOT EXISTS migrations.history (
    version integer PRIMARY KEY,
    name text NOT NULL,
    sha256 text NOT NULL,
    applied_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    applied_by text NOT NULL DEFAULT session_user,
    seconds numeric(10, 3) NOT NULL
);
-- A revision that runs outside a transaction, between its first and its last step.
CREATE TABLE IF NOT EXISTS migrations.unfinished (
    version integer PRIMARY KEY,
    sha256 text NOT NULL,
    last_key text
);
-- The newest revision when this database was first migrated: up to it, no earlier code has ever run here.
CREATE TABLE IF NOT EXISTS migrations.installation (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    head integer NOT NULL
);
"""


@dataclass(frozen=True)
class Applied:
    """One row of `migrations.history`."""

    version: int
    name: str
    sha256: str
    at: datetime


@dataclass(frozen=True)
class Unfinished:
    """How far a revision came that is no single transaction; `last_key` is the last row that a backfill has done."""

    sha256: str
    last_key: str | None


class History:
    """Reads and writes the schema `migrations`; every method runs in the caller's transaction, if there is one."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def create(self, head: int) -> None:
        """Makes the tables, unless they exist; `head` is remembered the first time."""
        run = self._connection.run
        run("BEGIN")
        run(_TABLES)
        run("INSERT INTO migrations.installation (head) VALUES (:head) ON CONFLICT DO NOTHING", head=head)
        run("COMMIT")

    def exists(self) -> bool:
        return bool(self._connection.run("SELECT to_regclass('migrations.installation') IS NOT NULL")[0][0])

    def installed_up_to(self) -> int:
        return int(self._connection.run("SELECT head FROM migrations.installation")[0][0])

    def applied(self) -> list[Applied]:
        rows = self._connection.run("SELECT version, name, sha256, applied_at FROM migrations.history ORDER BY version")
        return [Applied(*row) for row in rows]

    def add(self, revision: Revision, seconds: float) -> None:
        self._connection.run(
            "INSERT INTO migrations.history (version, name, sha256, seconds) "
            "VALUES (:version, :name, :sha256, CAST(:seconds AS numeric))",
            version=revision.number,
            name=revision.name,
            sha256=revision.sha256,
            seconds=f"{seconds:.3f}",
        )
        self._connection.run("DELETE FROM migrations.unfinished WHERE version = :version", version=revision.number)

    def unfinished(self, revision: Revision) -> Unfinished | None:
        rows = self._connection.run(
            "SELECT sha256, last_key FROM migrations.unfinished WHERE version = :version",
            version=revision.number,
        )
        return Unfinished(*rows[0]) if rows else None

    def set_unfinished(self, revision: Revision, last_key: str | None = None) -> None:
        self._connection.run(
            "INSERT INTO migrations.unfinished (version, sha256, last_key) VALUES (:version, :sha256, :last_key) "
            "ON CONFLICT (version) DO UPDATE SET sha256 = excluded.sha256, last_key = excluded.last_key",
            version=revision.number,
            sha256=revision.sha256,
            last_key=last_key,
        )


def pending(revisions: Sequence[Revision], applied: Sequence[Applied]) -> tuple[Revision, ...]:
    """The revisions to apply, in order. Raises MigrationError when files and history contradict each other."""
    by_number = {revision.number: revision for revision in revisions}
    newest = max((row.version for row in applied), default=0)
    for row in applied:
        revision = by_number.get(row.version)
        if revision is None:
            raise MigrationError(f"{row.name} was applied on {row.at:%Y-%m-%d} and its file is gone: put it back")
        if revision.sha256 != row.sha256:
            raise MigrationError(
                f"{revision.name} was changed after it was applied on {row.at:%Y-%m-%d} (as {row.name}): "
                "put its old content back and write the change as a new revision"
            )
    done = {row.version for row in applied}
    for revision in revisions:
        if revision.number < newest and revision.number not in done:
            raise MigrationError(
                f"{revision.name} is older than the newest applied revision, {newest:04}: "
                f"give it the next free number, {len(revisions) + 1:04}"
            )
    return tuple(revision for revision in revisions if revision.number > newest)


def check_contract(revisions: Sequence[Revision], installed_up_to: int, allowed: int) -> None:
    """Refuses pending revisions that drop what running code may still read. Raises MigrationError.

    `allowed` is the newest contract revision that the setting names. Named or not, none runs together with an expand
    revision before it: the code that came with that one has not run yet. A database that is being installed is exempt,
    since no earlier code has ever run on it.
    """
    expand: Revision | None = None
    for revision in revisions:
        if revision.phase == "expand":
            expand = revision
        elif revision.number > installed_up_to:
            if revision.number > allowed:
                raise MigrationError(
                    f"{revision.name} is a contract revision: deploy the code that no longer needs what it drops "
                    f'first, then set contract_allowed="{revision.version}" for the deployment after it'
                )
            if expand:
                raise MigrationError(
                    f"{revision.name} is a contract revision, and {expand.name} before it is not applied yet: "
                    "deploy the commit that added that one first, then this"
                )
