"""The comment on a pull request: what is dangerous first, within the size that GitHub takes."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from plan_review import values
from plan_review.evidence import Evidence
from plan_review.finding import Finding
from plan_review.markdown import code, details, table
from plan_review.review import Line, Review, changed_outputs
from plan_review.tier import Tier

# GitHub refuses a comment of more than 65,536 characters; the rest is room for what a workflow adds.
BUDGET = 60_000
# GitHub refuses the summary of a step above 1 MiB, and then shows none of it:
# https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands#step-isolation-and-limits
SUMMARY = 1 << 20  # bytes
# Characters of a routine line at least: 3,000 of them need not be written to see that they do not fit.
SHORTEST_LINE = 20
# What is left out first when the comment is too long.
STEPS = (
    "names of resources with only noise",
    "lines of routine changes",
    "details of lines to review",
    "moves, imports and outputs",
)


@dataclass(frozen=True)
class Comment:
    """`fits` is False when the dangerous lines alone are too long: then `text` only says so."""

    text: str
    omitted: tuple[str, ...] = ()
    fits: bool = True


def comment(reviews: Sequence[Review], evidence: Sequence[Evidence] = (), marker: str = "") -> Comment:
    """One comment for all stacks; `marker` names it, so that the next one replaces it.

    Lines of tier BLOCK and DANGER are never left out.
    """
    fixed = _fixed(reviews, marker)
    if len(fixed) <= BUDGET:
        routine = len(_of_tier(reviews, Tier.ROUTINE))
        for level in range(2 if routine * SHORTEST_LINE > BUDGET else 0, len(STEPS) + 1):
            text = fixed + _foldable(reviews, evidence, level)
            if len(text) <= BUDGET:
                return Comment(text, STEPS[:level])
    return Comment(_too_large(reviews, marker), STEPS, fits=False)


def _too_large(reviews: Sequence[Review], marker: str) -> str:
    dangerous = sum(line.tier >= Tier.DANGER for review in reviews for line in review.lines)
    lines = [*_head(marker), "## Plan review: CANNOT REVIEW - too large, split the change", ""]
    lines += [f"{dangerous} dangerous lines do not fit into one comment, and none of them may be left out."]
    return "\n".join(lines) + "\n"


def report(reviews: Sequence[Review], evidence: Sequence[Evidence] = ()) -> str:
    """The same in full length."""
    return _fixed(reviews, "") + _foldable(reviews, evidence, 0)


def summary(full: str, reviews: Sequence[Review], evidence: Sequence[Evidence] = ()) -> str:
    """The full report, or as much of it as GitHub takes for the summary of a step; danger is never left out."""
    if len(full.encode()) <= SUMMARY:
        return full
    fixed, where = _fixed(reviews, ""), "where this is run on a laptop (`make review`)"
    shorter = (fixed + _foldable(reviews, evidence, level, where) for level in range(1, len(STEPS) + 1))
    return next((text for text in shorter if len(text.encode()) <= SUMMARY), _too_large(reviews, ""))


def _head(marker: str) -> list[str]:
    return [f"<!-- planreview:v1 {marker} -->"] if marker else []


def verdict(reviews: Sequence[Review]) -> str:
    """May this be approved, in a few words."""
    needed = len({finding.fingerprint for review in reviews for finding in review.open})
    if needed:
        return f"BLOCKED - {needed} {'needs' if needed == 1 else 'need'} acknowledgement"
    tiers = Counter(line.tier for review in reviews for line in review.lines)
    if tiers[Tier.BLOCK] or tiers[Tier.DANGER]:
        return "read the dangerous lines"
    if tiers[Tier.REVIEW]:
        return f"{tiers[Tier.REVIEW]} to look at"
    return "no changes" if all(review.nothing_changes for review in reviews) else "routine"


def _fixed(reviews: Sequence[Review], marker: str) -> str:
    """What is never left out: the verdict, a line for each danger, the numbers, what to do."""
    several, dangerous = len(reviews) > 1, _dangerous(reviews)
    lines = [*_head(marker), f"## Plan review: {_titled(reviews)} - {verdict(reviews)}"]
    lines += [_in_one_line(number, *item, several) for number, item in enumerate(dangerous, start=1)]
    changing = [review for review in reviews if not review.nothing_changes]
    if changing:
        lines += ["", *_counts(changing)]
    if len(changing) < len(reviews):
        names = ", ".join(code(review.stack.name) for review in reviews if review.nothing_changes)
        lines += ["", f"No changes: {names}"]
    if dangerous:
        lines += ["", *_reasons(dangerous), "", *_fingerprints(dangerous, several)]
    return "\n".join(lines).rstrip() + "\n"


def _foldable(
    reviews: Sequence[Review], evidence: Sequence[Evidence], level: int, where: str = "in the full report of this run"
) -> str:
    """The rest, shorter with each level; `where` says what still has all of it."""
    several = len(reviews) > 1
    lines = ["", *_review_lines(reviews, several, level), *_routine(reviews, several, level)]
    lines += [*_noise(reviews, level), *_moves(reviews, level)]
    if level:
        lines += [f"Left out here, {where}: {'; '.join(STEPS[:level])}.", ""]
    lines += [f"<sub>{'<br>'.join(item.text for item in evidence)}</sub>"] if evidence else []
    return "\n".join(lines).rstrip() + "\n"


def _titled(reviews: Sequence[Review]) -> str:
    names = [review.stack.name for review in reviews]
    return names[0] if len(names) == 1 else f"{len(names)} stacks"


def _counts(reviews: Sequence[Review]) -> list[str]:
    head = ["stack", "block", "danger", "review", "routine", "create", "change", "replace", "destroy", "move"]
    rows = []
    for review in reviews:
        tiers = [review.tiers[tier] for tier in (Tier.BLOCK, Tier.DANGER, Tier.REVIEW, Tier.ROUTINE)]
        actions = [review.counts[action] for action in ("create", "change", "replace", "destroy", "move")]
        rows.append([code(review.stack.name), *map(str, (*tiers, *actions)), review.cost.amount])
    text = [*table([*head, "fixed cost"], rows), "", f"<sub>{reviews[0].cost.source}"]
    missing = sorted({type_ for review in reviews for type_ in review.cost.not_priced})
    text[-1] += f"; not priced: {', '.join(code(values.name(type_)) for type_ in missing)}" if missing else ""
    return [*text[:-1], text[-1] + "</sub>"]


def _dangerous(reviews: Sequence[Review]) -> list[tuple[Review, Line]]:
    """Every line of tier BLOCK or DANGER and every open one, the heaviest first."""
    lines = [(review, line) for review in reviews for line in review.lines]
    weighty = [(review, line) for review, line in lines if line.tier >= Tier.DANGER or review.is_open(line)]
    return sorted(weighty, key=lambda item: -item[1].tier)


def _in_one_line(number: int, review: Review, line: Line, several: bool) -> str:
    """What happens to what, why that is dangerous, and whether somebody accepted it."""
    found = [finding for finding in line.findings if finding.tier >= min(line.tier, Tier.DANGER)]
    details = "; ".join(dict.fromkeys(f"{_mark(finding)}{code(finding.detail)}" for finding in found))
    accepted = "" if review.is_open(line) or not _accepted(review, line) else " - acknowledged"
    return f"{number}. **{line.tier.name} {action(line)}** {_label(line, several)}: {details} ({line.rules}){accepted}"


def _accepted(review: Review, line: Line) -> bool:
    return any(finding.fingerprint in review.acknowledged for finding in line.findings)


def _reasons(dangerous: Sequence[tuple[Review, Line]]) -> list[str]:
    """Each rule that spoke above, once: why it matters, what to do, who has to look."""
    found = {f.rule.id: f for _, line in dangerous for f in line.findings if f.tier >= min(line.tier, Tier.DANGER)}
    return [
        f"- **{id_}** {found[id_].rule.why} **Do:** {found[id_].rule.do} Owner: {found[id_].owner}."
        for id_ in sorted(found)
    ]


def _fingerprints(dangerous: Sequence[tuple[Review, Line]], several: bool) -> list[str]:
    """What an entry in environments/acknowledgements.toml has to name."""
    text = []
    for review, line in dangerous:
        for finding in line.findings:
            if review.must_be_acknowledged(finding):
                accepted = review.acknowledged.get(finding.fingerprint)
                state = f" - until {accepted.expires}, {code(accepted.ticket)}" if accepted else ""
                text.append(f"- {code(finding.fingerprint)} {finding.rule.id} {_label(line, several)}{state}")
    return details(f"Fingerprints to acknowledge ({len(text)})", text)


def action(line: Line) -> str:
    """REPLACE (destroy first, gap), in words."""
    return f"{line.action.upper()} ({line.order})" if line.order else line.action.upper()


def _label(line: Line, several: bool) -> str:
    return code(f"{line.stack}/{line.label}" if several else line.label)


def _mark(finding: Finding) -> str:
    return "cannot tell: " if finding.unknown else ""


def _of_tier(reviews: Sequence[Review], tier: Tier) -> list[Line]:
    return [line for review in reviews for line in review.lines if line.tier is tier and not review.is_open(line)]


def _review_lines(reviews: Sequence[Review], several: bool, level: int) -> list[str]:
    lines = _of_tier(reviews, Tier.REVIEW)
    text = []
    for line in lines:
        text.append(f"- **{action(line)}** {_label(line, several)} ({line.rules or 'no rule knows it'})")
        if level < 3:
            found = (finding for finding in line.findings if finding.tier >= Tier.REVIEW)
            text += [f"  - {_mark(finding)}{code(finding.detail)} {finding.rule.do}" for finding in found]
            text += [f"  - {code(line.lost)}"] if line.lost else []
    return details(f"Review ({len(lines)})", text)


def _routine(reviews: Sequence[Review], several: bool, level: int) -> list[str]:
    lines = _of_tier(reviews, Tier.ROUTINE)
    if level >= 2:
        kinds = Counter((line.action, line.address.partition(".")[0]) for line in lines)
        text = [f"- {count} x {kind[0]} {code(kind[1])}" for kind, count in sorted(kinds.items())]
    else:
        text = [f"- {action(line)} {_label(line, several)}{_details(line)}" for line in lines]
    return details(f"Routine ({len(lines)})", text)


def _details(line: Line) -> str:
    return f": {code(line.details)}" if line.details else ""


def _noise(reviews: Sequence[Review], level: int) -> list[str]:
    lines = _of_tier(reviews, Tier.NOISE)
    hidden = sum(review.hidden_values for review in reviews)
    if not lines and not hidden:
        return []
    summary = f"Noise: {len(lines)} tags or computed values only, {hidden} computed values hidden"
    text = [f"- {code(line.address)}" for line in lines] if level < 1 else []
    return details(summary, text) or [summary, ""]


def _moves(reviews: Sequence[Review], level: int) -> list[str]:
    text = list(_moved_lines(reviews))
    if level >= 4 and text:
        return [f"Moves, imports and outputs: {len(text)}", ""]
    return details(f"Moves, imports and outputs ({len(text)})", text)


def _moved_lines(reviews: Sequence[Review]) -> Iterator[str]:
    for review in reviews:
        for change in review.stack.changes:
            if change.moved_from:
                yield f"- moved: {code(values.address(change.moved_from))} to {code(values.address(change.address))}"
            if change.imported:
                yield f"- imported: {code(values.address(change.address))}"
        for name in changed_outputs(review.stack):
            yield f"- output changes: {code(name)}"
