"""The manifest of what was applied last: a deployment leaves it as an artifact for the reviews that come after it."""

import io
import zipfile
from pathlib import Path

from delivery.github import GitHub
from delivery.stack import Stack
from plan_review.manifest import APPLIED, MANIFEST


def artifact_name(stack: Stack) -> str:
    return f"applied-{stack.name}"


def fetch(github: GitHub, stack: Stack, folder: Path) -> str:
    """Lays the manifest of the last deployment beside the plan, and says of which commit; or that GitHub keeps none."""
    branch = stack.workspace.environment.delivery.default_branch
    found = [
        one
        for one in github.pages(f"actions/artifacts?name={artifact_name(stack)}", "artifacts")
        # Any branch may upload an artifact of this name; only the default branch deploys.
        if not one["expired"]
        and one["workflow_run"]["head_branch"] == branch
        and one["workflow_run"]["head_repository_id"] == one["workflow_run"]["repository_id"]
    ]
    (folder / APPLIED).unlink(missing_ok=True)
    if not found:
        return f"{stack.name}: GitHub keeps no manifest of a deployment"
    newest = max(found, key=lambda one: str(one["created_at"]))
    with zipfile.ZipFile(io.BytesIO(github.download(f"actions/artifacts/{newest['id']}/zip"))) as archive:
        (folder / APPLIED).write_bytes(archive.read(MANIFEST))
    return f"{stack.name}: applied last at {newest['workflow_run']['head_sha'][:12]}"
