"""Applies the pending revisions, one after the other, and survives being stopped anywhere."""

import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field

from pg8000.exceptions import DatabaseError, InterfaceError
from pg8000.native import Connection

from migrations import history, log
from migrations.backfill import backfill
from migrations.concurrent_index import change_index
from migrations.connection import message, position, sqlstate
from migrations.deadline import Deadline
from migrations.errors import MigrationError
from migrations.history import History
from migrations.locks import only_runner
from migrations.retries import Retries
from migrations.revisions import OWNER, Revision
from migrations.watch import Watch

# A second runner waits this long for the first one, then gives up.
OTHER_RUNNER_SECONDS = 60.0


@dataclass(frozen=True)
class Step:
    """One applied revision: seconds in all, of them waiting for locks, and how often it was tried."""

    revision: str
    seconds: float
    lock_wait_seconds: float
    attempts: int


@dataclass
class Result:
    """What a run did; versions, counts and seconds only, since Terraform keeps it in its state."""

    before: str
    after: str
    dry_run: bool
    applied: list[Step] = field(default_factory=list)
    pending: list[str] = field(default_factory=list)
    seconds: float = 0.0

    def as_dict(self) -> dict[str, object]:
        return asdict(self)


def migrate(
    connection: Connection,
    connect: Callable[[], Connection],
    revisions: Sequence[Revision],
    *,
    deadline: Deadline,
    target: str = "head",
    dry_run: bool = False,
    contract_allowed: str | None = None,
) -> Result:
    """Brings the database up to `target`, a version or "head". Raises MigrationError.

    Everything is checked before the first change. A revision is applied as a whole or not at all; one outside a
    transaction goes on where it stopped. A dry run changes nothing, not even the history's tables. Contract revisions
    are applied up to `contract_allowed`, a version. `connection` is closed at the end; `connect` opens the second
    session, which measures lock waits and enforces the deadline.
    """
    wanted = _up_to(revisions, target)
    allowed = _contract_up_to(revisions, contract_allowed)
    try:
        if dry_run:
            return _dry_run(connection, revisions, wanted, allowed, deadline)
        with only_runner(connection, min(OTHER_RUNNER_SECONDS, deadline.left())) as waited:
            log.info("This is the only runner", waited_seconds=round(waited, 3))
            return _Run(connect, connection, deadline).apply(revisions, wanted, allowed)
    except InterfaceError as error:
        raise MigrationError(f"The connection was cut ({error}): run again, it continues where it stopped") from None
    except DatabaseError as error:
        raise MigrationError(f"The history of migrations cannot be kept: {message(error)}") from None
    finally:
        with suppress(InterfaceError, OSError):  # cut already
            connection.close()


def _up_to(revisions: Sequence[Revision], target: str) -> int:
    if target == "head":
        return revisions[-1].number
    versions = {revision.version: revision.number for revision in revisions}
    if target not in versions:
        raise MigrationError(f"There is no revision {target!r}: the target is head or 0001 to {revisions[-1].version}")
    return versions[target]


def _contract_up_to(revisions: Sequence[Revision], named: str | None) -> int:
    if named is None:
        return 0
    contracts = {revision.version: revision.number for revision in revisions if revision.phase == "contract"}
    if named not in contracts:
        known = ", ".join(contracts) or "there is none"
        raise MigrationError(f"contract_allowed is {named!r}; it is none or a contract revision: {known}")
    return contracts[named]


def _plan(
    past: History | None, revisions: Sequence[Revision], wanted: int, contract_up_to: int
) -> tuple[int, tuple[Revision, ...]]:
    """The newest applied version and what is to be applied, after every check. Raises MigrationError."""
    applied = past.applied() if past else []
    newest = applied[-1].version if applied else 0
    todo = [revision for revision in history.pending(revisions, applied) if revision.number <= wanted]
    if wanted < newest:
        raise MigrationError(f"The database is at {newest:04}, and there is no way down to {wanted:04}")
    if past:
        history.check_contract(todo, past.installed_up_to(), contract_up_to)
    return newest, tuple(todo)


