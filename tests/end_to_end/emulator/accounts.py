"""Accounts by access key: the key of the account 111122223333 is `AKIA0000111122223333`."""

from typing import Any

from moto.iam import models

from tests.end_to_end.emulator.extension import extend

PREFIX = "AKIA0000"


def install() -> None:
    """moto knows accounts by the keys of users that it made; a test's first caller is no such user."""
    original: Any = models.get_account_id_from

    def account_of(access_key: str) -> str:
        account = access_key.removeprefix(PREFIX)
        return account if len(account) == 12 else str(original(access_key))

    extend(models, get_account_id_from=account_of)
