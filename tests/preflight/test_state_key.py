"""The state's KMS key."""

from botocore.exceptions import ClientError

from preflight.check import Scope
from preflight.checks.state_key import check
from preflight.stack import Stack
from tests.preflight import healthy
from tests.preflight.account import Account
from tests.preflight.conftest import state_of

ALIAS = "alias/payments-foundation-prod-state"


def test_passes(account: Account) -> None:
    healthy.state_store(account)
    assert check(account.scope()).text == f"{ALIAS} is enabled"


def test_passes_with_a_state_to_decrypt(account: Account) -> None:
    healthy.state_store(account)
    account.put_state("payments/prod/terraform.tfstate", state_of(aws_vpc=[{"id": "vpc-1"}]))
    assert check(account.scope()).text == f"{ALIAS} is enabled and decrypts the state"


def test_absent(account: Account) -> None:
    assert check(account.scope()).problems == (
        f"{ALIAS} does not exist: apply the account's foundation first (docs/bootstrap.md)",
    )


def test_absent_before_the_foundation_has_made_it(account: Account, foundation: Stack) -> None:
    account.stack = foundation
    assert check(account.scope()).text == f"{ALIAS} is not there yet, this stack makes it (docs/bootstrap.md)"


def test_disabled(account: Account) -> None:
    key_id = healthy.state_store(account)
    account.client("kms").disable_key(KeyId=key_id)
    assert check(account.scope()).problems == (f"{ALIAS} is Disabled: `aws kms enable-key --key-id {key_id}`",)


def test_pending_deletion(account: Account) -> None:
    key_id = healthy.state_store(account)
    day = account.client("kms").schedule_key_deletion(KeyId=key_id, PendingWindowInDays=7)["DeletionDate"]
    assert check(account.scope()).problems == (
        f"{ALIAS} is deleted on {day:%Y-%m-%d}, and every state with it: "
        f"`aws kms cancel-key-deletion --key-id {key_id}`, then `aws kms enable-key`",
    )


def test_enabled_but_these_credentials_may_not_decrypt(account: Account) -> None:
    healthy.state_store(account)
    refusal = ClientError(
        {"Error": {"Code": "AccessDenied", "Message": "not authorized to perform: kms:Decrypt"}}, "GetObject"
    )
    scope = Scope(account.stack, account.aws, known_state=refusal)
    assert check(scope).problems == (
        f"{ALIAS} is enabled, but these credentials may not decrypt with it: allow kms:Decrypt",
    )
