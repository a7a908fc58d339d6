"""AWS Backup: a locked vault, daily and monthly recovery points, copies in a second region."""

from cdktf import TerraformProvider
from cdktf_cdktf_provider_aws.backup_plan import (
    BackupPlan,
    BackupPlanRule,
    BackupPlanRuleCopyAction,
    BackupPlanRuleCopyActionLifecycle,
    BackupPlanRuleLifecycle,
)
from cdktf_cdktf_provider_aws.backup_selection import (
    BackupSelection,
    BackupSelectionCondition,
    BackupSelectionConditionStringEquals,
)
from cdktf_cdktf_provider_aws.backup_vault import BackupVault
from cdktf_cdktf_provider_aws.backup_vault_lock_configuration import BackupVaultLockConfiguration
from cdktf_cdktf_provider_aws.backup_vault_notifications import BackupVaultNotifications
from cdktf_cdktf_provider_aws.iam_role_policy_attachment import IamRolePolicyAttachment
from cdktf_cdktf_provider_aws.kms_key import KmsKey
from constructs import Construct

from constructs_lib.access import Role, policy, trust
from constructs_lib.alerts import Alerts
from constructs_lib.encryption import Key, account_administration
from constructs_lib.lasting import lasting
from environments.schema.names import Names
from environments.schema.operations import Backup as BackupSettings

# UTC; outside the database's backup and maintenance windows.
DAILY, MONTHLY = "cron(0 5 * * ? *)", "cron(0 5 1 * ? *)"


class Backup(Construct):
    """Recovery points of everything in this workspace that is tagged `Backup = true`, kept in a vault of its own.

    `tags` go onto the recovery points, which the provider's default tags don't reach.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        names: Names,
        tags: dict[str, str],
        settings: BackupSettings,
        key: Key,
        alerts: Alerts,
        copy_provider: TerraformProvider | None,
        disposable: bool,
    ) -> None:
        super().__init__(scope, id_)
        self.vault_name = name = names.described("backup")
        vault = lasting(
            BackupVault(self, "Vault", name=name, kms_key_arn=key.arn, force_destroy=disposable, tags={"Name": name}),
            "backup",
        )
        if settings.lock:
            self._lock("Lock", vault, settings)
        BackupVaultNotifications(
            self,
            "Notifications",
            backup_vault_name=vault.name,
            sns_topic_arn=alerts.topic_arn,
            # Failed backups have an alarm; the event that would tell of them is no longer sent.
            backup_vault_events=["COPY_JOB_FAILED", "RESTORE_JOB_COMPLETED"],
        )
        copies = self._copies(name, names, settings, copy_provider, disposable)
        self._recovery_point_tags = {**tags, "Name": name}
        plan = BackupPlan(
            self,
            "Plan",
            name=name,
            rule=[
                self._rule("daily", DAILY, vault.name, settings.daily_retention_days, copies),
                self._rule("monthly", MONTHLY, vault.name, settings.monthly_retention_days, copies),
            ],
            tags={"Name": name},
        )
        role = Role(
            self,
            "Role",
            name=names.of("backup"),
            description="Makes and restores recovery points",
            trust_policy=trust(
                "backup.amazonaws.com", conditions={"StringEquals": {"aws:SourceAccount": names.account_id}}
            ),
            permissions_boundary=names.boundary_arn,
        )
        for what in ("Backup", "Restores"):
            # Amazon keeps these two in step with what AWS Backup learns to back up.
            arn = f"arn:{names.partition}:iam::aws:policy/service-role/AWSBackupServiceRolePolicyFor{what}"
            IamRolePolicyAttachment(self, f"For{what}", role=role.name, policy_arn=arn, depends_on=[role.resource])
        BackupSelection(
            self,
            "Selection",
            name=name,
            plan_id=plan.id,
            iam_role_arn=role.arn,
            # Both tags must match, unlike `selection_tag`, of which one is enough: the copies of this workspace that
            # live in the same account have plans of their own.
            resources=["*"],
            condition=[
                BackupSelectionCondition(
                    string_equals=[
                        BackupSelectionConditionStringEquals(key=f"aws:ResourceTag/{tag}", value=value)
                        for tag, value in (("Backup", "true"), ("Workspace", tags["Workspace"]))
                    ]
                )
            ],
        )

    def _copies(
        self,
        name: str,
        names: Names,
        settings: BackupSettings,
        provider: TerraformProvider | None,
        disposable: bool,
    ) -> str | None:
        """The ARN of the vault in the second region, which has a key of its own; None without a second region."""
        if provider is None:
            return None
        key = lasting(
            KmsKey(
                self,
                "CopiesKey",
                provider=provider,
                description=f"{names.stack}: copies of backups",
                enable_key_rotation=True,
                deletion_window_in_days=30,
                policy=policy(account_administration(names)),
                tags={"Name": f"{name}-copies"},
            ),
            "backup_copies_key",
        )
        vault = lasting(
            BackupVault(
                self,
                "Copies",
                provider=provider,
                name=name,
                kms_key_arn=key.arn,
                force_destroy=disposable,
                tags={"Name": f"{name}-copies"},
            ),
            "backup_copies",
        )
        if settings.lock:
            self._lock("CopiesLock", vault, settings, provider)
        return vault.arn

    def _lock(
        self,
        id_: str,
        vault: BackupVault,
        settings: BackupSettings,
        provider: TerraformProvider | None = None,
    ) -> None:
        """Governance mode: nobody without the right to remove the lock deletes a recovery point early."""
        BackupVaultLockConfiguration(
            self,
            id_,
            provider=provider,
            backup_vault_name=vault.name,
            min_retention_days=settings.daily_retention_days,
            max_retention_days=settings.monthly_retention_days,
        )

    def _rule(self, name: str, schedule: str, vault: str, days: int, copies: str | None) -> BackupPlanRule:
        return BackupPlanRule(
            rule_name=name,
            target_vault_name=vault,
            schedule=schedule,
            start_window=60,
            completion_window=360,
            lifecycle=BackupPlanRuleLifecycle(delete_after=days),
            copy_action=[
                BackupPlanRuleCopyAction(
                    destination_vault_arn=copies,
                    lifecycle=BackupPlanRuleCopyActionLifecycle(delete_after=days),
                )
            ]
            if copies
            else None,
            recovery_point_tags=self._recovery_point_tags,
        )
