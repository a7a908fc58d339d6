"""A card number is no provider's reference: neither as digits nor in groups, neither of a payment nor of a refund."""

from typing import Any

import pytest

from tests.migrations.schema.conftest import Refusals, new_payment

# Test numbers of the card schemes, 12 to 19 digits long.
CARD_NUMBERS = (
    *("500000000000", "6759649826438453", "378282246310005", "4111111111111111", "6304000000000000000"),
    *("4111 1111 1111 1111", "3782-822463-10005"),
)
REFERENCES = ("pi_4111111111111111", "re_1", "12345678901", "12345678901234567890", "ch_3MmlLrLkdIwHu7ix0snN0B15")


@pytest.fixture
def rows(app: Any) -> dict[str, str]:
    """A new payment and its refund, as the condition that finds each, by table."""
    payment = new_payment(app, state="captured")
    ((refund,),) = app.run(
        "INSERT INTO payments.refunds (payment_id, amount, reason) VALUES (CAST(:payment AS uuid), 1, 'duplicate') "
        "RETURNING CAST(id AS text)",
        payment=payment,
    )
    return {"payments": f"id = '{payment}'", "refunds": f"id = '{refund}'"}


@pytest.mark.parametrize("number", CARD_NUMBERS)
@pytest.mark.parametrize("table", ["payments", "refunds"])
def test_a_card_number_is_refused(
    table: str, number: str, app: Any, owner: Any, rows: dict[str, str], refused: Refusals
) -> None:
    statement = f"UPDATE payments.{table} SET provider_reference = '{number}' WHERE {rows[table]}"
    for session in (app, owner):
        message = refused(session, statement)
        assert f"{table}_reference_is_no_card_number" in message
        assert number not in message


@pytest.mark.parametrize("reference", REFERENCES)
@pytest.mark.parametrize("table", ["payments", "refunds"])
def test_a_providers_own_id_is_taken(table: str, reference: str, app: Any, rows: dict[str, str]) -> None:
    app.run("BEGIN")
    app.run(f"UPDATE payments.{table} SET provider_reference = '{reference}' WHERE {rows[table]}")
    app.run("ROLLBACK")


def test_both_rules_hold_for_old_rows_too(owner: Any) -> None:
    rows = owner.run(
        "SELECT convalidated FROM pg_constraint WHERE conname LIKE '%\\_reference\\_is\\_no\\_card\\_number'"
    )
    assert rows == [[True], [True]]
