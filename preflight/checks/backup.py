"""AWS Backup will take the backups: it is switched on, and no vault's lock forbids their retention."""

from preflight.check import Result, Scope, judge
from preflight.stack import Attributes

# What the plan selects by tag; AWS Backup passes over a resource type that the region's settings switch off.
RESOURCE_TYPES = {"aws_rds_cluster": "Aurora"}


def check(scope: Scope) -> Result | None:
    plans = scope.stack.all("aws_backup_plan").values()
    if not plans:
        return None
    days = sorted({rule["lifecycle"]["delete_after"] for plan in plans for rule in plan["rule"]})
    vaults = scope.stack.all("aws_backup_vault").values()
    problems = _switched_off(scope)
    for vault in vaults:
        problems += _locked(scope, vault, days)
    return judge(f"switched on, and {len(vaults)} vault(s) may keep points for {_joined(days)} days", problems)


def _switched_off(scope: Scope) -> list[str]:
    wanted = [name for type_, name in RESOURCE_TYPES.items() if scope.stack.all(type_)]
    settings = scope.aws.client("backup").describe_region_settings()["ResourceTypeOptInPreference"]
    return [
        f"AWS Backup is switched off for {name} in {scope.stack.region} and would pass over it: "
        f"`aws backup update-region-settings --resource-type-opt-in-preference {name}=true`"
        for name in wanted
        if not settings.get(name)
    ]


def _locked(scope: Scope, vault: Attributes, days: list[int]) -> list[str]:
    """A vault of that name that is locked already; Backup refuses recovery points outside its range."""
    region = scope.stack.region_of(vault)
    vaults = scope.aws.pages("backup", "list_backup_vaults", "BackupVaultList", region=region)
    found = next((v for v in vaults if v["BackupVaultName"] == vault["name"] and v.get("Locked")), None)
    if not found:
        return []
    low, high = found.get("MinRetentionDays") or 0, found.get("MaxRetentionDays")
    outside = [day for day in days if day < low or (high and day > high)]
    if not outside:
        return []
    return [
        f"vault {vault['name']} in {region} is locked to {low}-{high or 'any number of'} days, the plan keeps points "
        f"for {_joined(outside)}: change the retention in environments/ or the vault's lock"
    ]


def _joined(days: list[int]) -> str:
    return ", ".join(map(str, days))
