"""Each role can do its work and nothing else.

What this does not prove: that an IAM token is accepted. On Aurora its check is Amazon's; here a login of a member of
rds_iam is rejected, which proves that it is a member.
"""

from collections.abc import Callable
from typing import Any

import pytest
from pg8000.exceptions import DatabaseError

from tests.migrations.schema.conftest import Refusals
from tests.postgres import MASTER_USER, Server

TABLES = (
    *("accounts", "currencies", "idempotency_keys", "journal_entries", "outbox"),
    *("payment_transitions", "payments", "postings", "refunds"),
)
# Besides SELECT: the columns that the application may give or change, and the tables whose rows it may delete.
APP_MAY_INSERT = {
    "accounts": {"code", "kind", "currency"},
    "idempotency_keys": {"client_id", "key", "request_sha256"},
    "journal_entries": {"description", "payment_id", "refund_id", "reverses_id"},
    "outbox": {"event_id", "event_type", "aggregate_id", "payload"},
    "payments": {"id", "merchant_id", "amount", "currency"},
    "postings": {"entry_id", "account_id", "amount", "currency"},
    "refunds": {"id", "payment_id", "amount", "reason"},
}
APP_MAY_UPDATE = {
    "idempotency_keys": {"response_status", "response_body", "completed_at"},
    "outbox": {"published_at"},
    "payments": {"state", "provider_reference"},
    "refunds": {"state", "provider_reference"},
}
APP_MAY_DELETE = {"idempotency_keys", "outbox"}
COLUMNS = """
    SELECT attname FROM pg_attribute
    WHERE attrelid = CAST(CAST(:table AS text) AS regclass) AND attnum > 0 AND NOT attisdropped
"""
MEMBERSHIPS = """
    WITH RECURSIVE member_of (oid) AS (
        SELECT oid FROM pg_roles WHERE rolname = :role
        UNION SELECT roleid FROM pg_auth_members JOIN member_of ON member = member_of.oid
    )
    SELECT rolname FROM member_of NATURAL JOIN pg_roles WHERE rolname <> :role ORDER BY rolname
"""


@pytest.fixture
def admin(head: Server) -> Any:
    session = head.connect_as_superuser()
    yield session
    session.close()


def test_all_tables_are_looked_at(admin: Any) -> None:
    rows = admin.run("SELECT tablename, tableowner FROM pg_tables WHERE schemaname = 'payments' ORDER BY 1")
    assert rows == [[table, "payments_migrator"] for table in TABLES]


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("role", ["payments_app", "payments_readonly"])
def test_privileges_on_each_table(role: str, table: str, admin: Any) -> None:
    app = role == "payments_app"
    columns = {row[0] for row in admin.run(COLUMNS, table=f"payments.{table}")}
    expected = {
        "SELECT": columns,
        "INSERT": APP_MAY_INSERT.get(table, set()) if app else set(),
        "UPDATE": APP_MAY_UPDATE.get(table, set()) if app else set(),
        "REFERENCES": set(),
    }
    for privilege, wanted in expected.items():
        query = f"SELECT has_column_privilege('{role}', 'payments.{table}', :column, '{privilege}')"
        assert {column for column in columns if admin.run(query, column=column)[0][0]} == wanted, privilege
    for privilege in ("DELETE", "TRUNCATE", "TRIGGER"):
        ((has,),) = admin.run(f"SELECT has_table_privilege('{role}', 'payments.{table}', '{privilege}')")
        assert has == (privilege == "DELETE" and app and table in APP_MAY_DELETE), privilege


def test_functions_are_safe_to_call(admin: Any) -> None:
    """Every name in them is looked up where its author meant it, and only one of them acts as the owner."""
    rows = admin.run(
        "SELECT proname, pg_get_userbyid(proowner), prosecdef, proconfig, "
        "has_function_privilege('public', oid, 'EXECUTE') "
        "FROM pg_proc WHERE pronamespace = CAST('payments' AS regnamespace)"
    )
    assert len(rows) >= 8
    for name, owner, acts_as_owner, settings, public in rows:
        assert (owner, public) == ("payments_migrator", False), name
        assert acts_as_owner == (name == "count_refund"), name
        assert settings == ["search_path=pg_catalog, pg_temp" if acts_as_owner else 'search_path=""'], name


