"""A merged commit's plan against the manifest of its pull request."""

import json
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from delivery import reviewed
from delivery.errors import Refused
from delivery.github import GitHub
from delivery.stack import find
from plan_review.acknowledgements import Acknowledgement
from plan_review.errors import BindingBroken
from plan_review.inputs import Context, read_stack
from plan_review.manifest import Manifest
from plan_review.meaning import Meaning
from plan_review.review import Review
from plan_review.review import review as made_review
from tests.delivery.fake_github import Store

HEAD, MERGE = "a" * 40, "b" * 40
DEV = find("payments-dev")


def plan(visibility: int) -> Any:
    """A plan that changes one queue."""
    before = {"name": "payments-dev-payments", "visibility_timeout_seconds": 360}
    change = {
        "actions": ["update"], "before": before, "after": before | {"visibility_timeout_seconds": visibility},
        "after_unknown": {}, "before_sensitive": {}, "after_sensitive": {},
    }  # fmt: skip
    resource = {
        "address": "aws_sqs_queue.Queue_1", "mode": "managed", "type": "aws_sqs_queue", "name": "Queue_1",
        "provider_name": "registry.terraform.io/hashicorp/aws", "change": change,
    }  # fmt: skip
    return {
        "format_version": "1.2", "terraform_version": "1.11.4", "complete": True, "errored": False, "applyable": True,
        "resource_changes": [resource], "configuration": {},
    }  # fmt: skip


def folder_with(folder: Path, visibility: int) -> Path:
    folder = folder / "stacks" / DEV.name
    folder.mkdir(parents=True)
    (folder / "plan.json").write_text(json.dumps(plan(visibility)))
    return folder


def manifest(folder: Path) -> bytes:
    """What `plan_review manifest` binds, of a plan that was made from another commit and state."""
    meaning = Meaning(read_stack(folder / "plan.json", Context()))
    sha, created = "0" * 64, datetime(2026, 11, 25, 9, tzinfo=UTC)
    made = Manifest(
        schema="planmanifest/v1", stack=DEV.name, workspace="dev", plan_sha256=sha, synthesized_sha256=sha,
        lock_sha256=sha, acknowledgements_sha256=sha, commit=HEAD, base_commit="c" * 40, terraform_version="1.11.4",
        platform="linux_amd64", state_lineage="l", state_serial=1, fingerprint=meaning.fingerprint,
        parts=meaning.parts, findings=(), created=created, expires=created + timedelta(hours=24),
    )  # fmt: skip
    return made.content.encode()


@pytest.fixture
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The plan that the deploy run made."""
    return folder_with(tmp_path_factory.mktemp("deploy"), 720)


@pytest.fixture
def other(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A plan that sets another value."""
    return folder_with(tmp_path_factory.mktemp("other"), 30)


def review(store: Store, folder: Path, **more: Any) -> None:
    """The pull request's run, with the plan in `folder`."""
    files = {f"{DEV.name}/manifest.json": manifest(folder)}
    store.artifact(reviewed.artifact_name(HEAD), HEAD, files, **more)


def found(folder: Path, accepted: Sequence[Acknowledgement] = ()) -> Review:
    return made_review(read_stack(folder / "plan.json", Context()), accepted)


def test_the_plan_that_was_reviewed(github: GitHub, store: Store, folder: Path) -> None:
    store.pull_request(7, HEAD, merge=MERGE)
    review(store, folder)
    assert reviewed.hold(github, found(folder), commit=MERGE) == "payments-dev: reviewed in #7 at aaaaaaaaaaaa"


def test_changed_in_between(github: GitHub, store: Store, folder: Path, other: Path) -> None:
    store.pull_request(7, HEAD, merge=MERGE)
    review(store, other)
    with pytest.raises(BindingBroken) as broken:
        reviewed.hold(github, found(folder), commit=MERGE)
    assert "planned otherwise: aws_sqs_queue.Queue_1" in broken.value.differences
    assert "not the plan of #7 any more" in broken.value.differences[-1]
    # The authors hear of it where they are.
    (comment,) = store.comments[7]
    assert "`payments-dev`: not applied" in comment["body"]
    assert "- `planned otherwise: aws_sqs_queue.Queue_1`" in comment["body"]


def test_github_takes_no_comment(github: GitHub, store: Store, folder: Path, other: Path) -> None:
    store.pull_request(7, HEAD, merge=MERGE)
    review(store, other)
    store.no_comments = True
    with pytest.raises(BindingBroken) as broken:
        reviewed.hold(github, found(folder), commit=MERGE)
    assert "planned otherwise: aws_sqs_queue.Queue_1" in broken.value.differences
    assert "#7 was not told: GitHub: POST" in broken.value.differences[-1]


def test_the_newest_run_counts(github: GitHub, store: Store, folder: Path, other: Path) -> None:
    store.pull_request(7, HEAD, merge=MERGE)
    review(store, other, created="2026-11-25T08:00:00Z")
    review(store, folder, created="2026-11-25T09:00:00Z")
    assert reviewed.hold(github, found(folder), commit=MERGE)


def test_a_fork_cannot_bring_its_own_review(github: GitHub, store: Store, folder: Path) -> None:
    store.pull_request(7, HEAD, merge=MERGE)
    review(store, folder, fork=True)
    with pytest.raises(Refused, match="#7 has no reviewed plan of its last commit"):
        reviewed.hold(github, found(folder), commit=MERGE)


