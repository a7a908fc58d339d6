"""What an AWS account has before a stack is applied to it: a hosted zone, an image, and at times a state bucket."""

import contextlib
import hashlib
import json
import threading
from typing import Any

from tests.end_to_end.emulator.client import Emulator

# Two lanes of one account come here at the same time.
_asking_first = threading.Lock()
# Of the image that a change of a stack deploys.
NEXT_DIGEST = f"sha256:{hashlib.sha256(b'the next release').hexdigest()}"
MANIFEST_TYPE = "application/vnd.oci.image.manifest.v1+json"


def account_of(module: dict[str, Any]) -> str:
    """The account that a synthesized module may be applied to."""
    account: str = module["provider"]["aws"][0]["allowed_account_ids"][0]
    return account


def make_state_bucket(emulator: Emulator, module: dict[str, Any]) -> None:
    """The bucket that the foundation would have made, for a test that does not need the foundation."""
    backend = module["terraform"]["backend"]["s3"]
    emulator.client("s3", account_of(module), backend["region"]).create_bucket(
        Bucket=backend["bucket"], CreateBucketConfiguration={"LocationConstraint": backend["region"]}
    )


def stand_in_for_foundation(emulator: Emulator, module: dict[str, Any]) -> None:
    """All that the module needs before its first `init` and its first plan."""
    make_state_bucket(emulator, module)
    if "data" in module:  # a foundation looks nothing up
        make_hosted_zone(emulator, module)
        push_image(emulator, module)


def make_hosted_zone(emulator: Emulator, module: dict[str, Any]) -> None:
    route53 = emulator.client("route53", account_of(module))
    with _asking_first:
        existing = {zone["Name"] for zone in route53.list_hosted_zones()["HostedZones"]}
        for zone in module["data"]["aws_route53_zone"].values():
            if f"{zone['name']}." not in existing:
                route53.create_hosted_zone(Name=zone["name"], CallerReference=zone["name"])


def push_image(emulator: Emulator, module: dict[str, Any]) -> None:
    """The images that the module looks up, and the next one, into a repository that is made when nobody did."""
    ecr = emulator.client("ecr", account_of(module), module["provider"]["aws"][0]["region"])
    for image in module["data"]["aws_ecr_image"].values():
        repository = image["repository_name"]
        if repository not in {one["repositoryName"] for one in ecr.describe_repositories()["repositories"]}:
            ecr.create_repository(repositoryName=repository)
        for digest in (image["image_digest"], NEXT_DIGEST):
            # The digest is the one that the environment file names: moto takes a caller's word for it.
            manifest = {"schemaVersion": 2, "mediaType": MANIFEST_TYPE, "annotations": {"digest": digest}}
            with contextlib.suppress(ecr.exceptions.ImageAlreadyExistsException):
                ecr.put_image(
                    repositoryName=repository,
                    imageManifest=json.dumps(manifest),
                    imageManifestMediaType=MANIFEST_TYPE,
                    imageDigest=digest,
                    imageTag=digest.removeprefix("sha256:")[:12],
                )
