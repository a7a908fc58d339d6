"""Each rule on a revision's file has a case that breaks it."""

from pathlib import Path

import pytest

from migrations.revisions import Index, Key, RevisionError, digest, load

PLAIN = "CREATE TABLE payments.t (id bigint);\n"


def write(folder: Path, **files: str) -> Path:
    for name, text in files.items():
        (folder / f"{name[1:]}.sql").write_text(text, newline="")
    return folder


def test_the_projects_own_revisions_load() -> None:
    revisions = load()
    assert [revision.number for revision in revisions] == list(range(1, len(revisions) + 1))
    # Roles and extensions are the master user's to make, and nothing else is.
    assert [revision.name for revision in revisions if revision.as_master] == ["0001_roles.sql", "0012_audit.sql"]


def test_defaults(tmp_path: Path) -> None:
    (revision,) = load(write(tmp_path, _0001_first=PLAIN))
    assert (revision.version, revision.slug, revision.name) == ("0001", "first", "0001_first.sql")
    assert (revision.transaction, revision.phase, revision.as_master) == (True, "expand", False)
    assert (revision.lock_timeout, revision.statement_timeout) == (2.0, 10.0)
    assert revision.sql == PLAIN


def test_options(tmp_path: Path) -> None:
    head = "-- phase: contract\n-- Why: nothing reads it.\n-- lock_timeout: 500ms\n-- statement_timeout: 2min\n"
    (revision,) = load(write(tmp_path, _0001_first=f"{head}{PLAIN}-- phase: below the head it is a comment\n"))
    assert (revision.phase, revision.lock_timeout, revision.statement_timeout) == ("contract", 0.5, 120.0)


def test_a_concurrent_index_is_known(tmp_path: Path) -> None:
    sql = "-- transaction: off\ncreate unique index concurrently by_id on payments.t (id) where id > 0;"
    (revision,) = load(write(tmp_path, _0001_first=sql))
    assert (revision.transaction, revision.index) == (False, Index("payments", "by_id"))
    assert revision.lock_timeout == 120.0


def test_a_backfill_is_known(tmp_path: Path) -> None:
    sql = "-- batch: payments.t.id\nUPDATE payments.t SET a = 1 WHERE id BETWEEN $1 AND $2;"
    (revision,) = load(write(tmp_path, _0001_first=sql))
    assert (revision.transaction, revision.batch) == (False, Key("payments", "t", "id"))
    assert (revision.lock_timeout, revision.statement_timeout) == (0.5, 1.0)


