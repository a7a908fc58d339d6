"""Deployments as GitHub keeps them: what ran where, from which commit, image and plan."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from delivery.github import GitHub
from delivery.stack import Stack
from environments.schema.service import image_parts

# Sets these apart from the entries that GitHub makes by itself for every job with an environment.
TASK = "deploy:payments"


@dataclass(frozen=True)
class Deployment:
    """One stack as it was applied; `fingerprint` is the digest of what the plan means."""

    stack: str
    commit: str
    image: str
    fingerprint: str


def running_image(stack: Stack) -> str:
    """The digest that the stack's settings name, or the tag where there is no digest (never in production)."""
    parts = image_parts(stack.workspace.environment.service.image)
    return str(parts["digest"] or parts["tag"])


def save(github: GitHub, stack: Stack, deployment: Deployment, run: str) -> int:
    """Records a deployment that succeeded, and returns GitHub's number for it."""
    made = github.request(
        "POST",
        "deployments",
        {
            "ref": deployment.commit,
            "task": TASK,
            "environment": stack.environment,
            "production_environment": stack.environment == "prod",
            "description": f"{stack.name}, image {deployment.image[:19]}"[:140],
            "payload": {
                "stack": deployment.stack,
                "image": deployment.image,
                "plan_fingerprint": deployment.fingerprint,
                "run": run,
            },
            # This run is what made sure of everything; GitHub's own merge and checks would only repeat it.
            "auto_merge": False,
            "required_contexts": [],
        },
    )
    status = {"state": "success", "log_url": run, "environment_url": stack.address, "auto_inactive": True}
    github.request("POST", f"deployments/{made['id']}/statuses", status)
    return int(made["id"])


def successes(github: GitHub, environment: str, commit: str = "") -> Iterator[Deployment]:
    """The deployments of an environment that succeeded, the newest first; of `commit` alone when it is given."""
    of_commit = f"&sha={commit}" if commit else ""
    for made in github.pages(f"deployments?environment={environment}&task={TASK}{of_commit}"):
        statuses: list[dict[str, Any]] = github.request("GET", f"deployments/{made['id']}/statuses")
        if any(status["state"] == "success" for status in statuses):
            payload = made["payload"]
            yield Deployment(payload["stack"], made["sha"], payload["image"], payload["plan_fingerprint"])
