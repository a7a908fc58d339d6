"""Refunds: together never more than the payment, also when two arrive at once."""

import random
import threading
from collections.abc import Callable
from typing import Any

import pytest
from pg8000.exceptions import DatabaseError

from tests.migrations.schema.conftest import Refusals, new_payment

INSERT = "INSERT INTO payments.refunds (payment_id, amount, reason) VALUES ('{}', {}, 'requested_by_customer')"

CHECK_VIOLATION, SERIALIZATION_FAILURE = "23514", "40001"


def counter(session: Any, payment: str) -> int:
    return int(session.run(f"SELECT refunded_amount FROM payments.payments WHERE id = '{payment}'")[0][0])


def new_refund(session: Any, payment: str, amount: int) -> str:
    return str(session.run(f"{INSERT.format(payment, amount)} RETURNING CAST(id AS text)")[0][0])


def set_state(session: Any, refund: str, state: str) -> str:
    return f"UPDATE payments.refunds SET state = '{state}' WHERE id = '{refund}'"


@pytest.mark.parametrize("state", ["captured", "settled"])
def test_parts_up_to_the_whole(state: str, app: Any, refused: Refusals) -> None:
    payment = new_payment(app, 1000, state=state)
    new_refund(app, payment, 400)
    new_refund(app, payment, 600)
    assert '"refunded_at_most_the_amount"' in refused(app, INSERT.format(payment, 1))


@pytest.mark.parametrize("state", ["created", "authorized", "failed", "cancelled"])
def test_only_captured_money_goes_back(state: str, app: Any, refused: Refusals) -> None:
    payment = new_payment(app, state=state)
    assert '"refunded_only_when_captured"' in refused(app, INSERT.format(payment, 1))


def test_a_failed_refund_gives_its_amount_free(app: Any) -> None:
    payment = new_payment(app, 1000, state="captured")
    app.run(set_state(app, new_refund(app, payment, 1000), "failed"))
    new_refund(app, payment, 1000)


@pytest.mark.parametrize("amount", ["0", "-1", "NULL"])
def test_a_bad_amount_is_refused(amount: str, app: Any, refused: Refusals) -> None:
    payment = new_payment(app, state="captured")
    message = refused(app, INSERT.format(payment, amount))
    assert "refunds_amount_check" in message or "null value" in message


def test_a_sum_beyond_bigint_is_refused(app: Any, refused: Refusals) -> None:
    largest = (1 << 63) - 1
    payment = new_payment(app, largest, state="captured")
    new_refund(app, payment, largest)
    assert refused(app, INSERT.format(payment, largest)) == "bigint out of range"


def test_a_final_state_is_final(app: Any, refused: Refusals) -> None:
    payment = new_payment(app, state="captured")
    for final, other in (("succeeded", "failed"), ("failed", "pending"), ("succeeded", "pending")):
        refund = new_refund(app, payment, 1)
        app.run(set_state(app, refund, final))
        assert refused(app, set_state(app, refund, other)) == f"refund {refund} is final: it is {final}"


@pytest.mark.parametrize("change", ["amount = 2", "reason = 'duplicate'", "payment_id = gen_random_uuid()"])
def test_what_was_asked_stays(change: str, app: Any, owner: Any, refused: Refusals) -> None:
    refund = new_refund(app, new_payment(app, state="captured"), 1)
    statement = f"UPDATE payments.refunds SET {change} WHERE id = '{refund}'"
    assert "permission denied" in refused(app, statement)
    assert "keeps its id, payment, amount and reason" in refused(owner, statement)


def test_a_refund_starts_as_pending(app: Any, owner: Any, refused: Refusals) -> None:
    payment = new_payment(app, state="captured")
    statement = "INSERT INTO payments.refunds (payment_id, amount, reason, state) VALUES ('{}', 1, 'duplicate', '{}')"
    assert "permission denied" in refused(app, statement.format(payment, "succeeded"))
    assert refused(owner, statement.format(payment, "succeeded")) == "refund starts as pending, not as succeeded"


def test_a_refund_is_not_deleted(app: Any, owner: Any, refused: Refusals) -> None:
    for statement in ("DELETE FROM payments.refunds", "TRUNCATE payments.refunds CASCADE"):
        assert "permission denied" in refused(app, statement)
        assert "is refused: a refund fails or succeeds, it is not deleted" in refused(owner, statement)


