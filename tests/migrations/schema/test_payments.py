"""Payments: what can be written, what cannot, and which way a state can go."""

import itertools
import re
from typing import Any

import pytest

from tests.migrations.schema.conftest import Refusals, new_payment

STATES = ("created", "authorized", "captured", "settled", "failed", "cancelled", "expired")
ALLOWED = {
    *(("created", state) for state in ("authorized", "failed", "cancelled")),
    *(("authorized", state) for state in ("captured", "failed", "cancelled", "expired")),
    ("captured", "settled"),
}
INSERT = "INSERT INTO payments.payments (merchant_id, amount, currency{}) VALUES (gen_random_uuid(), {}, {}{})"


@pytest.mark.parametrize(("amount", "currency"), [(1, "EUR"), (9_223_372_036_854_775_807, "JPY"), (500, "KWD")])
def test_a_payment_is_taken(amount: int, currency: str, app: Any) -> None:
    new_payment(app, amount, currency=currency)


@pytest.mark.parametrize(
    ("statement", "message"),
    [
        (INSERT.format("", "0", "'EUR'", ""), "payments_amount_check"),
        (INSERT.format("", "-5", "'EUR'", ""), "payments_amount_check"),
        (INSERT.format("", "NULL", "'EUR'", ""), "null value in column"),
        (INSERT.format("", "9223372036854775808", "'EUR'", ""), "bigint out of range"),
        (INSERT.format("", "5", "'EURO'", ""), "payments_currency_fkey"),
        (INSERT.format("", "5", "'eur'", ""), "payments_currency_fkey"),
        (INSERT.format("", "5", "'XXX'", ""), "payments_currency_fkey"),
        (INSERT.format(", state", "5", "'EUR'", ", 'captured'"), "permission denied"),
        (INSERT.format(", created_by", "5", "'EUR'", ", 'somebody'"), "permission denied"),
        (INSERT.format(", updated_at", "5", "'EUR'", ", '2000-01-01'"), "permission denied"),
        (INSERT.format(", refunded_amount", "5", "'EUR'", ", 5"), "permission denied"),
        ("DELETE FROM payments.payments", "permission denied"),
        ("TRUNCATE payments.payments", "permission denied"),
    ],
)
def test_a_bad_payment_is_refused(statement: str, message: str, app: Any, refused: Refusals) -> None:
    assert message in refused(app, statement)


@pytest.mark.parametrize(("before", "after"), list(itertools.product(STATES, STATES)))
def test_every_pair_of_states(before: str, after: str, app: Any, owner: Any, refused: Refusals) -> None:
    payment = new_payment(app)
    owner.run("ALTER TABLE payments.payments DISABLE TRIGGER check_payment")
    owner.run(f"UPDATE payments.payments SET state = '{before}' WHERE id = '{payment}'")
    owner.run("ALTER TABLE payments.payments ENABLE TRIGGER check_payment")
    move = f"UPDATE payments.payments SET state = '{after}' WHERE id = '{payment}'"
    if before == after or (before, after) in ALLOWED:
        app.run(move)
    else:
        assert refused(app, move) == f"payment {payment} cannot go from {before} to {after}"


@pytest.mark.parametrize(
    "change",
    ["amount = amount + 1", "currency = 'USD'", "merchant_id = gen_random_uuid()", "id = gen_random_uuid()"],
)
def test_what_was_agreed_stays(change: str, app: Any, owner: Any, refused: Refusals) -> None:
    payment = new_payment(app)
    statement = f"UPDATE payments.payments SET {change} WHERE id = '{payment}'"
    assert "permission denied" in refused(app, statement)
    assert refused(owner, statement) == f"payment {payment} keeps its id, merchant, amount and currency"


@pytest.mark.parametrize("state", ["captured", "lost"])
def test_a_payment_starts_as_created(state: str, owner: Any, refused: Refusals) -> None:
    statement = INSERT.format(", state", "5", "'EUR'", f", '{state}'")
    assert refused(owner, statement) == f"payment starts as created, not as {state}"


def test_a_payment_is_not_deleted(app: Any, owner: Any, refused: Refusals) -> None:
    new_payment(app)
    for statement in ("DELETE FROM payments.payments", "TRUNCATE payments.payments CASCADE"):
        assert "is refused: a payment is cancelled, not deleted" in refused(owner, statement)


@pytest.mark.parametrize("reference", ["", "x" * 256])
def test_a_bad_reference_is_refused(reference: str, app: Any, refused: Refusals) -> None:
    statement = f"UPDATE payments.payments SET provider_reference = '{reference}' WHERE id = '{new_payment(app)}'"
    assert "payments_provider_reference_check" in refused(app, statement)


def test_the_providers_reference_is_unique(app: Any, refused: Refusals) -> None:
    first, second = new_payment(app), new_payment(app)
    app.run(f"UPDATE payments.payments SET provider_reference = 'pi_1' WHERE id = '{first}'")
    message = refused(app, f"UPDATE payments.payments SET provider_reference = 'pi_1' WHERE id = '{second}'")
    assert "payments_provider_reference_key" in message


@pytest.mark.parametrize("column", ["created_at", "created_by", "updated_at", "updated_by"])
def test_audit_columns_cannot_be_forged(column: str, app: Any, owner: Any, refused: Refusals) -> None:
    payment = new_payment(app)
    statement = f"UPDATE payments.payments SET {column} = '2000-01-01' WHERE id = '{payment}'"
    assert "permission denied" in refused(app, statement)
    owner.run(statement)
    ((year,),) = owner.run(f"SELECT left(CAST({column} AS text), 4) FROM payments.payments WHERE id = '{payment}'")
    assert year != "2000"


def test_audit_columns_say_who_and_when(app: Any) -> None:
    payment = new_payment(app)
    app.run("BEGIN")
    app.run("SET LOCAL payments.actor = 'operator:42'")
    app.run(f"UPDATE payments.payments SET state = 'authorized' WHERE id = '{payment}'")
    app.run("COMMIT")
    ((created_by, updated_by, in_order),) = app.run(
        "SELECT created_by, updated_by, updated_at > created_at AND created_at > now() - interval '1 hour' "
        f"FROM payments.payments WHERE id = '{payment}'"
    )
    assert (created_by, updated_by, in_order) == ("payments_app", "operator:42", True)


def test_the_states_of_the_table_are_those_of_the_moves(owner: Any) -> None:
    rows = owner.run("SELECT from_state, to_state FROM payments.payment_transitions")
    assert {tuple(row) for row in rows} == ALLOWED
    ((check,),) = owner.run(
        "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = 'payments_state_check'"
    )
    assert set(re.findall(r"'(\w+)'", check)) == set(STATES)


@pytest.mark.parametrize(
    "change",
    [
        "INSERT INTO payments.payment_transitions VALUES ('failed', 'captured')",
        "UPDATE payments.currencies SET minor_unit_digits = 3",
        "DELETE FROM payments.currencies WHERE code = 'EUR'",
    ],
)
def test_the_rules_are_not_the_applications_to_change(change: str, app: Any, refused: Refusals) -> None:
    assert "permission denied" in refused(app, change)


def test_currencies(app: Any) -> None:
    digits = dict(app.run("SELECT code, minor_unit_digits FROM payments.currencies"))
    assert (digits["EUR"], digits["USD"], digits["JPY"], digits["KWD"], digits["ISK"]) == (2, 2, 0, 3, 0)
    assert len(digits) == 155
