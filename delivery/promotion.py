"""A commit reaches an environment only after it ran, with the same image, in the one before: dev, staging, prod."""

from delivery import record
from delivery.errors import Refused
from delivery.github import GitHub
from delivery.stack import Stack
from environments.schema.names import ENVIRONMENTS


def check(github: GitHub, stack: Stack, commit: str) -> str:
    """Says where `commit` ran before with the image that it names; raises Refused where it did not.

    Any deployment that succeeded counts, not the last one alone: while production waits for its approval, the next
    commit may reach staging.
    """
    image = record.running_image(stack)
    position = ENVIRONMENTS.index(stack.environment)
    if position == 0:
        return f"{stack.name}: first of {', '.join(ENVIRONMENTS)}; image {image}"
    before = ENVIRONMENTS[position - 1]
    images = [made.image for made in record.successes(github, before, commit)]
    if not images:
        raise Refused(
            f"{stack.name}: commit {commit[:12]} has no recorded deployment in {before}; "
            f"deploy this commit to {before} first"
        )
    if image not in images:
        raise Refused(
            f"{stack.name}: environments/{stack.environment}.py names image {image}, but commit {commit[:12]} ran in "
            f"{before} with {images[0]}; name the same digest for both"
        )
    return f"{stack.name}: commit {commit[:12]} ran in {before} with image {image}"
