"""The KMS key of the state: enabled, and these credentials can decrypt with it."""

from botocore.exceptions import ClientError

from preflight.aws import code_of
from preflight.check import Result, Scope


def check(scope: Scope) -> Result:
    backend = scope.stack.backend
    alias = backend["kms_key_id"]
    name = alias.rpartition(":")[2]
    try:
        key = scope.aws.client("kms", backend["region"]).describe_key(KeyId=alias)["KeyMetadata"]
    except ClientError as error:
        if code_of(error) != "NotFoundException":
            raise
        if name in scope.stack.values("aws_kms_alias", "name"):
            return Result(f"{name} is not there yet, this stack makes it (docs/bootstrap.md)")
        return Result(problems=(f"{name} does not exist: apply the account's foundation first (docs/bootstrap.md)",))
    if key["KeyState"] == "PendingDeletion":
        last_day = f"{key['DeletionDate']:%Y-%m-%d}"
        return Result(
            problems=(
                f"{name} is deleted on {last_day}, and every state with it: "
                f"`aws kms cancel-key-deletion --key-id {key['KeyId']}`, then `aws kms enable-key`",
            )
        )
    if key["KeyState"] != "Enabled":
        return Result(problems=(f"{name} is {key['KeyState']}: `aws kms enable-key --key-id {key['KeyId']}`",))
    return _usable(scope, name)


def _usable(scope: Scope, name: str) -> Result:
    """Reading the state has decrypted it; before the first apply there is nothing to try it on."""
    try:
        deployed = bool(scope.state.resources)
    except ClientError as error:
        if "kms:Decrypt" not in str(error):
            raise
        return Result(
            problems=(f"{name} is enabled, but these credentials may not decrypt with it: allow kms:Decrypt",)
        )
    return Result(f"{name} is enabled" + (" and decrypts the state" if deployed else ""))
