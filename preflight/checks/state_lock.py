"""The lock of the state: free, or who holds it and since when."""

import json

from botocore.exceptions import ClientError

from preflight.aws import code_of
from preflight.check import Result, Scope


def check(scope: Scope) -> Result:
    backend = scope.stack.backend
    key = f"{backend['key']}.tflock"
    try:
        answer = scope.aws.client("s3", backend["region"]).get_object(Bucket=backend["bucket"], Key=key)
    except ClientError as error:
        if code_of(error) in ("NoSuchKey", "NoSuchBucket", "404"):
            return Result("nobody holds it")
        raise
    return Result(problems=(_held(answer["Body"].read(), f"{answer['LastModified']:%Y-%m-%d %H:%M} UTC", scope),))


def _held(text: bytes, since: str, scope: Scope) -> str:
    """What Terraform wrote into the lock object; of a broken one, only what S3 knows."""
    backend = scope.stack.backend
    try:
        lock = json.loads(text)
        who, what, id_ = lock["Who"], lock["Operation"], lock["ID"]
    except (ValueError, LookupError, TypeError):
        return (
            f"{backend['key']}.tflock has been there since {since}, but is no lock of Terraform's: "
            "see who wrote it, then delete the object"
        )
    return (
        f"held by {who} since {since} ({what}): wait for it; if that run is surely dead, "
        f"`terraform force-unlock {id_}` in the stack's folder"
    )