def test_an_artifact_of_another_commit_does_not_count(github: GitHub, store: Store, folder: Path) -> None:
    store.pull_request(7, HEAD, merge=MERGE)
    store.artifact(reviewed.artifact_name(HEAD), "d" * 40, {f"{DEV.name}/manifest.json": manifest(folder)})
    with pytest.raises(Refused, match="no reviewed plan"):
        reviewed.hold(github, found(folder), commit=MERGE)


def test_expired(github: GitHub, store: Store, folder: Path) -> None:
    store.pull_request(7, HEAD, merge=MERGE)
    review(store, folder, expired=True)
    with pytest.raises(Refused, match="older than GitHub keeps artifacts"):
        reviewed.hold(github, found(folder), commit=MERGE)


def test_reviewed_without_this_stack(github: GitHub, store: Store, folder: Path) -> None:
    store.pull_request(7, HEAD, merge=MERGE)
    store.artifact(reviewed.artifact_name(HEAD), HEAD, {"payments-prod/manifest.json": b"{}"})
    with pytest.raises(Refused, match="has no plan of payments-dev"):
        reviewed.hold(github, found(folder), commit=MERGE)


def test_pushed_past_the_pull_request(github: GitHub, store: Store, folder: Path) -> None:
    with pytest.raises(Refused, match="came without a pull request"):
        reviewed.hold(github, found(folder), commit=MERGE)


def test_a_commit_inside_a_merged_branch_is_not_the_merge(github: GitHub, store: Store, folder: Path) -> None:
    store.pull_request(7, HEAD, merge=MERGE)
    store.pulls_of_commit[HEAD] = store.pulls_of_commit[MERGE]
    with pytest.raises(Refused, match="came without a pull request"):
        reviewed.hold(github, found(folder), commit=HEAD)


def test_approved_by_hand(github: GitHub, store: Store, folder: Path) -> None:
    own = reviewed.fingerprint(folder)
    for approved in (own, own[:16]):
        assert "approved by hand" in reviewed.hold(github, found(folder), commit=MERGE, approved=approved)
    assert store.requests == []


def test_another_plan_was_approved_by_hand(github: GitHub, folder: Path, other: Path) -> None:
    with pytest.raises(Refused, match=r"the plan has the fingerprint \w+, approved was \w+ .* Review it anew"):
        reviewed.hold(github, found(folder), commit=MERGE, approved=reviewed.fingerprint(other))


def test_too_few_digits_approve_nothing(github: GitHub, folder: Path) -> None:
    with pytest.raises(Refused, match="at least its first 16 digits are needed"):
        reviewed.hold(github, found(folder), commit=MERGE, approved=reviewed.fingerprint(folder)[:15])


@pytest.fixture
def accepted(tmp_path_factory: pytest.TempPathFactory, store: Store) -> Review:
    """Production with a finding that @Anna is named for, in a pull request that was merged."""
    folder = tmp_path_factory.mktemp("prod") / "payments-prod"
    folder.mkdir()
    before = {"name": "/payments/api", "retention_in_days": 90}
    document = plan(30)
    document["resource_changes"][0] |= {"address": "aws_cloudwatch_log_group.Api", "type": "aws_cloudwatch_log_group"}
    document["resource_changes"][0]["change"] |= {"before": before, "after": before | {"retention_in_days": 30}}
    (folder / "plan.json").write_text(json.dumps(document))
    (finding,) = found(folder).open
    entry = Acknowledgement(finding.fingerprint, "long enough a reason", "PAY-1", date(2026, 12, 1), "@Anna")
    store.pull_request(7, HEAD, merge=MERGE)
    stack = find("payments-prod")
    files = {f"{stack.name}/manifest.json": manifest(folder).replace(b"payments-dev", b"payments-prod")}
    store.artifact(reviewed.artifact_name(HEAD), HEAD, files)
    return found(folder, [entry])


def said(store: Store, *reviews: tuple[str, str, str]) -> None:
    """Reviews of the pull request, the oldest first: who, what, of which commit."""
    store.reviews[7] = [{"user": {"login": who}, "state": what, "commit_id": of} for who, what, of in reviews]


def test_who_is_named_as_reviewer_has_approved(github: GitHub, store: Store, accepted: Review) -> None:
    said(store, ("anna", "CHANGES_REQUESTED", HEAD), ("anna", "APPROVED", HEAD), ("anna", "COMMENTED", HEAD))
    assert reviewed.hold(github, accepted, commit=MERGE) == "payments-prod: reviewed in #7 at aaaaaaaaaaaa"


@pytest.mark.parametrize(
    "reviews",
    [
        [],
        [("bob", "APPROVED", HEAD)],
        [("anna", "APPROVED", "d" * 40)],
        [("anna", "APPROVED", HEAD), ("anna", "CHANGES_REQUESTED", HEAD)],
        [("anna", "DISMISSED", HEAD)],
        [("anna", "COMMENTED", HEAD)],
    ],
    ids=["none", "another", "an earlier commit", "taken back", "dismissed", "a comment"],
)
def test_a_name_alone_is_no_approval(
    github: GitHub, store: Store, accepted: Review, reviews: list[tuple[str, str, str]]
) -> None:
    said(store, *reviews)
    with pytest.raises(
        Refused, match="names @Anna as reviewer, who has not approved #7 at its last commit aaaaaaaaaaaa"
    ):
        reviewed.hold(github, accepted, commit=MERGE)
