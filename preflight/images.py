"""The container images that the stack's tasks run, and what their registry says of them."""

import json
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from environments.schema.service import image_parts
from preflight.aws import READ_TIMEOUT, Aws
from preflight.stack import Attributes, Stack

# ECS's name of an architecture -> that of OCI images.
ARCHITECTURES = {"ARM64": "arm64", "X86_64": "amd64"}
MEDIA_TYPES = (
    "application/vnd.oci.image.index.v1+json",
    "application/vnd.docker.distribution.manifest.list.v2+json",
    "application/vnd.oci.image.manifest.v1+json",
    "application/vnd.docker.distribution.manifest.v2+json",
)


@dataclass(frozen=True)
class Image:
    """One image of a private ECR repository, and the architecture of the tasks that run it."""

    uri: str
    architecture: str

    @cached_property
    def parts(self) -> dict[str, str | None]:
        return image_parts(self.uri)

    @property
    def repository(self) -> Attributes:
        return {"registryId": self.parts["registry"], "repositoryName": self.parts["repository"]}

    @property
    def identifier(self) -> Attributes:
        """As ECR takes it: the digest where there is one."""
        digest, tag = self.parts["digest"], self.parts["tag"]
        return {"imageDigest": digest} if digest else {"imageTag": tag}


def images(stack: Stack) -> list[Image]:
    """The different images of all task definitions."""
    return sorted(set(_images(stack)), key=lambda image: (image.uri, image.architecture))


def _images(stack: Stack) -> Iterator[Image]:
    for task in stack.all("aws_ecs_task_definition").values():
        architecture = ARCHITECTURES[task["runtime_platform"]["cpu_architecture"]]
        for container in json.loads(task["container_definitions"]):
            yield Image(container["image"], architecture)


def manifest(aws: Aws, image: Image) -> tuple[str, Attributes] | None:
    """Digest and content of the image's manifest, or of its index; None when the registry does not hold it."""
    answer = aws.client("ecr").batch_get_image(
        **image.repository, imageIds=[image.identifier], acceptedMediaTypes=list(MEDIA_TYPES)
    )
    if not answer["images"]:
        return None
    found = answer["images"][0]
    return found["imageId"]["imageDigest"], json.loads(found["imageManifest"])


def platforms(content: Attributes) -> dict[str, str]:
    """Digest by architecture of an image index; empty for the manifest of a single image."""
    return {
        entry["platform"]["architecture"]: entry["digest"]
        for entry in content.get("manifests", [])
        # Build attestations stand in the index as an image of the platform unknown/unknown.
        if entry.get("platform", {}).get("architecture", "unknown") != "unknown"
    }


def architecture(aws: Aws, image: Image, content: Attributes) -> str:
    """The architecture of a single image, from its configuration, a blob that ECR hands out by a signed address."""
    answer = aws.client("ecr").get_download_url_for_layer(**image.repository, layerDigest=content["config"]["digest"])
    with urllib.request.urlopen(answer["downloadUrl"], timeout=READ_TIMEOUT) as blob:
        text = blob.read()
    try:
        return str(json.loads(text)["architecture"])
    except (ValueError, LookupError, TypeError):
        raise OSError("what ECR links to as the image's configuration is none") from None