INDEX = "CREATE INDEX CONCURRENTLY i ON payments.t (id);"
BATCH = "UPDATE payments.t SET a = 1 WHERE id BETWEEN $1 AND $2;"
REFUSED = {
    "name": ({"_1_first": PLAIN}, "1_first.sql is not a revision's name"),
    "upper case": ({"_0001_First": PLAIN}, "0001_First.sql is not a revision's name"),
    "gap": ({"_0001_a": PLAIN, "_0003_b": PLAIN}, "0003_b.sql leaves a gap: the number after 0001 is 0002"),
    "start": ({"_0002_a": PLAIN}, "0002_a.sql leaves a gap: the number after 0000 is 0001"),
    "duplicate": ({"_0001_a": PLAIN, "_0001_b": PLAIN}, "0001_b.sql has the same number as 0001_a.sql"),
    "empty": ({"_0001_a": "-- nothing yet\n"}, "0001_a.sql has no statement"),
    "line ends": ({"_0001_a": "SELECT 1;\r\n"}, "0001_a.sql has Windows line ends"),
    "byte order mark": (
        {"_0001_a": "\ufeffSELECT 1;\n"},
        "0001_a.sql has Windows line ends or a byte order mark",
    ),
    "commit": ({"_0001_a": "SELECT 1; commit;"}, "0001_a.sql says COMMIT: the runner begins and ends"),
    "begin": ({"_0001_a": "/* x */ BEGIN; SELECT 1;"}, "0001_a.sql says BEGIN"),
    "savepoint": ({"_0001_a": "SAVEPOINT a;"}, "0001_a.sql says SAVEPOINT"),
    "session setting": (
        {"_0001_a": "SET LOCAL ROLE NONE; set search_path = payments;"},
        "0001_a.sql says SET, which outlives the revision: use SET LOCAL",
    ),
    "reset": ({"_0001_a": "RESET ROLE;"}, "0001_a.sql says RESET, which outlives the revision"),
    "option": (
        {"_0001_a": f"-- transacton: off\n{PLAIN}"},
        "0001_a.sql has no option transacton: did you mean transaction?",
    ),
    "twice": ({"_0001_a": f"-- phase: expand\n-- phase: expand\n{PLAIN}"}, "0001_a.sql sets phase twice"),
    "phase": (
        {"_0001_a": f"-- phase: shrink\n{PLAIN}"},
        "0001_a.sql says phase: shrink; it is expand or contract",
    ),
    "transaction": (
        {"_0001_a": f"-- transaction: no\n{PLAIN}"},
        "0001_a.sql says transaction: no; it is on or off",
    ),
    "role": ({"_0001_a": f"-- role: root\n{PLAIN}"}, "it is payments_migrator or master"),
    "duration": (
        {"_0001_a": f"-- lock_timeout: 2\n{PLAIN}"},
        "0001_a.sql says lock_timeout: 2; write for example 500ms",
    ),
    "lock longer than statement": (
        {"_0001_a": f"-- lock_timeout: 5s\n-- statement_timeout: 5s\n{PLAIN}"},
        "0001_a.sql has a lock_timeout of 5 s and a statement_timeout of 5 s: the first must be shorter",
    ),
    "index inside": ({"_0001_a": INDEX}, "0001_a.sql works on an index concurrently: that needs the option"),
    "two outside": (
        {"_0001_a": f"-- transaction: off\n{INDEX}{INDEX}"},
        "0001_a.sql has 2 statements, and only one",
    ),
    "other outside": (
        {"_0001_a": "-- transaction: off\nVACUUM payments.t;"},
        "0001_a.sql runs outside a transaction",
    ),
    "if not exists": (
        {"_0001_a": "-- transaction: off\nCREATE INDEX CONCURRENTLY IF NOT EXISTS i ON payments.t (id);"},
        "0001_a.sql runs outside a transaction",
    ),
    "drop": (
        {"_0001_a": "-- transaction: off\nDROP INDEX CONCURRENTLY payments.i;"},
        "0001_a.sql runs outside",
    ),
    "no range": ({"_0001_a": "-- batch: payments.t.id\nUPDATE payments.t SET a = 1;"}, "without its range"),
    "batch key": (
        {"_0001_a": f"-- batch: t.id\n{BATCH}"},
        "0001_a.sql says batch: t.id; it is schema.table.key_column",
    ),
    "batch and more": (
        {"_0001_a": f"-- batch: payments.t.id\n-- transaction: off\n{BATCH}"},
        "0001_a.sql sets batch and transaction",
    ),
}


@pytest.mark.parametrize(("files", "sentence"), REFUSED.values(), ids=REFUSED)
def test_a_bad_file_is_refused(files: dict[str, str], sentence: str, tmp_path: Path) -> None:
    with pytest.raises(RevisionError) as error:
        load(write(tmp_path, **files))
    assert sentence in str(error.value)
    assert "\n" not in str(error.value)


def test_bytes_that_are_no_text(tmp_path: Path) -> None:
    (tmp_path / "0001_a.sql").write_bytes(b"SELECT '\xff';")
    with pytest.raises(RevisionError, match=r"0001_a\.sql is not UTF-8 at byte 8"):
        load(tmp_path)


def test_the_digest_follows_every_byte_and_every_name(tmp_path: Path) -> None:
    first = digest(load(write(tmp_path, _0001_a=PLAIN)))
    assert digest(load(tmp_path)) == first
    changed = digest(load(write(tmp_path, _0001_a=PLAIN + "\n")))
    (tmp_path / "0001_a.sql").rename(tmp_path / "0001_b.sql")
    renamed = digest(load(tmp_path))
    more = digest(load(write(tmp_path, _0002_c=PLAIN)))
    assert len({first, changed, renamed, more}) == 4
