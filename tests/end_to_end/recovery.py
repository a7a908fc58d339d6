"""What a person does after Terraform was killed: release the lock, apply again, and import what exists already.

Terraform writes its state to a bucket every 20 seconds and when it is told to stop, not when it is killed: what was
made since the last time is in the account and in no state. What has a name then refuses to be made twice, and Terraform
imports it by that name. What has none is made a second time, and the first one stays in the account.
"""

import json
import re
from collections.abc import Mapping
from typing import Any

from tests.end_to_end.bench import module_of
from tests.end_to_end.emulator.client import Emulator
from tests.end_to_end.terraform import Terraform, TerraformError

# How each type's import id follows from its attributes; the provider's documentation says so under "Import".
IMPORT_IDS: Mapping[str, str] = {
    "aws_backup_vault": "{name}",
    "aws_cloudwatch_log_group": "{name}",
    "aws_db_event_subscription": "{name}",
    "aws_db_parameter_group": "{name}",
    "aws_db_subnet_group": "{name}",
    "aws_ecs_service": "{cluster}/{name}",
    "aws_elasticache_parameter_group": "{name}",
    "aws_elasticache_replication_group": "{replication_group_id}",
    "aws_elasticache_subnet_group": "{name}",
    "aws_elasticache_user": "{user_id}",
    "aws_elasticache_user_group": "{user_group_id}",
    "aws_iam_role": "{name}",
    "aws_kms_alias": "{name}",
    "aws_lambda_function": "{function_name}",
    "aws_rds_cluster": "{cluster_identifier}",
    "aws_rds_cluster_instance": "{identifier}",
    "aws_rds_cluster_parameter_group": "{name}",
    "aws_s3_bucket": "{bucket}",
}
IMPORTS = "recovery.tf.json"
_ERROR = re.compile(r"^Error: (?P<what>.*?)\n\n  with (?P<address>\S+),$", re.MULTILINE | re.DOTALL)
_EXISTS = re.compile(r"exist|duplicate|conflict|already|not idempotent", re.IGNORECASE)
# A round makes what the round before could not; the longest chain of a workspace has fewer links.
ROUNDS = 8


def unlock(module: Terraform, emulator: Emulator, account: str) -> bool:
    """Releases the lock that a killed Terraform left; False when there is none."""
    backend = module_of(module.folder)["terraform"]["backend"]["s3"]
    s3 = emulator.client("s3", account, backend["region"])
    try:
        lock = s3.get_object(Bucket=backend["bucket"], Key=f"{backend['key']}.tflock")
    except s3.exceptions.NoSuchKey:
        return False
    module.run("force-unlock", "-force", json.load(lock["Body"])["ID"])
    return True


def apply_to_the_end(module: Terraform) -> list[str]:
    """Applies, imports what exists already, and applies again until nothing fails; returns what was imported.

    Raises TerraformError when something fails for another reason.
    """
    imported: dict[str, str] = {}
    for _ in range(ROUNDS):
        module.plan()
        planned = {one["address"]: one["change"]["after"] for one in module.show()["resource_changes"]}
        try:
            module.apply()
        except TerraformError as error:
            found = {address: _import_id(address, planned[address]) for address in existing(str(error))}
            if not found.keys() - imported.keys():
                raise
            imported |= found
            blocks = [{"to": address, "id": id_} for address, id_ in imported.items()]
            (module.folder / IMPORTS).write_text(json.dumps({"import": blocks}))
        else:
            (module.folder / IMPORTS).unlink(missing_ok=True)
            return sorted(imported)
    raise AssertionError(f"still not applied after {ROUNDS} rounds")


def existing(output: str) -> list[str]:
    """The addresses that could not be made because they exist; raises AssertionError for every other error."""
    errors = list(_ERROR.finditer(output))
    others = [error["what"] for error in errors if not _EXISTS.search(error["what"])]
    assert errors and not others, "\n".join(others) or output[-4000:]
    return [error["address"] for error in errors]


def _import_id(address: str, attributes: dict[str, Any]) -> str:
    return IMPORT_IDS[address.partition(".")[0]].format_map(attributes)