def test_attributes_and_memberships(admin: Any) -> None:
    query = "SELECT rolname, rolcanlogin, rolsuper, rolcreaterole, rolcreatedb, rolbypassrls FROM pg_roles"
    roles = {row[0]: row[1:] for row in admin.run(query)}
    assert roles["payments_app"] == roles["payments_readonly"] == [True, False, False, False, False]
    assert roles["payments_migrator"] == [False] * 5
    assert "payments_role_creator" not in roles
    for role in ("payments_app", "payments_readonly"):
        assert admin.run(MEMBERSHIPS, role=role) == [["rds_iam"]]
    assert admin.run(MEMBERSHIPS, role="payments_migrator") == []
    assert admin.run("SELECT count(*) FROM pg_authid WHERE rolname LIKE 'payments%' AND rolpassword IS NOT NULL") == [
        [1]  # the master user
    ]


def test_the_master_user_keeps_its_password_login(head: Server, admin: Any) -> None:
    """A member of payments_app would be one of rds_iam: PostgreSQL 16 and later make the creator of a role a member."""
    members = [row[0] for row in admin.run(MEMBERSHIPS, role=MASTER_USER)]
    assert "payments_migrator" in members
    assert not {"payments_app", "payments_readonly"} & set(members)
    head.connect().close()


@pytest.mark.parametrize("role", ["payments_app", "payments_readonly"])
def test_no_login_with_a_password(role: str, head: Server, admin: Any) -> None:
    admin.run(f"ALTER ROLE {role} PASSWORD 'for-this-test'")
    try:
        with pytest.raises(DatabaseError, match=r"pg_hba\.conf rejects connection"):
            head.connect(user=role, password="for-this-test")
    finally:
        admin.run(f"ALTER ROLE {role} PASSWORD NULL")


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TABLE payments.extra (id bigint)",
        "CREATE TABLE public.extra (id bigint)",
        "CREATE SCHEMA extra",
        "CREATE TEMPORARY TABLE extra (id bigint)",
        "ALTER TABLE payments.payments ADD COLUMN extra text",
        "DROP TABLE payments.outbox",
        "ALTER TABLE payments.postings DISABLE TRIGGER ALL",
        "SET session_replication_role = replica",
        "SELECT * FROM migrations.history",
        "SET ROLE payments_migrator",
        "CREATE ROLE extra",
        "COPY payments.payments TO PROGRAM 'cat'",
    ],
)
@pytest.mark.parametrize("role", ["payments_app", "payments_readonly"])
def test_what_no_user_may(role: str, statement: str, session_as: Callable[[str], Any], refused: Refusals) -> None:
    message = refused(session_as(role), statement)
    assert any(word in message for word in ("permission denied", "must be owner", "must be superuser")), message


def test_future_tables_follow(session_as: Callable[[str], Any], owner: Any, refused: Refusals) -> None:
    owner.run("CREATE TABLE payments.extra (id bigint GENERATED BY DEFAULT AS IDENTITY, serial bigserial)")
    try:
        app, readonly = session_as("payments_app"), session_as("payments_readonly")
        app.run("INSERT INTO payments.extra DEFAULT VALUES")
        app.run("UPDATE payments.extra SET id = 7")
        assert readonly.run("SELECT id FROM payments.extra") == [[7]]
        app.run("DELETE FROM payments.extra")
        owner.run("CREATE FUNCTION payments.extra() RETURNS int LANGUAGE sql AS 'SELECT 1'")
        assert "permission denied for function extra" in refused(app, "SELECT payments.extra()")
        owner.run("DROP FUNCTION payments.extra()")
    finally:
        owner.run("DROP TABLE payments.extra")


def test_readonly_is_read_only_and_both_have_time_limits(admin: Any) -> None:
    rows = admin.run("SELECT rolname, rolconfig FROM pg_roles WHERE rolname IN ('payments_app', 'payments_readonly')")
    settings = {name: dict(entry.split("=") for entry in config) for name, config in rows}
    assert settings["payments_readonly"]["default_transaction_read_only"] == "on"
    for role in settings.values():
        assert {"statement_timeout", "idle_in_transaction_session_timeout"} < role.keys()
        assert role["search_path"] == "payments"


def test_others_cannot_connect(admin: Any, head: Server) -> None:
    admin.run("CREATE ROLE stranger LOGIN PASSWORD 'stranger'")
    try:
        with pytest.raises(DatabaseError, match="permission denied for database"):
            head.connect(user="stranger", password="stranger")
    finally:
        admin.run("DROP ROLE stranger")
