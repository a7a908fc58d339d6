"""The audit trail: pgaudit is made wherever the parameters load it, and an Aurora without it is refused.

What this does not prove: that Aurora's pgaudit writes what it should; the server of these tests has none.
"""

from typing import Any

import pytest

from constructs_lib.database_parameters import CLUSTER
from migrations import revisions
from tests.migrations.function import Function
from tests.postgres import Server

CREATED = "CREATE EXTENSION IF NOT EXISTS pgaudit"


def test_what_the_parameters_load_a_revision_makes() -> None:
    loaded, _ = CLUSTER["shared_preload_libraries"]
    assert "pgaudit" in loaded.split(",")
    assert [one.name for one in revisions.load() if CREATED in (revisions.VERSIONS / one.name).read_text()]


def test_an_aurora_without_it_is_refused_and_a_server_of_ones_own_is_not(
    function: Function, server: Server, connection: Any
) -> None:
    if connection.run("SELECT FROM pg_available_extensions WHERE name = 'pgaudit'"):
        pytest.skip("this server has pgaudit: there is nothing to refuse")
    (revision,) = [one for one in revisions.load() if CREATED in (revisions.VERSIONS / one.name).read_text()]
    function.invoke({"target": f"{revision.number - 1:04}"})
    connection.run("CREATE FUNCTION public.aurora_version() RETURNS text LANGUAGE sql AS $$ SELECT '17.7' $$")
    answer = function.try_to_invoke({})
    assert "this Aurora has no pgaudit, and so no audit trail" in str(answer)
    connection.run("DROP FUNCTION public.aurora_version()")
    assert function.invoke({}).result["after"] == revisions.load()[-1].version
