"""Reads `versions/NNNN_<slug>.sql` and checks each file and the set of them, without a database."""

import difflib
import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from migrations import statements

VERSIONS = Path(__file__).parent / "versions"

# The role that owns the schema, and that every revision runs as unless its header says `role: master`.
OWNER = "payments_migrator"

Phase = Literal["expand", "contract"]

_FILE_NAME = re.compile(r"(\d{4})_([a-z0-9]+(?:_[a-z0-9]+)*)\.sql")
_OPTION = re.compile(r"-- ([a-z_]+): *(.*)")
_DURATION = re.compile(r"([1-9]\d*)(ms|s|min)")
_SECONDS = {"ms": 0.001, "s": 1.0, "min": 60.0}
_KEY = re.compile(r"([a-z_][a-z0-9_]*)\.([a-z_][a-z0-9_]*)\.([a-z_][a-z0-9_]*)")
_INDEX = re.compile(
    r"create\s+(?:unique\s+)?index\s+concurrently\s+(?P<name>[a-z_][a-z0-9_]*)\s+on\s+(?P<schema>[a-z_][a-z0-9_]*)\.\w+.*",
    re.IGNORECASE | re.DOTALL,
)
_DROPPED_INDEX = re.compile(r"drop\s+index\s+concurrently\s+if\s+exists\s+[a-z_]\w*\.[a-z_]\w*", re.IGNORECASE)
_TRANSACTION_CONTROL = re.compile(
    r"(begin|start\s+transaction|commit|rollback|abort|end|savepoint|release|prepare\s+transaction)\b",
    re.IGNORECASE,
)
_SESSION_SETTING = re.compile(r"(set\b(?!\s+(?:local|constraints|transaction)\b)|reset\b|discard\b)", re.IGNORECASE)

# A statement that waits for a table's lock makes every later query of that table wait behind it.
LOCK_TIMEOUT = 2.0
# A transaction keeps its locks to its end: this is the longest stop that one statement can cause.
STATEMENT_TIMEOUT = 10.0
# A concurrent index waits for old transactions, but nobody waits for it.
CONCURRENT_LOCK_TIMEOUT = 120.0
CONCURRENT_STATEMENT_TIMEOUT = 600.0
# One batch of a backfill; a batch that takes longer is cut off and tried again at half the size.
BATCH_TIMEOUT = 1.0


class RevisionError(ValueError):
    """A revision that cannot be used: one sentence that names the file and says what would be right."""


@dataclass(frozen=True)
class Key:
    """The column by which a backfill walks through its table."""

    schema: str
    table: str
    column: str


@dataclass(frozen=True)
class Index:
    """The index that a revision builds concurrently."""

    schema: str
    name: str


@dataclass(frozen=True)
class Revision:
    """One file of `versions/`; times are seconds, `sha256` is that of the file's bytes.

    `transaction` is False for a concurrent index, whose `index` is set, and for a backfill, whose `batch` is set.
    `as_master` is for what only the master user may do; all other revisions run as the owner of the schema.
    """

    number: int
    slug: str
    path: Path
    sql: str
    sha256: str
    transaction: bool
    phase: Phase
    as_master: bool
    batch: Key | None
    index: Index | None
    lock_timeout: float
    statement_timeout: float

    @property
    def version(self) -> str:
        return f"{self.number:04}"

    @property
    def name(self) -> str:
        return self.path.name


def load(folder: Path = VERSIONS) -> tuple[Revision, ...]:
    """All revisions in their order. Raises RevisionError for a bad file, a number used twice, or a gap."""
    revisions: list[Revision] = []
    for path in sorted(folder.iterdir()):
        revision = _read(path)
        expected = len(revisions) + 1
        if revisions and revision.number == revisions[-1].number:
            raise RevisionError(f"{path.name} has the same number as {revisions[-1].name}: rename it to {expected:04}")
        if revision.number != expected:
            raise RevisionError(f"{path.name} leaves a gap: the number after {expected - 1:04} is {expected:04}")
        revisions.append(revision)
    return tuple(revisions)


def digest(revisions: Iterable[Revision]) -> str:
    """SHA-256 over all names and contents, in hex: it changes exactly when the set of revisions does."""
    lines = "".join(f"{revision.sha256} {revision.name}\n" for revision in revisions)
    return hashlib.sha256(lines.encode()).hexdigest()