def _dry_run(
    connection: Connection,
    revisions: Sequence[Revision],
    wanted: int,
    contract_up_to: int,
    deadline: Deadline,
) -> Result:
    past = History(connection)
    before, todo = _plan(past if past.exists() else None, revisions, wanted, contract_up_to)
    for revision in todo:
        log.info("Would apply", revision=revision.name, phase=revision.phase, transaction=revision.transaction)
    names = [revision.name for revision in todo]
    return Result(f"{before:04}", f"{before:04}", True, pending=names, seconds=deadline.spent())


class _Run:
    """One run that holds the advisory lock."""

    def __init__(self, connect: Callable[[], Connection], connection: Connection, deadline: Deadline) -> None:
        self._connect = connect
        self._connection = connection
        self._deadline = deadline
        self._history = History(connection)

    def apply(self, revisions: Sequence[Revision], wanted: int, contract_up_to: int) -> Result:
        exists = self._history.exists()
        before, todo = _plan(self._history if exists else None, revisions, wanted, contract_up_to)
        if not exists:
            self._history.create(revisions[-1].number)
        result = Result(f"{before:04}", f"{before:04}", False)
        if not todo:
            log.info("Nothing to do", version=result.after)
        else:
            with Watch(self._connect, self._connection, self._deadline) as watch:
                for revision in todo:
                    if self._deadline.left() < revision.lock_timeout:
                        raise MigrationError(
                            f"The time limit came before {revision.name}: run again, it continues there"
                        )
                    result.applied.append(self._apply(revision, watch))
                    result.after = revision.version
        result.seconds = self._deadline.spent()
        return result

    def _apply(self, revision: Revision, watch: Watch) -> Step:
        log.info("Applying", revision=revision.name, phase=revision.phase)
        started = time.monotonic()
        retries = Retries(revision, watch, self._deadline)
        while True:
            try:
                if revision.transaction:
                    self._apply_in_transaction(revision, started)
                else:
                    work = backfill if revision.batch else change_index
                    work(self._connection, self._history, revision, retries, started)
                break
            except DatabaseError as error:
                self._connection.run("ROLLBACK")
                if not retries.again(error):
                    raise self._failure(revision, error, retries) from None
        waited = retries.lock_wait_seconds()
        step = Step(revision.name, round(time.monotonic() - started, 3), round(waited, 3), retries.attempts)
        log.info("Applied", **asdict(step))
        return step

    def _apply_in_transaction(self, revision: Revision, started: float) -> None:
        run = self._connection.run
        run("BEGIN")
        seconds = max(min(revision.statement_timeout, self._deadline.left()), 0.001)  # 0 would mean no limit
        run(f"SET LOCAL lock_timeout = {revision.lock_timeout * 1000:.0f}")
        run(f"SET LOCAL statement_timeout = {seconds * 1000:.0f}")
        if not revision.as_master:
            run(f"SET LOCAL ROLE {OWNER}")
        run(revision.sql)
        run("SET LOCAL ROLE NONE")
        self._history.add(revision, time.monotonic() - started)
        run("COMMIT")

    def _failure(self, revision: Revision, error: DatabaseError, retries: Retries) -> MigrationError:
        place = position(error)
        line = f" at line {revision.sql.count(chr(10), 0, place) + 1}" if place and revision.transaction else ""
        tried = f" after {retries.attempts} attempts" if retries.attempts > 1 else ""
        kept = "nothing of it was applied" if revision.transaction else "the next run continues it"
        if self._deadline.left() <= 0:
            return MigrationError(f"{revision.name} was stopped by the time limit: {kept}")
        if sqlstate(error) == "55P03":
            return MigrationError(
                f"{revision.name} did not get its lock{tried} of {revision.lock_timeout:g} s each"
                f"{retries.blocked_by()}: {kept}; end that transaction or wait for it, then run again"
            )
        return MigrationError(f"{revision.name} failed{line}{tried}: {message(error)}; {kept}")
