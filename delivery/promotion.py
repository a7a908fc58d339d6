"""An image reaches an environment only after it ran in the one before: dev, staging, prod."""

from delivery import record
from delivery.errors import Refused
from delivery.github import GitHub
from delivery.stack import Stack
from environments.schema.names import ENVIRONMENTS


def check(github: GitHub, stack: Stack) -> str:
    """Says which deployment of the environment before had the same image digest; raises Refused when none had."""
    image = record.running_image(stack)
    position = ENVIRONMENTS.index(stack.environment)
    if position == 0:
        return f"{stack.name}: first of {', '.join(ENVIRONMENTS)}; image {image}"
    before = ENVIRONMENTS[position - 1]
    last = record.latest(github, before)
    if last is None or last.image != image:
        found = f"runs {last.image} (commit {last.commit[:12]})" if last else "has no recorded deployment"
        raise Refused(
            f"{stack.name}: environments/{stack.environment}.py names image {image}, but {before} {found}; "
            f"deploy the same digest to {before} first"
        )
    return f"{stack.name}: image {image} runs in {before} since commit {last.commit[:12]}"
