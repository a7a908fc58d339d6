"""The state's bucket."""

from preflight.checks.state_bucket import check
from preflight.stack import Stack
from tests.preflight.account import Account

BUCKET = "payments-foundation-prod-state-777788889999"


def test_passes(account: Account) -> None:
    account.make_bucket(BUCKET)
    assert check(account.scope()).text == f"{BUCKET} is in eu-west-1 and versioned"


def test_absent(account: Account) -> None:
    assert check(account.scope()).problems == (
        f"{BUCKET} does not exist: apply the account's foundation first (docs/bootstrap.md)",
    )


def test_absent_before_the_foundation_has_made_it(account: Account, foundation: Stack) -> None:
    account.stack = foundation
    assert check(account.scope()).text == f"{BUCKET} is not there yet, this stack makes it (docs/bootstrap.md)"


def test_not_versioned_and_in_another_region(account: Account) -> None:
    account.make_bucket(BUCKET, "eu-central-1")
    account.client("s3").put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Suspended"})
    assert check(account.scope()).problems == (
        f"{BUCKET} is in eu-central-1, the backend looks for it in eu-west-1: correct `region` in environments/",
        f"versioning of {BUCKET} is Suspended, so a broken state could not be taken back: apply the foundation again",
    )


def test_of_another_account(account: Account) -> None:
    account.make_bucket(BUCKET)
    scope = account.scope()
    account.refuse("HeadBucket", "403")
    assert check(scope).problems == (
        f"{BUCKET} is closed to these credentials or belongs to another account than 777788889999: "
        "allow s3:ListBucket on it, or find out who owns it",
    )
