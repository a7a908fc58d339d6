"""Idempotency keys and the outbox: written once, completed once."""

import uuid
from typing import Any

import pytest

from tests.migrations.schema.conftest import Refusals

SHA = "decode(repeat('ab', 32), 'hex')"
COMPLETE = "response_status = 201, response_body = '{}', completed_at = now()"
EVENT = "INSERT INTO payments.outbox (event_type, aggregate_id, payload) VALUES ('{}', gen_random_uuid(), '{}')"


@pytest.fixture
def key(app: Any) -> str:
    """A request that is being carried out; the value selects its row."""
    client = uuid.uuid4()
    app.run(f"INSERT INTO payments.idempotency_keys (client_id, key, request_sha256) VALUES ('{client}', 'k', {SHA})")
    return f"client_id = '{client}' AND key = 'k'"


def test_the_same_key_again_is_found(key: str, app: Any, refused: Refusals) -> None:
    client = key.split("'")[1]
    again = f"INSERT INTO payments.idempotency_keys (client_id, key, request_sha256) VALUES ('{client}', 'k', {SHA})"
    assert "idempotency_keys_pkey" in refused(app, again)
    app.run(f"{again} ON CONFLICT DO NOTHING")
    assert app.run(f"SELECT count(*) FROM payments.idempotency_keys WHERE {key}") == [[1]]


def test_an_answer_is_stored_once(key: str, app: Any, refused: Refusals) -> None:
    app.run(f"UPDATE payments.idempotency_keys SET {COMPLETE} WHERE {key}")
    message = refused(app, f"UPDATE payments.idempotency_keys SET response_status = 500 WHERE {key}")
    assert message == "the answer to an idempotency key is final"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ("request_sha256 = decode(repeat('cd', 32), 'hex')", "an idempotency key keeps its request"),
        ("key = 'other'", "an idempotency key keeps its request"),
        ("created_at = now() + interval '1 day'", "an idempotency key keeps its request"),
        ("response_status = 201", "idempotency_keys_check"),
        ("completed_at = now()", "idempotency_keys_check"),
        ("response_body = '{}'", "idempotency_keys_check1"),
        ("response_status = 99, completed_at = now()", "idempotency_keys_response_status_check"),
        ("request_sha256 = 'short'", "an idempotency key keeps its request"),
    ],
)
def test_a_bad_change_of_a_key_is_refused(change: str, message: str, key: str, app: Any, refused: Refusals) -> None:
    assert message in refused(app, f"UPDATE payments.idempotency_keys SET {change} WHERE {key}")


@pytest.mark.parametrize(("value", "sha"), [("", SHA), ("x" * 256, SHA), ("k", "'short'")])
def test_a_bad_key_is_refused(value: str, sha: str, app: Any, refused: Refusals) -> None:
    statement = (
        "INSERT INTO payments.idempotency_keys (client_id, key, request_sha256) VALUES (gen_random_uuid(), '{}', {})"
    )
    assert "violates check constraint" in refused(app, statement.format(value, sha))


def test_old_keys_can_be_removed(key: str, app: Any) -> None:
    app.run(f"DELETE FROM payments.idempotency_keys WHERE {key}")


def test_an_event_is_published_once_and_stays_as_it_is(app: Any, refused: Refusals) -> None:
    event = app.run(f"{EVENT.format('payment.captured', '{}')} RETURNING id")[0][0]
    for change in ("payload = '{\"a\": 1}'", "event_type = 'payment.lost'", "event_id = gen_random_uuid()"):
        assert "only published_at can be set" in refused(app, f"UPDATE payments.outbox SET {change} WHERE id = {event}")
    early = f"UPDATE payments.outbox SET published_at = created_at - interval '1 s' WHERE id = {event}"
    assert "outbox_check" in refused(app, early)
    app.run(f"UPDATE payments.outbox SET published_at = now() WHERE id = {event}")


@pytest.mark.parametrize(
    ("kind", "payload"), [("captured", "{}"), ("Payment.Captured", "{}"), ("payment.captured", "[]")]
)
def test_a_bad_event_is_refused(kind: str, payload: str, app: Any, refused: Refusals) -> None:
    assert "violates check constraint" in refused(app, EVENT.format(kind, payload))


def test_the_worker_reads_the_small_index(app: Any) -> None:
    app.run("SET enable_seqscan = off")
    plan = app.run("EXPLAIN SELECT * FROM payments.outbox WHERE published_at IS NULL ORDER BY id LIMIT 10")
    assert "outbox_unpublished" in str(plan)
