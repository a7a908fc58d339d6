"""The ledger: every entry adds up to zero in each currency, and nothing in it is ever changed."""

import itertools
from collections import defaultdict
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pg8000.exceptions import DatabaseError

from tests.migrations.schema.conftest import Refusals, new_payment

ENTRY = "INSERT INTO payments.journal_entries (description) VALUES ('test') RETURNING id"
POST = "INSERT INTO payments.postings (entry_id, account_id, amount, currency) VALUES ({}, {}, {}, '{}')"
CURRENCIES = ("EUR", "USD", "JPY")
_numbers = itertools.count()


@pytest.fixture
def accounts(app: Any) -> dict[str, tuple[int, int]]:
    """Two accounts in each currency."""
    return {currency: (new_account(app, currency), new_account(app, currency)) for currency in CURRENCIES}


def new_account(session: Any, currency: str) -> int:
    statement = "INSERT INTO payments.accounts (code, kind, currency) VALUES (:code, 'asset', :currency) RETURNING id"
    return int(session.run(statement, code=f"test:{next(_numbers)}", currency=currency)[0][0])


def book(session: Any, *postings: tuple[int, int, str]) -> int:
    """An entry with postings (account, amount, currency), committed. Raises DatabaseError."""
    session.run("BEGIN")
    try:
        entry = int(session.run(ENTRY)[0][0])
        for account, amount, currency in postings:
            session.run(POST.format(entry, account, amount, currency))
        session.run("COMMIT")
    except DatabaseError:
        session.run("ROLLBACK")
        raise
    return entry


def test_a_balanced_entry_is_taken(app: Any, accounts: dict[str, tuple[int, int]]) -> None:
    one, two = accounts["EUR"]
    entry = book(app, (one, 1000, "EUR"), (two, -970, "EUR"), (two, -30, "EUR"))
    assert app.run(f"SELECT sum(amount), count(*) FROM payments.postings WHERE entry_id = {entry}") == [[0, 3]]


@pytest.mark.parametrize(
    ("amounts", "message"),
    [
        ([], "has no postings"),
        ([5], "is not balanced: its postings in EUR add up to 5"),
        ([5, -4], "is not balanced: its postings in EUR add up to 1"),
        ([0, 0], "postings_amount_check"),
        (
            [(1 << 63) - 1, (1 << 63) - 1],
            "is not balanced: its postings in EUR add up to 18446744073709551614",
        ),
    ],
)
def test_an_unbalanced_entry_is_refused(
    amounts: list[int], message: str, app: Any, accounts: dict[str, tuple[int, int]]
) -> None:
    with pytest.raises(DatabaseError, match=message):
        book(app, *((accounts["EUR"][0], amount, "EUR") for amount in amounts))


def test_each_currency_is_balanced_by_itself(app: Any, accounts: dict[str, tuple[int, int]]) -> None:
    with pytest.raises(DatabaseError, match="is not balanced"):
        book(app, (accounts["EUR"][0], 5, "EUR"), (accounts["USD"][0], -5, "USD"))


def test_an_account_has_one_currency(app: Any, accounts: dict[str, tuple[int, int]]) -> None:
    with pytest.raises(DatabaseError, match="postings_account_id_currency_fkey"):
        book(app, (accounts["EUR"][0], 5, "USD"), (accounts["EUR"][1], -5, "USD"))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.sampled_from(CURRENCIES), st.integers(0, 1), st.integers(-3, 3).filter(bool)), max_size=6))
def test_taken_exactly_when_each_currency_adds_up_to_zero(
    app: Any, accounts: dict[str, tuple[int, int]], postings: list[tuple[str, int, int]]
) -> None:
    sums: defaultdict[str, int] = defaultdict(int)
    for currency, _, amount in postings:
        sums[currency] += amount
    try:
        book(app, *((accounts[currency][which], amount, currency) for currency, which, amount in postings))
        taken = True
    except DatabaseError:
        taken = False
    assert taken == (bool(postings) and not any(sums.values()))


def test_a_check_brought_forward_is_repeated(app: Any, accounts: dict[str, tuple[int, int]], refused: Refusals) -> None:
    """SET CONSTRAINTS ends the entry's own check early; the postings' check still comes."""
    one, two = accounts["EUR"]
    app.run("BEGIN")
    entry = app.run(ENTRY)[0][0]
    app.run(POST.format(entry, one, 5, "EUR"))
    app.run(POST.format(entry, two, -5, "EUR"))
    app.run("SET CONSTRAINTS ALL IMMEDIATE")
    app.run("SET CONSTRAINTS ALL DEFERRED")
    app.run(POST.format(entry, one, 7, "EUR"))
    with pytest.raises(DatabaseError, match="is not balanced: its postings in EUR add up to 7"):
        app.run("COMMIT")
    app.run("ROLLBACK")


def test_a_committed_entry_is_closed(app: Any, accounts: dict[str, tuple[int, int]], refused: Refusals) -> None:
    one, two = accounts["EUR"]
    entry = book(app, (one, 5, "EUR"), (two, -5, "EUR"))
    more = refused(app, POST.format(entry, one, 1, "EUR"), POST.format(entry, two, -1, "EUR"))
    assert more == f"journal entry {entry} is closed"


def test_a_savepoint_does_not_close_it(app: Any, accounts: dict[str, tuple[int, int]]) -> None:
    one, two = accounts["EUR"]
    app.run("BEGIN")
    entry = app.run(ENTRY)[0][0]
    app.run("SAVEPOINT a")
    app.run(POST.format(entry, one, 5, "EUR"))
    app.run("RELEASE a")
    app.run(POST.format(entry, two, -5, "EUR"))
    app.run("COMMIT")


