"""Refunds: together never more than the payment, also when two arrive at once."""

import threading
from collections.abc import Callable
from typing import Any

import pytest

from tests.migrations.schema.conftest import Refusals, new_payment

INSERT = "INSERT INTO payments.refunds (payment_id, amount, reason) VALUES ('{}', {}, 'requested_by_customer')"


def new_refund(session: Any, payment: str, amount: int) -> str:
    return str(session.run(f"{INSERT.format(payment, amount)} RETURNING CAST(id AS text)")[0][0])


def set_state(session: Any, refund: str, state: str) -> str:
    return f"UPDATE payments.refunds SET state = '{state}' WHERE id = '{refund}'"


@pytest.mark.parametrize("state", ["captured", "settled"])
def test_parts_up_to_the_whole(state: str, app: Any, refused: Refusals) -> None:
    payment = new_payment(app, 1000, state=state)
    new_refund(app, payment, 400)
    new_refund(app, payment, 600)
    assert refused(app, INSERT.format(payment, 1)) == "refund of 1 is too much: 0 of 1000 are left"


@pytest.mark.parametrize("state", ["created", "authorized", "failed", "cancelled"])
def test_only_captured_money_goes_back(state: str, app: Any, refused: Refusals) -> None:
    payment = new_payment(app, state=state)
    assert f"is {state}: only a captured or settled one" in refused(app, INSERT.format(payment, 1))


def test_a_failed_refund_gives_its_amount_free(app: Any) -> None:
    payment = new_payment(app, 1000, state="captured")
    app.run(set_state(app, new_refund(app, payment, 1000), "failed"))
    new_refund(app, payment, 1000)


@pytest.mark.parametrize("amount", ["0", "-1", "NULL"])
def test_a_bad_amount_is_refused(amount: str, app: Any, refused: Refusals) -> None:
    payment = new_payment(app, state="captured")
    message = refused(app, INSERT.format(payment, amount))
    assert "refunds_amount_check" in message or "null value" in message


def test_a_sum_beyond_bigint_is_refused_with_the_right_words(app: Any, refused: Refusals) -> None:
    largest = (1 << 63) - 1
    payment = new_payment(app, largest, state="captured")
    new_refund(app, payment, largest)
    assert "is too much: 0 of" in refused(app, INSERT.format(payment, largest))


def test_a_final_state_is_final(app: Any, refused: Refusals) -> None:
    payment = new_payment(app, state="captured")
    for final, other in (("succeeded", "failed"), ("failed", "pending"), ("succeeded", "pending")):
        refund = new_refund(app, payment, 1)
        app.run(set_state(app, refund, final))
        assert refused(app, set_state(app, refund, other)) == f"refund {refund} is final: it is {final}"


@pytest.mark.parametrize("change", ["amount = 2", "reason = 'duplicate'", "payment_id = gen_random_uuid()"])
def test_what_was_asked_stays(change: str, app: Any, refused: Refusals) -> None:
    refund = new_refund(app, new_payment(app, state="captured"), 1)
    message = refused(app, f"UPDATE payments.refunds SET {change} WHERE id = '{refund}'")
    assert "keeps its id, payment, amount and reason" in message


def test_a_refund_is_not_deleted_and_starts_as_pending(app: Any, refused: Refusals) -> None:
    payment = new_payment(app, state="captured")
    assert "permission denied" in refused(app, "DELETE FROM payments.refunds")
    finished = (
        INSERT.format(payment, 1).replace("reason)", "reason, state)").replace("customer')", "customer', 'succeeded')")
    )
    assert refused(app, finished) == "refund starts as pending, not as succeeded"


def test_two_refunds_at_once(session_as: Callable[[str], Any]) -> None:
    """Ten sessions ask for 300 of 1000 each: three get it, whatever the order."""
    sessions = [session_as("payments_app") for _ in range(10)]
    payment = new_payment(sessions[0], 1000, state="captured")
    taken: list[bool] = []
    together = threading.Barrier(len(sessions))

    def ask(session: Any) -> None:
        together.wait()
        try:
            session.run(INSERT.format(payment, 300))
            taken.append(True)
        except Exception:
            taken.append(False)

    threads = [threading.Thread(target=ask, args=(session,)) for session in sessions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(taken) == [False] * 7 + [True] * 3
    assert sessions[0].run(f"SELECT sum(amount) FROM payments.refunds WHERE payment_id = '{payment}'") == [[900]]
