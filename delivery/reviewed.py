"""Finds what was reviewed in the pull request, and holds a new plan of the merged commit against it."""

import io
import zipfile
from pathlib import Path

from delivery.errors import Refused
from delivery.github import GitHub
from delivery.stack import Stack
from plan_review.errors import BindingBroken
from plan_review.inputs import Context, read_stack
from plan_review.manifest import MANIFEST, PLAN_JSON, Manifest
from plan_review.meaning import Meaning
from plan_review.review import review
from plan_review.verify import other_meaning

# As many digits as a review shows.
SHORTEST = 16
AGAIN = "Review it anew: in a pull request, or on this run's page and then `deploy` by hand with its fingerprint."


def artifact_name(commit: str) -> str:
    """Of the artifact in which a pull request's run keeps the manifests of its plans."""
    return f"reviewed-{commit}"


def fingerprint(folder: Path) -> str:
    """What the plan in `folder` means, as a digest."""
    return Meaning(read_stack(folder / PLAN_JSON, Context())).fingerprint


def hold(github: GitHub, stack: Stack, folder: Path, *, commit: str, approved: str = "") -> str:
    """Says why the plan in `folder` counts as reviewed.

    `approved` is the fingerprint that a person gave who started the run by hand; without it, the pull request that
    brought `commit` must have had a plan with the same meaning. Raises BindingBroken with every difference to it, and
    Refused when there is nothing to compare with.
    """
    if approved:
        own = fingerprint(folder)
        if len(approved) < SHORTEST or not own.startswith(approved):
            raise Refused(
                f"{stack.name}: the plan has the fingerprint {own}, approved was {approved} "
                f"(at least its first {SHORTEST} digits are needed). {AGAIN}"
            )
        return f"{stack.name}: approved by hand, fingerprint {own}"
    pull_request, head = _pull_request(github, commit)
    manifest = _manifest(github, stack, head, pull_request)
    differences = tuple(other_meaning(manifest, review(read_stack(folder / PLAN_JSON, Context()))))
    if differences:
        raise BindingBroken((*differences, f"this is not the plan of #{pull_request} any more. {AGAIN}"))
    return f"{stack.name}: reviewed in #{pull_request} at {head[:12]}"


def _pull_request(github: GitHub, commit: str) -> tuple[int, str]:
    """Number and last commit of the pull request whose merge made `commit`."""
    found = github.request("GET", f"commits/{commit}/pulls")
    merged = [one for one in found if one["merged_at"] and one["merge_commit_sha"] == commit]
    if not merged:
        raise Refused(f"commit {commit[:12]} came without a pull request, so nobody has reviewed its plan. {AGAIN}")
    return int(merged[0]["number"]), str(merged[0]["head"]["sha"])


def _manifest(github: GitHub, stack: Stack, head: str, pull_request: int) -> Manifest:
    found = [
        one
        for one in github.pages(f"actions/artifacts?name={artifact_name(head)}", "artifacts")
        # Same name from another commit or from a fork: not ours.
        if one["workflow_run"]["head_sha"] == head
        and one["workflow_run"]["head_repository_id"] == one["workflow_run"]["repository_id"]
    ]
    if not found:
        raise Refused(f"#{pull_request} has no reviewed plan of its last commit {head[:12]}. {AGAIN}")
    newest = max(found, key=lambda one: str(one["created_at"]))
    if newest["expired"]:
        raise Refused(f"the reviewed plan of #{pull_request} is older than GitHub keeps artifacts. {AGAIN}")
    with zipfile.ZipFile(io.BytesIO(github.download(f"actions/artifacts/{newest['id']}/zip"))) as archive:
        name = f"{stack.name}/{MANIFEST}"
        if name not in archive.namelist():
            raise Refused(f"the review of #{pull_request} has no plan of {stack.name}. {AGAIN}")
        return Manifest.model_validate_json(archive.read(name))