CHANGES = [
    ("UPDATE payments.postings SET amount = amount + 1", "postings"),
    ("DELETE FROM payments.postings", "postings"),
    ("UPDATE payments.journal_entries SET description = 'other'", "journal_entries"),
    ("DELETE FROM payments.journal_entries", "journal_entries"),
    ("UPDATE payments.accounts SET kind = 'equity'", "accounts"),
    ("DELETE FROM payments.accounts", "accounts"),
    ("TRUNCATE payments.postings", "postings"),
    ("TRUNCATE payments.journal_entries CASCADE", "journal_entries"),
]


@pytest.mark.parametrize(("change", "table"), CHANGES)
def test_nothing_is_changed_not_even_by_the_owner(
    change: str, table: str, app: Any, owner: Any, accounts: dict[str, tuple[int, int]], refused: Refusals
) -> None:
    book(app, (accounts["EUR"][0], 5, "EUR"), (accounts["EUR"][1], -5, "EUR"))
    assert "permission denied" in refused(app, change)
    assert refused(owner, change).startswith(f"{change.split()[0]} on payments.{table} is refused: ")


REVERSE = "INSERT INTO payments.journal_entries (description, reverses_id) VALUES ('reversal', {}) RETURNING id"


def test_a_mistake_is_reversed_once(app: Any, accounts: dict[str, tuple[int, int]], refused: Refusals) -> None:
    one, two = accounts["EUR"]
    wrong = book(app, (one, 5, "EUR"), (two, -5, "EUR"))
    app.run("BEGIN")
    entry = app.run(REVERSE.format(wrong))[0][0]
    app.run(POST.format(entry, one, -5, "EUR"))
    app.run(POST.format(entry, two, 5, "EUR"))
    app.run("COMMIT")
    assert "journal_entries_reverses_id_key" in refused(app, REVERSE.format(wrong))


@pytest.mark.parametrize("amounts", [(-4, 4, 0), (5, -5, 0), (-5, 0, 5)], ids=["a part", "again", "another account"])
def test_a_reversal_takes_back_every_posting(
    amounts: tuple[int, int, int], app: Any, accounts: dict[str, tuple[int, int]]
) -> None:
    one, two = accounts["EUR"]
    third = new_account(app, "EUR")
    wrong = book(app, (one, 5, "EUR"), (two, -5, "EUR"))
    app.run("BEGIN")
    entry = app.run(REVERSE.format(wrong))[0][0]
    for account, amount in zip((one, two, third), amounts, strict=True):
        if amount:
            app.run(POST.format(entry, account, amount, "EUR"))
    with pytest.raises(DatabaseError, match=f"journal entry {entry} does not take back all of entry {wrong}"):
        app.run("COMMIT")
    app.run("ROLLBACK")


def test_an_entry_cannot_reverse_itself(app: Any, accounts: dict[str, tuple[int, int]]) -> None:
    one, two = accounts["EUR"]
    last = book(app, (one, 5, "EUR"), (two, -5, "EUR"))
    app.run("BEGIN")
    entry = app.run(REVERSE.format(last + 1))[0][0]
    assert entry == last + 1
    app.run(POST.format(entry, one, 5, "EUR"))
    app.run(POST.format(entry, two, -5, "EUR"))
    with pytest.raises(DatabaseError, match="does not take back"):
        app.run("COMMIT")
    app.run("ROLLBACK")


@pytest.mark.parametrize(
    "statement",
    [
        # It would stay open for the transaction that comes to this number.
        "INSERT INTO payments.journal_entries (description, made_in) VALUES ('x', '99999999')",
        "INSERT INTO payments.journal_entries (description, created_by) VALUES ('x', 'somebody')",
        "INSERT INTO payments.journal_entries (id, description) OVERRIDING SYSTEM VALUE VALUES (9999, 'x')",
        "INSERT INTO payments.accounts (code, kind, currency, created_at) VALUES ('x', 'asset', 'EUR', '2000-01-01')",
    ],
)
def test_what_the_database_fills_in_cannot_be_forged(statement: str, app: Any, refused: Refusals) -> None:
    assert "permission denied" in refused(app, statement)


def test_an_entry_is_about_a_payment_or_a_refund(app: Any, refused: Refusals) -> None:
    payment = new_payment(app, state="captured")
    ((refund,),) = app.run(
        f"INSERT INTO payments.refunds (payment_id, amount, reason) VALUES ('{payment}', 1, 'duplicate') RETURNING id"
    )
    statement = "INSERT INTO payments.journal_entries (description, payment_id, refund_id) VALUES ('x', '{}', '{}')"
    assert '"is_about_one_thing"' in refused(app, statement.format(payment, refund))


@pytest.mark.parametrize(
    ("code", "kind", "currency"),
    [
        ("Merchant", "asset", "EUR"),
        ("", "asset", "EUR"),
        ("a:", "asset", "EUR"),
        ("a", "cash", "EUR"),
        ("a", "asset", "EU"),
    ],
)
def test_a_bad_account_is_refused(code: str, kind: str, currency: str, app: Any, refused: Refusals) -> None:
    statement = f"INSERT INTO payments.accounts (code, kind, currency) VALUES ('{code}', '{kind}', '{currency}')"
    assert "violates" in refused(app, statement)
