"""S3: PutBucketLogging reads a target's policy in which a principal is `"*"`, DeleteObjects deletes a delete marker;
moto breaks on both.

moto reads a bucket's policy without its conditions: "deny what comes over plain HTTP" denies everything there. Nothing
else of IAM is enforced, so bucket policies are not either.
"""

import json
from typing import Any

from moto.iam.access_control import PermissionResult
from moto.s3.models import FakeBucket, FakeDeleteMarker

from tests.end_to_end.emulator.extension import extend

_DELIVERY = {"Service": "logging.s3.amazonaws.com"}


def install() -> None:
    extend(FakeBucket, get_permission=lambda self, action, resource: PermissionResult.NEUTRAL)
    extend(FakeBucket, _log_permissions_enabled_policy=staticmethod(_may_deliver))
    extend(FakeDeleteMarker, dispose=lambda self: None)  # as for every object that goes; a marker holds no file


def _may_deliver(target_bucket: Any, target_prefix: str | None) -> bool:
    """Whether the target's policy lets S3 write access logs below the prefix."""
    policy = json.loads(target_bucket.policy or b'{"Statement": []}')
    wanted = {"Effect": "Allow", "Principal": _DELIVERY, "Action": "s3:PutObject"}
    places = {f"arn:aws:s3:::{target_bucket.name}/{prefix}*" for prefix in ("", target_prefix)}
    return any(
        wanted.items() <= statement.items() and statement["Resource"] in places for statement in policy["Statement"]
    )
