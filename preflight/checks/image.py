"""The container image is in the registry, its tag and digest agree, and it runs on the tasks' architecture."""

from botocore.exceptions import ClientError

from preflight import images
from preflight.aws import code_of
from preflight.check import Result, Scope, judge
from preflight.images import Image
from preflight.stack import Attributes


def check(scope: Scope) -> Result | None:
    wanted = images.images(scope.stack)
    if not wanted:
        return None
    problems = [problem for image in wanted for problem in _problems(scope, image)]
    return judge(", ".join(f"{_short(image)} runs on {image.architecture}" for image in wanted), problems)


def _problems(scope: Scope, image: Image) -> list[str]:
    repository = image.parts["repository"]
    try:
        found = images.manifest(scope.aws, image)
    except ClientError as error:
        if code_of(error) == "RepositoryNotFoundException":
            return [f"{scope.stack.region} has no repository {repository}: apply the account's foundation first"]
        raise
    if not found:
        return [f"{_short(image)} is not in the registry: push it, or name one that is there (CONTAINER_IMAGE)"]
    digest, content = found
    return [*_tag_moved(scope, image, digest), *_cannot_run(scope, image, content)]


def _tag_moved(scope: Scope, image: Image, digest: str) -> list[str]:
    """An image that is named by both: ECS takes the digest, a reader believes the tag."""
    tag = image.parts["tag"]
    if not (tag and image.parts["digest"]):
        return []
    details = scope.aws.client("ecr").describe_images(**image.repository, imageIds=[{"imageDigest": digest}])
    if tag in details["imageDetails"][0].get("imageTags", []):
        return []
    return [f"{_short(image)} does not carry the tag {tag}: correct the tag or the digest (CONTAINER_IMAGE)"]


def _cannot_run(scope: Scope, image: Image, content: Attributes) -> list[str]:
    built = set(images.platforms(content))
    if not built and "config" not in content:
        return [f"{_short(image)} is no container image, its manifest names no platform: push one and name it"]
    built = built or {images.architecture(scope.aws, image, content)}
    if image.architecture in built:
        return []
    return [
        f"{_short(image)} is built for {', '.join(sorted(built))}, the tasks are {image.architecture}: build it with "
        f"`docker buildx build --platform linux/{image.architecture}`, or set service.cpu_architecture"
    ]


def _short(image: Image) -> str:
    """`repository@sha256:5a6c31ebb541`, as long as it takes to recognize it."""
    parts = image.parts
    return (
        f"{parts['repository']}@{parts['digest'][:19]}" if parts["digest"] else f"{parts['repository']}:{parts['tag']}"
    )
