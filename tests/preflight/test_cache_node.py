"""The cache's engine version and node type."""

from preflight.checks.cache_node import check
from preflight.stack import Stack
from tests.preflight import healthy
from tests.preflight.account import Account


def test_passes(account: Account, foundation: Stack) -> None:
    healthy.cache(account, ["7.2", "8.1"])
    result = check(account.scope())
    assert result and result.text == "valkey 8.1 on cache.m7g.large offered in eu-west-1"
    account.stack = foundation
    assert check(account.scope()) is None


def test_neither_version_nor_node_type(account: Account) -> None:
    healthy.cache(account, ["7.2", "8.0"], offerings=0)
    result = check(account.scope())
    assert result and result.problems == (
        "valkey 8.1 is not offered in eu-west-1: set cache.engine_version to one of 7.2, 8.0",
        "cache.m7g.large is not offered in eu-west-1: set cache.node_type to another type",
    )
