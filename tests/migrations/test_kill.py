"""kill -9 anywhere: the next runs converge to the same schema and data, without repair by hand."""

import hashlib
import random
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from tests.migrations.conftest import MIGRATE, settings, store_secret
from tests.migrations.function import Function, kill
from tests.postgres import Server, postgres

KILLS = 200
# A database is killed so often in a row before it may finish; then its schema is compared.
KILLS_IN_A_ROW = 8
ROWS = 8_000

# `once` gets a row from each revision in a transaction, `changed` counts how often the backfill met a row.
FIRST = f"""\
-- role: master
CREATE ROLE payments_migrator NOLOGIN;
GRANT payments_migrator TO CURRENT_USER;
CREATE SCHEMA payments AUTHORIZATION payments_migrator;
SET LOCAL ROLE payments_migrator;
CREATE TABLE payments.once (revision int);
INSERT INTO payments.once VALUES (1);
CREATE TABLE payments.numbers (id bigint PRIMARY KEY, other int NOT NULL, changed int NOT NULL DEFAULT 0);
INSERT INTO payments.numbers (id, other) SELECT n, n % 1000 FROM generate_series(1, {ROWS}) AS n;
SET LOCAL ROLE NONE;
"""
TABLE = """\
CREATE TABLE payments.table_{0} (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, number_id bigint NOT NULL);
ALTER TABLE payments.table_{0} ADD FOREIGN KEY (number_id) REFERENCES payments.numbers (id);
INSERT INTO payments.table_{0} (number_id) SELECT id FROM payments.numbers LIMIT 500;
INSERT INTO payments.once VALUES ({0});
"""
INDEX = "-- transaction: off\nCREATE INDEX CONCURRENTLY index_{0} ON payments.numbers (other, id);\n"
UNIQUE = "-- transaction: off\nCREATE UNIQUE INDEX CONCURRENTLY index_{0} ON payments.numbers (id, other);\n"
DROP = "-- transaction: off\nDROP INDEX CONCURRENTLY IF EXISTS payments.index_{0};\n"
BACKFILL = """\
-- batch: payments.numbers.id
UPDATE payments.numbers SET changed = changed + 1 WHERE id BETWEEN $1 AND $2;
"""


def revisions() -> dict[str, str]:
    special = {1: FIRST, 5: INDEX, 8: BACKFILL, 11: UNIQUE, 14: INDEX, 16: DROP.format(5), 18: BACKFILL}
    return {f"{n:04}_step.sql": special.get(n, TABLE).format(n) for n in range(1, 21)}


def state(server: Server) -> tuple[str, Any]:
    """The hash of the schema, and everything that must have happened exactly once."""
    connection = server.connect_as_superuser()
    facts = [
        connection.run("SELECT version, name, sha256 FROM migrations.history ORDER BY version"),
        connection.run("SELECT * FROM migrations.unfinished"),
        connection.run("SELECT revision, count(*) FROM payments.once GROUP BY revision ORDER BY revision"),
        connection.run("SELECT min(changed), max(changed), count(*) FROM payments.numbers"),
        connection.run("SELECT count(*) FROM pg_index WHERE NOT indisvalid"),
        connection.run("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'"),
    ]
    connection.close()
    return hashlib.sha256(server.dump().encode()).hexdigest(), facts


def test_kill_anywhere(
    archive_path: Path, aws: dict[str, str], secrets: Any, tmp_path: Path, figure: Callable[[str], None]
) -> None:
    seed = random.randrange(1 << 32)
    print(f"seed {seed}")  # shown when the test fails
    began = time.monotonic()

    def work(worker: int) -> tuple[Counter[str], set[str]]:
        chance = random.Random(seed + worker)
        folder = tmp_path / str(worker)
        folder.mkdir()
        function = Function(archive_path, MIGRATE, folder)
        with postgres() as server:
            function.deploy({**aws, **settings(server, store_secret(secrets, server))})
            function.replace_revisions(revisions())
            try:
                return _kill_often(function, server, KILLS // 2, chance)
            finally:
                function.stop()

    with ThreadPoolExecutor(2) as pool:
        results = list(pool.map(work, range(2)))
    counted = results[0][0] + results[1][0]
    schemas = results[0][1] | results[1][1]
    figure(f"{sum(counted.values())} kills in {time.monotonic() - began:.0f} s, where they hit: {dict(counted)}")
    assert len(schemas) == 1
    assert sum(counted.values()) >= KILLS
    assert {"before the first revision", "transaction", "index", "backfill"} <= counted.keys()


def _kill_often(function: Function, server: Server, kills: int, chance: random.Random) -> tuple[Counter[str], set[str]]:
    """Where the kills hit, and the hashes of the schemas that came out."""
    started = time.monotonic()
    function.invoke({})
    whole_run = time.monotonic() - started
    expected = state(server)
    assert expected[1][3] == [[2, 2, ROWS]]  # two backfills met every row once
    hits: Counter[str] = Counter()
    schemas = {expected[0]}
    while hits.total() < kills:
        server.reset()
        for _ in range(KILLS_IN_A_ROW):
            process = function.start({})
            if chance.random() < 0.9:
                _wait_for_work(function)
            # The next run goes on from here: together the kills of a row spread over the whole run.
            time.sleep(chance.uniform(0, whole_run / 5))
            kill(process)
            answer = function.wait()
            if answer.error != "killed":
                break  # it was faster
            hits[_where(answer.log)] += 1
        function.invoke({})
        found = state(server)
        schemas.add(found[0])
        for fact, wanted in zip(found[1], expected[1], strict=True):
            assert fact == wanted
    return hits, schemas


def _wait_for_work(function: Function) -> None:
    deadline = time.monotonic() + 10
    while '"Applying"' not in function.log_so_far() and time.monotonic() < deadline:
        time.sleep(0.005)


def _where(log: str) -> str:
    applying = [line for line in log.splitlines() if '"Applying"' in line]
    if not applying:
        return "before the first revision"
    name = applying[-1].partition('"revision": "')[2].partition('"')[0]
    text = revisions()[name]
    return "backfill" if "-- batch" in text else "index" if "CONCURRENTLY" in text else "transaction"
