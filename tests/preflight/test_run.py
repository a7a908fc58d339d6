"""All checks together."""

import pytest

from preflight.checks import CHECKS
from preflight.dns import Resolver
from preflight.run import run
from tests.preflight import healthy
from tests.preflight.account import Account


def test_a_healthy_account_passes_every_check(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    healthy.everything(account, monkeypatch)
    results = dict(run(account.stack, account.foundation, account.aws, Resolver(account.dns.address)))
    for name, result in results.items():
        print(name, result)
    assert {name: result.problems for name, result in results.items() if result.problems} == {}
    assert list(results) == ["credentials", *CHECKS]
    assert all(result.text for result in results.values())
