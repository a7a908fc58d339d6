"""Idempotency keys and the outbox: written once, completed once."""

import random
import threading
import time
import uuid
from collections.abc import Callable
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
    assert message == "UPDATE on payments.idempotency_keys is refused: the answer is final"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ("request_sha256 = decode(repeat('cd', 32), 'hex')", "permission denied"),
        ("key = 'other'", "permission denied"),
        ("created_at = now() + interval '1 day'", "permission denied"),
        ("response_status = 201", "idempotency_keys_check"),
        ("completed_at = now()", "idempotency_keys_check"),
        ("response_body = '{}'", "idempotency_keys_check1"),
        ("response_status = 99, completed_at = now()", "idempotency_keys_response_status_check"),
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


def test_a_key_is_removed_after_a_day(key: str, app: Any, owner: Any, refused: Refusals) -> None:
    delete = f"DELETE FROM payments.idempotency_keys WHERE {key}"
    assert "is refused: a client may repeat its request for 24 hours" in refused(app, delete)
    owner.run(f"UPDATE payments.idempotency_keys SET created_at = now() - interval '24 hours' WHERE {key}")
    app.run(delete)
    assert app.run(f"SELECT count(*) FROM payments.idempotency_keys WHERE {key}") == [[0]]


def test_the_same_request_twice_at_once_is_carried_out_once(session_as: Callable[[str], Any]) -> None:
    """The second one waits until the first has committed its answer, and then finds it."""
    first, second = session_as("payments_app"), session_as("payments_app")
    client = uuid.uuid4()
    insert = (
        "INSERT INTO payments.idempotency_keys (client_id, key, request_sha256) "
        f"VALUES ('{client}', 'k', {SHA}) ON CONFLICT DO NOTHING RETURNING key"
    )
    first.run("BEGIN")
    assert first.run(insert) == [["k"]]
    found: list[Any] = []
    waiting = threading.Thread(target=lambda: found.append(second.run(insert)))
    waiting.start()
    waiting.join(0.2)
    assert waiting.is_alive()
    first.run(f"UPDATE payments.idempotency_keys SET {COMPLETE} WHERE client_id = '{client}'")
    first.run("COMMIT")
    waiting.join()
    assert found == [[]]
    answer = f"SELECT response_status FROM payments.idempotency_keys WHERE client_id = '{client}'"
    assert second.run(answer) == [[201]]


def test_an_event_stays_as_it_is_and_until_it_is_published(app: Any, refused: Refusals) -> None:
    event = app.run(f"{EVENT.format('payment.captured', '{}')} RETURNING id")[0][0]
    for change in ("payload = '{\"a\": 1}'", "event_type = 'payment.lost'", "event_id = gen_random_uuid()", "id = 1"):
        assert "permission denied" in refused(app, f"UPDATE payments.outbox SET {change} WHERE id = {event}")
    early = f"UPDATE payments.outbox SET published_at = created_at - interval '1 s' WHERE id = {event}"
    assert "outbox_check" in refused(app, early)
    delete = f"DELETE FROM payments.outbox WHERE id = {event}"
    assert refused(app, delete) == "DELETE on payments.outbox is refused: it is not published yet"
    app.run(f"UPDATE payments.outbox SET published_at = now() WHERE id = {event}")
    app.run(delete)


def test_events_of_one_aggregate_appear_in_the_order_of_their_numbers(session_as: Callable[[str], Any]) -> None:
    """Eight writers, two aggregates, transactions of random length; the reader looks all the time."""
    aggregates = [str(uuid.uuid4()) for _ in range(2)]
    statement = "INSERT INTO payments.outbox (event_type, aggregate_id, payload) VALUES ('a.b', '{}', '{{}}')"

    def write(session: Any, chance: random.Random) -> None:
        for _ in range(15):
            session.run("BEGIN")
            session.run(statement.format(chance.choice(aggregates)))
            time.sleep(chance.uniform(0, 0.01))
            session.run("COMMIT")

    sessions = [session_as("payments_app") for _ in range(8)]
    writers = [threading.Thread(target=write, args=(s, random.Random(n))) for n, s in enumerate(sessions)]
    reader = session_as("payments_app")
    seen: dict[str, list[int]] = {aggregate: [] for aggregate in aggregates}
    for writer in writers:
        writer.start()
    while sum(map(len, seen.values())) < 8 * 15:
        for aggregate, ids in seen.items():
            rows = reader.run(f"SELECT id FROM payments.outbox WHERE aggregate_id = '{aggregate}' ORDER BY id")
            assert [row[0] for row in rows[: len(ids)]] == ids, "an earlier event appeared after a later one"
            ids += [row[0] for row in rows[len(ids) :]]
    for writer in writers:
        writer.join()


def test_events_of_other_aggregates_do_not_wait(session_as: Callable[[str], Any]) -> None:
    first, second = session_as("payments_app"), session_as("payments_app")
    first.run("BEGIN")
    first.run(EVENT.format("payment.captured", "{}"))
    second.run("SET lock_timeout = '1s'")
    second.run(EVENT.format("payment.captured", "{}"))
    first.run("COMMIT")


@pytest.mark.parametrize(
    ("kind", "payload"), [("captured", "{}"), ("Payment.Captured", "{}"), ("payment.captured", "[]")]
)
def test_a_bad_event_is_refused(kind: str, payload: str, app: Any, refused: Refusals) -> None:
    assert "violates check constraint" in refused(app, EVENT.format(kind, payload))


def test_the_worker_reads_the_small_index(app: Any) -> None:
    app.run("SET enable_seqscan = off")
    plan = app.run("EXPLAIN SELECT * FROM payments.outbox WHERE published_at IS NULL ORDER BY id LIMIT 10")
    assert "outbox_unpublished" in str(plan)
