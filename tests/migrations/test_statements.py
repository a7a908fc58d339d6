"""Where a statement ends, and where a semicolon means nothing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from migrations.statements import split


@pytest.mark.parametrize(
    ("script", "statements"),
    [
        ("", []),
        (" ;; \n", []),
        ("SELECT 1", ["SELECT 1"]),
        ("SELECT 1; SELECT 2;", ["SELECT 1", "SELECT 2"]),
        ("SELECT ';'; SELECT 'it''s;'", ["SELECT ';'", "SELECT 'it''s;'"]),
        (r"SELECT E'\';'; SELECT 2", [r"SELECT E'\';'", "SELECT 2"]),
        ('SELECT "a;""b"; SELECT 2', ['SELECT "a;""b"', "SELECT 2"]),
        ("SELECT 1 -- one; not two\n; SELECT 2", ["SELECT 1", "SELECT 2"]),
        ("SELECT 1 /* ; \n ; */ + 2; SELECT 2", ["SELECT 1   + 2", "SELECT 2"]),
        ("DO $$ BEGIN a; b; END $$; SELECT 2", ["DO $$ BEGIN a; b; END $$", "SELECT 2"]),
        ("DO $f$ $$ ; $$ $f$; SELECT $1", ["DO $f$ $$ ; $$ $f$", "SELECT $1"]),
        ("-- it's a comment\nSELECT 1;", ["SELECT 1"]),
    ],
)
def test_split(script: str, statements: list[str]) -> None:
    assert split(script) == statements


@given(st.lists(st.sampled_from(["SELECT 1", "SELECT ';'", "DO $$;$$", 'SELECT ";"', "SELECT 'a''b'"])))
def test_joined_statements_come_apart(statements: list[str]) -> None:
    assert split(";\n".join(statements)) == statements
