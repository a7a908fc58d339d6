"""The developer's commands, and what they keep current: docs/schema.md and the linter's waivers."""

import subprocess
import sys
from pathlib import Path

import pytest

from environments.schema.engine_versions import AS_OF, STANDARD_SUPPORT_ENDS
from migrations import revisions
from migrations.commands import describe, lint, new
from migrations.revisions import Revision, RevisionError, load
from tests.migrations.function import Function
from tests.postgres import Server

PROJECT = Path(__file__).parents[2]
REVISIONS = revisions.load()


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "migrations", *arguments]
    return subprocess.run(command, cwd=PROJECT, capture_output=True, text=True)


def test_new_makes_the_next_file(tmp_path: Path) -> None:
    (tmp_path / "0001_first.sql").write_text("SELECT 1;")
    path = new.create("add-refunds", tmp_path)
    assert path == tmp_path / "0002_add_refunds.sql"
    with pytest.raises(RevisionError, match=r"0002_add_refunds\.sql has no statement"):
        load(tmp_path)
    path.write_text(path.read_text() + "CREATE TABLE payments.t (id bigint);\n")
    assert load(tmp_path)[1].phase == "expand"


@pytest.mark.parametrize("name", ["", "Add", "../x", "a b", "_a", "a__b"])
def test_new_refuses_a_bad_name(name: str) -> None:
    done = run("new", name)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == f"NAME is {name!r}; use words in lower case, for example add_refunds\n"


def test_new_refuses_a_name_used_before() -> None:
    done = run("new", "refunds")
    assert done.returncode == 2
    assert done.stderr.startswith("NAME is 'refunds' and 0004_refunds.sql is named so already")


@pytest.mark.usefixtures("postgres_is_here")
def test_local_prints_the_schema() -> None:
    done = run("local")
    assert done.returncode == 0, done.stderr
    assert done.stdout == describe.DOCUMENT.read_text() + "\n"
    assert '"Applied"' in done.stderr


def test_the_schema_page_is_current(function: Function, server: Server) -> None:
    function.invoke({})
    connection = server.connect()
    page = describe.describe(connection)
    connection.close()
    assert describe.DOCUMENT.read_text() == page, "run `make schema` and commit docs/schema.md"


def test_the_schema_page_shows_a_new_table(server: Server, function: Function) -> None:
    function.invoke({})
    connection = server.connect()
    connection.run("CREATE TABLE payments.extra (payment_id uuid UNIQUE REFERENCES payments.payments, n int DEFAULT 3)")
    page = describe.describe(connection)
    connection.close()
    assert '    payments |o--o| extra : "payment_id"' in page
    assert "| `n` | integer | yes | `3` | |" in page


@pytest.mark.parametrize("revision", REVISIONS, ids=[revision.name for revision in REVISIONS])
def test_squawk_finds_nothing(revision: Revision) -> None:
    done = subprocess.run(lint.command(revision), capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


def test_squawk_judges_for_the_oldest_version_that_an_environment_may_choose() -> None:
    supported = [major for major, end in STANDARD_SUPPORT_ENDS.items() if end >= AS_OF]
    assert str(min(supported)) == lint.POSTGRES_VERSION


FINDINGS = {
    "ALTER TABLE payments.payments DROP COLUMN state;": "ban-drop-column",
    "ALTER TABLE payments.payments RENAME COLUMN state TO status;": "renaming-column",
    "CREATE INDEX i ON payments.payments (state);": "require-concurrent-index-creation",
    "ALTER TABLE payments.payments ADD COLUMN n bigint NOT NULL;": "adding-required-field",
    "ALTER TABLE payments.payments ADD CONSTRAINT c CHECK (amount > 1);": "constraint-missing-not-valid",
    "CREATE TABLE no_schema (id bigint);": "require-table-schema",
}


@pytest.mark.parametrize(("sql", "rule"), FINDINGS.items(), ids=FINDINGS.values())
def test_squawk_finds_what_would_stop_payments(sql: str, rule: str, tmp_path: Path) -> None:
    (tmp_path / "0001_bad.sql").write_text(sql)
    (revision,) = load(tmp_path)
    done = subprocess.run(lint.command(revision), capture_output=True, text=True)
    assert done.returncode != 0
    assert rule in done.stdout


def test_what_an_expand_revision_may_not_drop_a_contract_revision_may(tmp_path: Path) -> None:
    (tmp_path / "0001_drop.sql").write_text("-- phase: contract\nALTER TABLE payments.payments DROP COLUMN state;\n")
    assert lint.run(load(tmp_path)) == 0


@pytest.mark.parametrize("rule", [*lint.WAIVED, *lint.WAIVED_OUTSIDE_TRANSACTION])
def test_each_waiver_is_needed(rule: str) -> None:
    found = ""
    for revision in REVISIONS:
        command = [part.replace(rule, "ban-drop-database") for part in lint.command(revision)]
        found += subprocess.run(command, capture_output=True, text=True).stdout
    assert rule in found, f"squawk no longer finds {rule}: remove the waiver"


def test_each_waiver_in_a_file_has_its_reason_above() -> None:
    for revision in REVISIONS:
        lines = revision.sql.splitlines()
        for number, line in enumerate(lines):
            if "squawk-ignore" in line:
                assert lines[number - 1].strip().startswith("-- "), f"{revision.name}:{number + 1} has no reason"
