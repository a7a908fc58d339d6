"""What each command does, from its options to its exit code."""

import sys
from argparse import Namespace
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from plan_review.__main__ import FINDINGS, REVIEWED
from plan_review.acknowledgements import Acknowledgement, read_acknowledgements
from plan_review.comment import comment, report, summary
from plan_review.errors import BindingBroken, CannotReview
from plan_review.evidence import Evidence, evidence
from plan_review.inputs import Context, read_stack
from plan_review.manifest import APPLIED, MANIFEST, PLAN_JSON, make_manifest, now, read_manifest
from plan_review.meaning import Meaning
from plan_review.mismatch import mismatch
from plan_review.output import refuse_leaks, secrets_of, write
from plan_review.review import Review
from plan_review.review import review as review_stack
from plan_review.rules.p05_foreign_code import foreign_code as foreign_code_of
from plan_review.sarif import sarif
from plan_review.saved_plan import state_of_file
from plan_review.synthesized import read_synthesized
from plan_review.verify import differences, not_acknowledged, other_meaning


def review(options: Namespace) -> int:
    """Reviews plans; prints the terminal view and writes the files that were asked for."""
    reviews = _reviews(options, options.plans)
    _refuse_doubles(reviews)
    pairs = zip(reviews, options.plans, strict=True)
    proofs = [evidence(item.stack, path.parent, options.commit) for item, path in pairs]
    made = comment(reviews, proofs, options.marker or "")
    texts = [(options.comment, "comment", made.text)]
    # The report holds all that the terminal shows: it is checked even when nobody asked for the file.
    full = report(reviews, proofs)
    texts.append((None, "report", full))
    if options.report:
        texts.append((options.report, "summary", summary(full, reviews, proofs)))
    if options.json:
        from plan_review.machine import planreview_json  # its schema takes 15 ms to build

        texts.append((options.json, "JSON", planreview_json(reviews, proofs, made.omitted)))
    texts += [(options.sarif, "SARIF", sarif(reviews))] if options.sarif else []
    _write(texts, reviews, proofs)
    if not made.fits:
        raise CannotReview("the dangerous lines do not fit into one comment; split the change")
    from plan_review.terminal import show  # rich takes 60 ms to load

    show(reviews)
    if reviews[0].cost.is_stale(_today(options)):
        print(f"plan_review: the price table is of {reviews[0].cost.as_of}; renew it", file=sys.stderr)
    return FINDINGS if any(item.open for item in reviews) else REVIEWED


def manifest(options: Namespace) -> int:
    """Reviews the plan of one stack and writes its manifest, unless something is left to acknowledge."""
    found = _reviews(options, [options.folder / PLAN_JSON])[0]
    if found.open:
        print("\n".join(map(not_acknowledged, found.open)), file=sys.stderr)
        return FINDINGS
    made = make_manifest(
        found,
        options.folder,
        commit=options.commit,
        base_commit=options.base_commit,
        created=options.created or now(),
        valid_for=timedelta(hours=options.valid_hours),
    )
    write(options.folder / MANIFEST, made.content)
    print(made.sha256)
    return REVIEWED


def verify(options: Namespace) -> int:
    """Holds the stack's folder against its manifest; raises BindingBroken with all that differs."""
    bound = read_manifest(options.folder / MANIFEST)
    found = _reviews(options, [options.folder / PLAN_JSON])[0]
    different = list(
        differences(
            bound,
            found,
            options.folder,
            commit=options.commit,
            now=options.now or now(),
            approved=options.approved,
            state=state_of_file(options.state) if options.state else None,
        )
    )
    if options.reviewed:
        different += other_meaning(read_manifest(options.reviewed), found)
    if different:
        broken = BindingBroken(tuple(dict.fromkeys(different)))
        if options.report:
            write(options.report, mismatch(bound.stack, broken))
        raise broken
    print(f"{bound.stack}: as reviewed at {bound.commit[:12]}, valid until {bound.expires.isoformat()}")
    return REVIEWED


def fingerprint(options: Namespace) -> int:
    """Prints the digest of what a plan means."""
    print(Meaning(read_stack(options.plan, Context(workspace=options.workspace))).fingerprint)
    return REVIEWED


def foreign_code(options: Namespace) -> int:
    """Prints what synthesized stacks would run that nobody approved."""
    found = [(path, phrase) for path in options.files for phrase in foreign_code_of(read_synthesized(path))]
    for path, phrase in found:
        print(f"{path}: {phrase}")
    return FINDINGS if found else REVIEWED


def _reviews(options: Namespace, plans: Sequence[Path]) -> list[Review]:
    context, accepted = _context(options), _acknowledgements(options)
    return [review_stack(read_stack(path, _after(path.parent / APPLIED, context)), accepted) for path in plans]


def _context(options: Namespace) -> Context:
    return Context(
        workspace=options.workspace,
        synthesized=options.synthesized,
        base=options.base,
        first_deployment=options.first_deployment,
    )


def _after(applied: Path, context: Context) -> Context:
    """With what the manifest of the last apply tells, where it lies beside the plan."""
    if not applied.exists():
        return context
    return replace(context, last_terraform_version=read_manifest(applied).terraform_version)


def _refuse_doubles(reviews: Sequence[Review]) -> None:
    names = [item.stack.name for item in reviews]
    for name in names:
        if names.count(name) > 1:
            raise CannotReview(f"two plans of {name}; give each stack once")


def _acknowledgements(options: Namespace) -> tuple[Acknowledgement, ...]:
    return read_acknowledgements(options.acknowledgements, _today(options)) if options.acknowledgements else ()


def _today(options: Namespace) -> date:
    today: date = options.today or datetime.now(UTC).date()
    return today


def _write(texts: list[tuple[Path | None, str, str]], reviews: Sequence[Review], proofs: Sequence[Evidence]) -> None:
    """All of the texts or none: each is checked before the first is written."""
    secrets = {secret for item in reviews for secret in secrets_of(item.stack)}
    own = {finding.fingerprint for item in reviews for finding in item.findings}
    own |= {digest for proof in proofs for digest in proof.digests}
    for _, name, text in texts:
        refuse_leaks(name, text, secrets, own)
    for path, _, text in texts:
        if path is not None:
            write(path, text)
