"""Whether what is about to be applied is what was reviewed and approved."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from plan_review import digest
from plan_review.evidence import LOCK_FILE, PLAN_FILE
from plan_review.finding import Finding
from plan_review.inputs import SYNTHESIZED
from plan_review.manifest import Manifest, acknowledgements_digest, bound_findings, current_platform
from plan_review.meaning import Meaning
from plan_review.review import Review
from plan_review.saved_plan import StateVersion, state_of_plan

# Names of differing resources that one sentence lists.
LISTED = 20


def differences(
    manifest: Manifest,
    review: Review,
    folder: Path,
    *,
    commit: str,
    now: datetime,
    approved: str | None = None,
    state: StateVersion | None = None,
) -> Iterator[str]:
    """A sentence for each fact of `manifest` that does not hold for the plan in `folder`."""
    if approved is not None and manifest.sha256 != approved:
        yield "the manifest is another than the one that was approved"
    planned = state_of_plan(folder / PLAN_FILE)
    facts = (
        ("stack", manifest.stack, review.stack.name),
        ("workspace", manifest.workspace, review.stack.workspace),
        ("commit", manifest.commit, commit),
        ("Terraform's version", manifest.terraform_version, review.stack.plan.terraform_version),
        ("platform", manifest.platform, current_platform()),
        ("state lineage of the plan", manifest.state_lineage, planned.lineage),
        ("state serial of the plan", str(manifest.state_serial), str(planned.serial)),
    )
    for name, expected, found in facts:
        if expected != found:
            yield f"{name}: reviewed {expected or 'none'}, now {found or 'none'}"
    for name, expected in (
        (PLAN_FILE, manifest.plan_sha256),
        (SYNTHESIZED, manifest.synthesized_sha256),
        (LOCK_FILE, manifest.lock_sha256),
    ):
        if digest.of_file(folder / name) != expected:
            yield f"{name}: the file is another than the reviewed one"
    if state is not None and state != StateVersion(manifest.state_lineage, manifest.state_serial):
        yield f"the state moved on from serial {manifest.state_serial} to serial {state.serial}; plan again"
    if not manifest.created <= now:
        yield f"the manifest is from the future: created {manifest.created.isoformat()}"
    if now >= manifest.expires:
        yield f"the manifest expired at {manifest.expires.isoformat()}; plan and review again"
    if manifest.acknowledgements_sha256 != acknowledgements_digest(review):
        yield "the acknowledgements are others than the reviewed ones"
    yield from other_meaning(manifest, review)
    yield from map(not_acknowledged, review.open)


def not_acknowledged(finding: Finding) -> str:
    return f"not acknowledged: {finding.rule.id} on {finding.address or 'the whole plan'} ({finding.fingerprint})"


def other_meaning(manifest: Manifest, review: Review) -> Iterator[str]:
    """What the plan means now and did not mean in the manifest, and the findings that appeared or vanished."""
    if manifest.stack != review.stack.name:
        yield f"the reviewed plan is of {manifest.stack}, this one of {review.stack.name}"
        return
    meaning = Meaning(review.stack)
    if meaning.fingerprint == manifest.fingerprint:
        return
    parts = meaning.parts
    for word, names in (
        ("no longer in the plan", manifest.parts.keys() - parts.keys()),
        ("new in the plan", parts.keys() - manifest.parts.keys()),
        ("planned otherwise", {n for n in parts.keys() & manifest.parts.keys() if parts[n] != manifest.parts[n]}),
    ):
        if names:
            more = f" and {len(names) - LISTED} more" if len(names) > LISTED else ""
            yield f"{word}: {', '.join(sorted(names)[:LISTED])}{more}"
    before = {found.fingerprint: found for found in manifest.findings}
    after = {found.fingerprint: found for found in bound_findings(review)}
    for word, fingerprints, found in (
        ("finding appeared", after.keys() - before.keys(), after),
        ("finding vanished", before.keys() - after.keys(), before),
    ):
        for fingerprint in sorted(fingerprints)[:LISTED]:
            item = found[fingerprint]
            yield f"{word}: {item.tier} {item.rule} {item.address or 'the whole plan'}"
