"""Runners do not disturb each other, and a revision that waits for a table does not make payments wait for long."""

import time
from collections.abc import Callable
from typing import Any

from migrations import revisions
from migrations.handler import RESERVE_SECONDS
from migrations.locks import ADVISORY_LOCK
from tests.migrations.function import Function
from tests.postgres import Server

REVISIONS = revisions.load()
NEXT = f"{len(REVISIONS) + 1:04}"
RETRY = "Waits for a lock, tries again"
ADD_COLUMN = "-- lock_timeout: 300ms\nALTER TABLE payments.refunds ADD COLUMN note text;\n"


def test_eight_runners_at_once(
    new_function: Callable[[], Function], connection: Any, figure: Callable[[str], None]
) -> None:
    functions = [new_function() for _ in range(8)]
    began = time.monotonic()
    for function in functions:
        function.start({})
    answers = [function.wait() for function in functions]
    figure(f"8 runners at once: {time.monotonic() - began:.1f} s")
    assert [answer.error for answer in answers] == [""] * 8
    applied = [step["revision"] for answer in answers for step in answer.result["applied"]]
    assert sorted(applied) == [revision.name for revision in REVISIONS]
    assert connection.run("SELECT count(*) FROM migrations.history") == [[len(REVISIONS)]]
    assert sum(bool(answer.result["applied"]) for answer in answers) == 1


def test_a_second_runner_gives_up_with_a_sentence(function: Function, server: Server) -> None:
    first = server.connect()
    first.run("SELECT pg_advisory_lock(:key)", key=ADVISORY_LOCK)
    error = function.try_to_invoke({}, seconds=RESERVE_SECONDS + 3).error
    first.close()
    assert error.startswith("MigrationError: Another migration has been running for more than ")
    assert function.invoke({}).result["after"] == REVISIONS[-1].version


def test_a_waiting_runner_does_not_stop_a_concurrent_index(function: Function, server: Server) -> None:
    """Inside the server a waiting statement would hold a snapshot, for which the index waits: a deadlock."""
    function.invoke({})
    holder, other = server.connect(), server.connect_as_superuser()
    holder.run("SELECT pg_advisory_lock(:key)", key=ADVISORY_LOCK)
    function.start({}, seconds=RESERVE_SECONDS + 10)
    time.sleep(0.5)
    holder.run("SET statement_timeout = '5s'")
    holder.run("CREATE INDEX CONCURRENTLY extra ON payments.outbox (created_at)")
    holder.close()
    other.close()
    assert function.wait().error == ""


def test_a_locked_table_is_tried_again_until_it_is_free(
    function: Function, server: Server, figure: Callable[[str], None]
) -> None:
    function.invoke({})
    (function.versions / f"{NEXT}_note.sql").write_text(ADD_COLUMN)
    session = server.connect()
    session.run("SET application_name = 'nightly report'")
    session.run("BEGIN")
    session.run("LOCK TABLE payments.refunds IN ACCESS SHARE MODE")
    function.start({})
    deadline = time.monotonic() + 30
    while function.log_so_far().count(RETRY) < 2 and time.monotonic() < deadline:
        time.sleep(0.05)
    session.run("COMMIT")
    session.close()
    answer = function.wait()
    (step,) = answer.result["applied"]
    figure(f"table locked for two attempts: {step}")
    assert step["attempts"] >= 3
    # Two waits of 300 ms, sampled ten times a second.
    assert 0.3 <= step["lock_wait_seconds"] <= step["seconds"]
    retries = [line for line in answer.lines if line["message"] == RETRY]
    assert retries[0]["blocked_by"][0]["application"] == "nightly report"


def test_payments_go_on_while_a_revision_waits(
    function: Function, server: Server, figure: Callable[[str], None]
) -> None:
    """The queue behind the waiting ALTER TABLE is what stops a site; here it lasts lock_timeout at most."""
    function.invoke({})
    (function.versions / f"{NEXT}_note.sql").write_text(ADD_COLUMN)
    report, payments = server.connect(), server.connect()
    report.run("BEGIN")
    report.run("LOCK TABLE payments.refunds IN ACCESS SHARE MODE")
    function.start({}, seconds=RESERVE_SECONDS + 6)
    longest, ends = 0.0, time.monotonic() + 4
    while time.monotonic() < ends:
        began = time.monotonic()
        payments.run("SELECT count(*) FROM payments.refunds")
        longest = max(longest, time.monotonic() - began)
        time.sleep(0.01)
    report.run("COMMIT")
    function.wait()
    report.close()
    payments.close()
    figure(f"longest stop of a query behind a waiting revision: {longest * 1000:.0f} ms (lock_timeout 300 ms)")
    assert 0.1 < longest < 1.0


def test_a_table_that_stays_locked_ends_in_a_sentence(function: Function, server: Server, connection: Any) -> None:
    function.invoke({})
    before = server.dump()
    (function.versions / f"{NEXT}_note.sql").write_text(ADD_COLUMN)
    session = server.connect()
    session.run("SET application_name = 'nightly report'")
    session.run("BEGIN")
    session.run("SELECT count(*) FROM payments.refunds")
    answer = function.try_to_invoke({}, seconds=RESERVE_SECONDS + 6)
    session.close()
    assert answer.error.startswith(f"MigrationError: {NEXT}_note.sql did not get its lock after ")
    assert "held by payments_master (nightly report, idle in transaction): nothing of it was applied" in answer.error
    assert server.dump() == before
    assert connection.run("SELECT max(version) FROM migrations.history") == [[len(REVISIONS)]]


def test_a_long_statement_is_cut_off(function: Function, server: Server) -> None:
    function.invoke({})
    before = server.dump()
    slow = "-- statement_timeout: 200ms\nLOCK TABLE payments.refunds;\nSELECT pg_sleep(5);\n"
    (function.versions / f"{NEXT}_slow.sql").write_text(slow)
    began = time.monotonic()
    error = function.try_to_invoke({}).error
    assert "statement timeout (SQLSTATE 57014); nothing of it was applied" in error
    assert time.monotonic() - began < 4
    assert server.dump() == before


def test_a_revision_of_many_statements_ends_at_the_time_limit(function: Function, server: Server) -> None:
    """Each of them is short enough for statement_timeout."""
    function.invoke({})
    before = server.dump()
    (function.versions / f"{NEXT}_long.sql").write_text(
        "CREATE TABLE payments.t (id bigint);\n" + "SELECT pg_sleep(0.2);\n" * 100
    )
    began = time.monotonic()
    error = function.try_to_invoke({}, seconds=RESERVE_SECONDS + 4).error
    assert error == f"MigrationError: {NEXT}_long.sql was stopped by the time limit: nothing of it was applied"
    assert time.monotonic() - began < 10
    assert server.dump() == before