def _read(path: Path) -> Revision:
    name = _FILE_NAME.fullmatch(path.name)
    if name is None:
        raise RevisionError(f"{path.name} is not a revision's name: use NNNN_words_in_lower_case.sql")
    content = path.read_bytes()
    try:
        sql = content.decode()
    except UnicodeDecodeError as error:
        raise RevisionError(f"{path.name} is not UTF-8 at byte {error.start}") from None
    if "\r" in sql or sql.startswith("\N{ZERO WIDTH NO-BREAK SPACE}"):
        raise RevisionError(
            f"{path.name} has Windows line ends or a byte order mark: its checksum needs plain LF lines"
        )
    found = statements.split(sql)
    if not found:
        raise RevisionError(f"{path.name} has no statement")
    for statement in found:
        if control := _TRANSACTION_CONTROL.match(statement):
            raise RevisionError(f"{path.name} says {control[0].upper()}: the runner begins and ends the transaction")
        if setting := _SESSION_SETTING.match(statement):
            raise RevisionError(f"{path.name} says {setting[0].upper()}, which outlives the revision: use SET LOCAL")
    options = _Options(path.name, sql)
    revision = Revision(
        number=int(name[1]),
        slug=name[2],
        path=path,
        sql=sql,
        sha256=hashlib.sha256(content).hexdigest(),
        transaction=options.transaction,
        phase=options.phase,
        as_master=options.as_master,
        batch=options.batch,
        index=_index(found[0]),
        lock_timeout=options.lock_timeout,
        statement_timeout=options.statement_timeout,
    )
    _check_statements(revision, found)
    return revision


class _Options:
    """The `-- name: value` lines at the top of a file."""

    names = ("transaction", "phase", "role", "batch", "lock_timeout", "statement_timeout")

    def __init__(self, file: str, sql: str) -> None:
        self._file = file
        self._values: dict[str, str] = {}
        for line in sql.splitlines():
            if not line.startswith("--"):
                break
            if option := _OPTION.fullmatch(line):
                self._add(option[1], option[2].strip())
        self.batch = self._key()
        self.transaction = self._one_of("transaction", "on", "off") == "on" and self.batch is None
        self.phase: Phase = "contract" if self._one_of("phase", "expand", "contract") == "contract" else "expand"
        self.as_master = self._one_of("role", OWNER, "master") == "master"
        plain = self.transaction or self.batch is not None
        statement = BATCH_TIMEOUT if self.batch else STATEMENT_TIMEOUT if plain else CONCURRENT_STATEMENT_TIMEOUT
        self.statement_timeout = self._duration("statement_timeout", statement)
        lock = min(LOCK_TIMEOUT if plain else CONCURRENT_LOCK_TIMEOUT, self.statement_timeout / 2)
        self.lock_timeout = self._duration("lock_timeout", lock)
        if self.lock_timeout >= self.statement_timeout:
            # A wait for a lock would look like a slow statement, and not be tried again.
            raise RevisionError(
                f"{file} has a lock_timeout of {self.lock_timeout:g} s and a statement_timeout of "
                f"{self.statement_timeout:g} s: the first must be shorter"
            )

    def _add(self, name: str, value: str) -> None:
        if name not in self.names:
            near = difflib.get_close_matches(name, self.names, 1)
            hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(self.names)}"
            raise RevisionError(f"{self._file} has no option {name}: {hint}")
        if name in self._values:
            raise RevisionError(f"{self._file} sets {name} twice")
        self._values[name] = value

    def _one_of(self, name: str, default: str, other: str) -> str:
        value = self._values.get(name, default)
        if value not in (default, other):
            raise RevisionError(f"{self._file} says {name}: {value}; it is {default} or {other}")
        return value

    def _key(self) -> Key | None:
        value = self._values.get("batch")
        if value is None:
            return None
        if "transaction" in self._values:
            raise RevisionError(f"{self._file} sets batch and transaction: each batch is a transaction of its own")
        if (key := _KEY.fullmatch(value)) is None:
            raise RevisionError(f"{self._file} says batch: {value}; it is schema.table.key_column")
        return Key(*key.groups())

    def _duration(self, name: str, default: float) -> float:
        value = self._values.get(name)
        if value is None:
            return default
        if (duration := _DURATION.fullmatch(value)) is None:
            raise RevisionError(f"{self._file} says {name}: {value}; write for example 500ms, 5s or 2min")
        return int(duration[1]) * _SECONDS[duration[2]]


def _index(statement: str) -> Index | None:
    index = _INDEX.fullmatch(statement)
    return Index(index["schema"], index["name"]) if index else None


def _check_statements(revision: Revision, found: list[str]) -> None:
    name = revision.name
    if revision.transaction:
        if any(_INDEX.fullmatch(statement) or _DROPPED_INDEX.fullmatch(statement) for statement in found):
            raise RevisionError(f"{name} works on an index concurrently: that needs the option transaction: off")
    elif len(found) > 1:
        raise RevisionError(f"{name} has {len(found)} statements, and only one can be repeated safely: split the file")
    elif revision.batch:
        if not re.search(r"\$1\b.*\$2\b", found[0], re.DOTALL):
            raise RevisionError(
                f"{name} is a backfill without its range: add WHERE {revision.batch.column} BETWEEN $1 AND $2"
            )
    elif revision.index is None and not _DROPPED_INDEX.fullmatch(found[0]):
        raise RevisionError(
            f"{name} runs outside a transaction; the runner can repeat only CREATE INDEX CONCURRENTLY name "
            "ON schema.table and DROP INDEX CONCURRENTLY IF EXISTS schema.name"
        )