def test_the_application_cannot_write_the_counter(app: Any, refused: Refusals) -> None:
    payment = new_payment(app, state="captured")
    new_refund(app, payment, 600)
    statement = f"UPDATE payments.payments SET refunded_amount = 0 WHERE id = '{payment}'"
    assert "permission denied" in refused(app, statement)


def test_a_refund_that_is_not_inserted_is_not_counted(app: Any) -> None:
    payment = new_payment(app, 1000, state="captured")
    refund = new_refund(app, payment, 100)
    again = (
        "INSERT INTO payments.refunds (id, payment_id, amount, reason) "
        f"VALUES ('{refund}', '{payment}', 100, 'duplicate') ON CONFLICT DO NOTHING"
    )
    app.run(again)
    app.run("BEGIN")
    new_refund(app, payment, 200)
    app.run("ROLLBACK")
    assert counter(app, payment) == 100


@pytest.mark.parametrize("level", ["READ COMMITTED", "REPEATABLE READ", "SERIALIZABLE"])
def test_many_refunds_at_once(level: str, session_as: Callable[[str], Any]) -> None:
    """Ten sessions ask again and again for 300 of 1000, with snapshots taken together: three get it, not one more."""
    sessions = [session_as("payments_app") for _ in range(10)]
    payment = new_payment(sessions[0], 1000, state="captured")
    refusals: list[str] = []
    together = threading.Barrier(len(sessions))

    def ask(session: Any) -> None:
        for attempt in range(20):
            session.run(f"BEGIN ISOLATION LEVEL {level}")
            session.run("SELECT count(*) FROM payments.refunds")
            if attempt == 0:
                together.wait()
            try:
                new_refund(session, payment, 300)
                session.run("COMMIT")
                return
            except DatabaseError as error:
                session.run("ROLLBACK")
                refusals.append(error.args[0]["C"])
                if refusals[-1] != SERIALIZATION_FAILURE:
                    return

    threads = [threading.Thread(target=ask, args=(session,)) for session in sessions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [code for code in refusals if code != SERIALIZATION_FAILURE] == [CHECK_VIOLATION] * 7
    assert (SERIALIZATION_FAILURE in refusals) == (level != "READ COMMITTED")
    assert sessions[0].run(f"SELECT sum(amount) FROM payments.refunds WHERE payment_id = '{payment}'") == [[900]]
    assert counter(sessions[0], payment) == 900


def test_refunds_wait_for_each_other_without_a_deadlock(session_as: Callable[[str], Any]) -> None:
    """Both transactions already hold the lock on the payment that a foreign key takes."""
    first, second = session_as("payments_app"), session_as("payments_app")
    payment = new_payment(first, 1000, state="captured")
    for session in (first, second):
        session.run("BEGIN")
        session.run(f"SELECT FROM payments.payments WHERE id = '{payment}' FOR KEY SHARE")
    new_refund(first, payment, 500)
    waiting = threading.Thread(target=new_refund, args=(second, payment, 500))
    waiting.start()
    waiting.join(0.2)
    assert waiting.is_alive()
    first.run("COMMIT")
    waiting.join()
    second.run("COMMIT")
    assert counter(first, payment) == 1000


def test_the_counter_is_the_sum(app: Any) -> None:
    """Over a long random history, some of which is refused."""
    chance = random.Random(7)
    payment, refunds, refusals = new_payment(app, 1000, state="captured"), list[str](), 0
    total = (
        f"SELECT coalesce(sum(amount), 0) FROM payments.refunds WHERE payment_id = '{payment}' AND state <> 'failed'"
    )
    for _ in range(200):
        if refunds and chance.random() < 0.5:
            statement = set_state(app, chance.choice(refunds), chance.choice(["succeeded", "failed", "failed"]))
        else:
            statement = INSERT.format(payment, chance.randint(1, 100)) + " RETURNING CAST(id AS text)"
        try:
            refunds += [row[0] for row in app.run(statement) or ()]
        except DatabaseError:
            refusals += 1
        assert counter(app, payment) == app.run(total)[0][0] <= 1000
    assert len(refunds) > 20
    assert refusals > 20
