"""What is not as it was reviewed, for the pull request and the page of the run."""

from plan_review.errors import BindingBroken
from plan_review.markdown import code


def mismatch(stack: str, broken: BindingBroken) -> str:
    """Every difference as a line of Markdown; addresses and findings in it are already fit to be shown."""
    lines = [f"- {code(difference)}" for difference in broken.differences]
    return "\n".join([f"## {code(stack)}: not applied, because this is not what was reviewed", "", *lines]) + "\n"
