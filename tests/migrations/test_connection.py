"""TLS is verified, the secret is read at run time, and the password is nowhere in what a run leaves behind."""

import json
import time
from typing import Any

import pytest

from migrations import revisions
from migrations.handler import RESERVE_SECONDS
from tests.migrations.function import Function
from tests.postgres import Server

REFUSED_PASSWORD = "a-password-that-is-not-the-right-one"


def test_an_unknown_authority_is_refused(function: Function) -> None:
    """Without DATABASE_CA_FILE the function trusts Amazon's certificates alone."""
    error = function.try_to_invoke({}, DATABASE_CA_FILE="").error
    assert "No verified TLS connection to localhost:" in error
    assert "unable to get local issuer certificate" in error


def test_a_certificate_for_another_name_is_refused(function: Function) -> None:
    error = function.try_to_invoke({}, DATABASE_HOST="127.0.0.1").error
    assert "No verified TLS connection to 127.0.0.1:" in error
    assert "certificate is not valid for '127.0.0.1'" in error


def test_a_server_without_tls_is_refused(function: Function, server: Server) -> None:
    admin = server.connect_as_superuser()
    admin.run("ALTER SYSTEM SET ssl = off")
    try:
        _reload(server, admin, "off")
        assert "No verified TLS connection" in function.try_to_invoke({}).error
    finally:
        admin.run("ALTER SYSTEM RESET ssl")
        _reload(server, admin, "on")
        admin.close()


def test_nobody_listens(function: Function) -> None:
    assert "Nothing answers at localhost:1: " in function.try_to_invoke({}, DATABASE_PORT="1").error


def test_a_secret_that_does_not_log_in_names_the_setting(
    function: Function, secrets: Any, secret_arn: str, server: Server
) -> None:
    secrets.put_secret_value(SecretId=secret_arn, SecretString=json.dumps(server.secret(password=REFUSED_PASSWORD)))
    answer = function.try_to_invoke({}, seconds=RESERVE_SECONDS + 3)
    assert answer.error.startswith(f"MigrationError: The database does not accept the password stored in {secret_arn}")
    assert "raise `password_version`" in answer.error
    assert REFUSED_PASSWORD not in answer.error + answer.log


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("not json but a-secret-text", "is not JSON"),
        ('"a-secret-text"', "has no username, password, host, port, dbname"),
        ('{"username": "u", "password": "a-secret-text"}', "has no host, port, dbname"),
    ],
)
def test_a_secret_that_cannot_be_used(text: str, what: str, function: Function, secrets: Any, secret_arn: str) -> None:
    secrets.put_secret_value(SecretId=secret_arn, SecretString=text)
    answer = function.try_to_invoke({})
    assert answer.error == f"MigrationError: The master secret {secret_arn} {what}"
    assert "a-secret-text" not in answer.log


def test_a_secret_without_a_value(function: Function, secret_arn: str) -> None:
    answer = function.try_to_invoke({}, seconds=RESERVE_SECONDS + 1, MASTER_SECRET_ARN=secret_arn + "x")
    assert "(the secret has no value)" in answer.error


def test_a_new_password_that_becomes_valid_later_is_waited_for(function: Function, server: Server) -> None:
    """RDS answers before the new password is in force."""
    admin = server.connect_as_superuser()
    admin.run(f"ALTER ROLE {server.user} PASSWORD 'the-old-one'")
    function.start({"dry_run": True})
    deadline = time.monotonic() + 10
    while "tries again" not in function.log_so_far() and time.monotonic() < deadline:
        time.sleep(0.05)
    admin.run(f"ALTER ROLE {server.user} PASSWORD '{server.password}'")
    admin.close()
    answer = function.wait()
    assert answer.error == ""
    assert [line["level"] for line in answer.lines][:1] == ["WARNING"]


def test_the_password_is_in_no_log_and_in_no_result(function: Function, server: Server) -> None:
    """Of runs that succeed, that are refused, that fail in the SQL, that lose a lock, and that cannot log in."""
    outputs = [(function.try_to_invoke({}), ""), (function.try_to_invoke({"target": "0001"}), "no way down")]
    added = function.versions / f"{len(revisions.load()) + 1:04}_added.sql"
    added.write_text("SELECT 1 / 0;")
    outputs.append((function.try_to_invoke({}), "division by zero"))
    added.write_text("-- lock_timeout: 10ms\nALTER TABLE payments.refunds ADD COLUMN note text;")
    holder = server.connect_as_superuser()
    holder.run("BEGIN")
    holder.run("LOCK TABLE payments.refunds")
    outputs.append((function.try_to_invoke({}, seconds=RESERVE_SECONDS + 10), "added.sql did not get its lock"))
    holder.close()
    outputs.append((function.try_to_invoke({}, DATABASE_NAME="nowhere"), '"nowhere" does not exist'))
    for answer, sentence in outputs:
        assert sentence in answer.error and bool(answer.error) == bool(sentence)
    everything = json.dumps([[answer.result, answer.error, answer.log] for answer, _ in outputs])
    assert server.password not in everything
    assert server.password not in (server.folder / "server.log").read_text()


def test_log_lines_are_json_with_the_request_id(function: Function) -> None:
    lines = function.invoke({}).lines
    assert len(lines) > 10
    assert {line["request_id"] for line in lines} == {"request-1"}
    assert {line["level"] for line in lines} == {"INFO"}
    assert lines[-1]["message"] == "Finished"


def test_a_row_is_not_quoted_in_an_error(function: Function) -> None:
    (function.versions / "0002_currencies.sql").write_text(
        "CREATE TABLE payments.people (email text PRIMARY KEY);\n"
        "INSERT INTO payments.people VALUES ('someone@example.com'), ('someone@example.com');\n"
    )
    answer = function.try_to_invoke({"target": "0002"})
    assert "duplicate key value" in answer.error
    assert "someone@example.com" not in answer.error + answer.log


def _reload(server: Server, admin: Any, expected: str) -> None:
    admin.run("SELECT pg_reload_conf()")
    deadline = time.monotonic() + 10
    while admin.run("SHOW ssl") != [[expected]]:
        assert time.monotonic() < deadline
        time.sleep(0.05)
