"""Service-linked roles and AWS Backup's settings."""

from preflight.check import Scope
from preflight.checks import backup, service_roles
from preflight.stack import Stack
from tests.preflight import healthy
from tests.preflight.account import Account


def test_service_roles_pass(account: Account, foundation: Stack) -> None:
    healthy.service_roles(account)
    result = service_roles.check(account.scope())
    assert result and result.text == "all 6 there"
    account.stack = foundation
    assert service_roles.check(account.scope()) is None
    assert backup.check(account.scope()) is None


def test_missing_service_roles_are_made_at_the_first_use(account: Account) -> None:
    healthy.service_roles(account)
    account.client("iam").delete_role(RoleName="AWSServiceRoleForECS")
    result = service_roles.check(account.scope())
    assert result and result.text == "5 there, AWS makes the others at the first use: ECS"


def test_missing_service_roles_that_nobody_may_make(account: Account) -> None:
    healthy.service_roles(account)
    account.client("iam").delete_role(RoleName="AWSServiceRoleForRDS")
    result = service_roles.check(Scope(account.stack, account.aws, foundation=None))
    assert result and result.problems == (
        "AWSServiceRoleForRDS is missing, and the foundation lets nobody make it: "
        "`aws iam create-service-linked-role --aws-service-name rds.amazonaws.com`",
    )


def test_backup_passes(account: Account) -> None:
    healthy.backup(account)
    result = backup.check(account.scope())
    assert result and result.text == "switched on, and 2 vault(s) may keep points for 35, 3650 days"


def test_backup_that_is_switched_off_for_aurora(account: Account) -> None:
    healthy.backup(account, aurora=False)
    result = backup.check(account.scope())
    assert result and result.problems == (
        "AWS Backup is switched off for Aurora in eu-west-1 and would pass over it: "
        "`aws backup update-region-settings --resource-type-opt-in-preference Aurora=true`",
    )


def test_a_locked_vault_that_lets_the_plans_retention_through(account: Account) -> None:
    healthy.backup(account)
    lock(account, low=35, high=3650)
    result = backup.check(account.scope())
    assert result and not result.problems


def test_a_vault_that_is_locked_to_other_days(account: Account) -> None:
    healthy.backup(account)
    lock(account, low=36, high=365)
    result = backup.check(account.scope())
    assert result and result.problems == tuple(
        f"vault payments-prod-backup in {region} is locked to 36-365 days, the plan keeps points for 35, 3650: "
        "change the retention in environments/ or the vault's lock"
        for region in ("eu-west-1", "eu-central-1")
    )


def lock(account: Account, low: int, high: int) -> None:
    vault = {"BackupVaultName": "payments-prod-backup", "Locked": True, "MinRetentionDays": low}
    account.answer("ListBackupVaults", {"BackupVaultList": [{**vault, "MaxRetentionDays": high}]})
