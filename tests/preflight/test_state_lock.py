"""The lock beside the state."""

import json
from datetime import UTC, datetime

from preflight.checks.state_lock import check
from tests.preflight.account import Account

LOCK = "payments/prod/terraform.tfstate.tflock"


def test_passes(account: Account) -> None:
    assert check(account.scope()).text == "nobody holds it"


def test_held(account: Account) -> None:
    account.put_state(LOCK, json.dumps({"ID": "0b6c", "Operation": "OperationTypeApply", "Who": "ada@laptop"}).encode())
    (problem,) = check(account.scope()).problems
    assert problem == (
        f"held by ada@laptop since {datetime.now(UTC):%Y-%m-%d %H:%M} UTC (OperationTypeApply): wait for it; "
        "if that run is surely dead, `terraform force-unlock 0b6c` in the stack's folder"
    )


def test_an_object_that_terraform_did_not_write(account: Account) -> None:
    account.put_state(LOCK, b"mine!")
    (problem,) = check(account.scope()).problems
    assert problem == (
        f"{LOCK} has been there since {datetime.now(UTC):%Y-%m-%d %H:%M} UTC, but is no lock of Terraform's: "
        "see who wrote it, then delete the object"
    )
