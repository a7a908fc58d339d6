"""Finds what was reviewed in the pull request, and holds a new plan of the merged commit against it."""

import io
import zipfile
from collections.abc import Collection
from pathlib import Path

from delivery import comment
from delivery.errors import Refused
from delivery.github import GitHub
from plan_review.errors import BindingBroken
from plan_review.inputs import Context, read_stack
from plan_review.manifest import MANIFEST, PLAN_JSON, Manifest
from plan_review.meaning import Meaning
from plan_review.mismatch import mismatch
from plan_review.review import Review
from plan_review.verify import other_meaning

# As many digits as a review shows.
SHORTEST = 16
ACKNOWLEDGEMENTS = "environments/acknowledgements.toml"
AGAIN = "Review it anew: in a pull request, or on this run's page and then `deploy` by hand with its fingerprint."


def artifact_name(commit: str) -> str:
    """Of the artifact in which a pull request's run keeps the manifests of its plans."""
    return f"reviewed-{commit}"


def fingerprint(folder: Path) -> str:
    """What the plan in `folder` means, as a digest."""
    return Meaning(read_stack(folder / PLAN_JSON, Context())).fingerprint


def hold(github: GitHub, found: Review, *, commit: str, approved: str = "") -> str:
    """Says why the plan of this review counts as reviewed.

    `approved` is the fingerprint that a person gave who started the run by hand; without it, the pull request that
    brought `commit` must have had a plan with the same meaning, and in production the approval of everybody whom a used
    acknowledgement names. Raises BindingBroken with every difference, which the pull request is told as well, and
    Refused when there is nothing to compare with, or nobody has approved.
    """
    stack = found.stack.name
    if approved:
        own = Meaning(found.stack).fingerprint
        if len(approved) < SHORTEST or not own.startswith(approved):
            raise Refused(
                f"{stack}: the plan has the fingerprint {own}, approved was {approved} "
                f"(at least its first {SHORTEST} digits are needed). {AGAIN}"
            )
        return f"{stack}: approved by hand, fingerprint {own}"
    number, head = _pull_request(github, commit)
    differences = tuple(other_meaning(_manifest(github, stack, head, number), found))
    if differences:
        broken = BindingBroken((*differences, f"this is not the plan of #{number} any more. {AGAIN}"))
        try:
            comment.post(github, number, f"deploy-{stack}", mismatch(stack, broken))
        except Refused as error:  # must not hide what differs
            broken = BindingBroken((*broken.differences, f"#{number} was not told: {error}"))
        raise broken
    named = {item.reviewer.lstrip("@") for item in found.acknowledged.values() if item.reviewer}
    missing = sorted(named - approvers(github, number, head, named)) if found.stack.production else []
    if missing:
        raise Refused(
            f"{stack}: {ACKNOWLEDGEMENTS} names {', '.join(f'@{name}' for name in missing)} as reviewer, "
            f"who has not approved #{number} at its last commit {head[:12]}. {AGAIN}"
        )
    return f"{stack}: reviewed in #{number} at {head[:12]}"


def approvers(github: GitHub, number: int, head: str, names: Collection[str]) -> set[str]:
    """Those of `names` whose last word on the pull request is an approval of its last commit."""
    last: dict[str, bool] = {}
    for one in github.pages(f"pulls/{number}/reviews"):  # the oldest first
        if one["user"] and one["state"] != "COMMENTED":
            last[one["user"]["login"].casefold()] = one["state"] == "APPROVED" and one["commit_id"] == head
    return {name for name in names if last.get(name.casefold())}


def _pull_request(github: GitHub, commit: str) -> tuple[int, str]:
    """Number and last commit of the pull request whose merge made `commit`."""
    found = github.request("GET", f"commits/{commit}/pulls")
    merged = [one for one in found if one["merged_at"] and one["merge_commit_sha"] == commit]
    if not merged:
        raise Refused(f"commit {commit[:12]} came without a pull request, so nobody has reviewed its plan. {AGAIN}")
    return int(merged[0]["number"]), str(merged[0]["head"]["sha"])


def _manifest(github: GitHub, stack: str, head: str, pull_request: int) -> Manifest:
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
        name = f"{stack}/{MANIFEST}"
        if name not in archive.namelist():
            raise Refused(f"the review of #{pull_request} has no plan of {stack}. {AGAIN}")
        return Manifest.model_validate_json(archive.read(name))
