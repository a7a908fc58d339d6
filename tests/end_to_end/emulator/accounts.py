"""Accounts by access key: the key `111122223333` belongs to the account 111122223333."""

from typing import Any

from moto.iam import models


def install() -> None:
    """moto knows accounts by the keys of users that it made; a test's first caller is no such user."""
    original: Any = models.get_account_id_from

    def account_of(access_key: str) -> str:
        return access_key if access_key.isdecimal() and len(access_key) == 12 else str(original(access_key))

    models.get_account_id_from = account_of
