"""The review on a terminal: the same order as the comment, in colours."""

from collections.abc import Iterator, Sequence

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.text import Text

from plan_review.comment import action, verdict
from plan_review.review import ACTIONS, Line, Review
from plan_review.tier import Tier

STYLES = {Tier.BLOCK: "bold red", Tier.DANGER: "red", Tier.REVIEW: "yellow", Tier.ROUTINE: "", Tier.NOISE: "dim"}
# Lines of each lower tier that a screen shows before they are only counted.
SHOWN = 20


def show(reviews: Sequence[Review], console: Console | None = None) -> None:
    """Prints all stacks. Values from plans are Text, never console markup."""
    (console or Console(highlight=False)).print(Group(*_view(reviews)))


def _view(reviews: Sequence[Review]) -> Iterator[RenderableType]:
    yield Text(f"Plan review: {verdict(reviews)}", "bold red" if any(review.open for review in reviews) else "bold")
    for review in reviews:
        yield Text(f"{review.stack.name}: {_counts(review)}")
    lines = [(review, line) for review in reviews for line in review.lines]
    for tier in reversed(Tier):
        # What has to be acknowledged is shown in full, whatever its tier and number.
        weighty = [(r, line) for r, line in lines if line.tier is tier and (tier >= Tier.DANGER or r.is_open(line))]
        minor = [line for r, line in lines if line.tier is tier < Tier.DANGER and not r.is_open(line)]
        for review, line in weighty:
            yield from _full(review, line)
        for line in minor[:SHOWN]:
            text = f"{tier.name} {action(line)} {line.stack}/{line.label}"
            yield Text(f"{text}: {line.details}" if line.details else text, STYLES[tier])
        if len(minor) > SHOWN:
            yield Text(f"{tier.name} and {len(minor) - SHOWN} more", STYLES[tier])
    hidden = sum(review.hidden_values for review in reviews)
    yield Text(f"{reviews[0].cost.source}. {hidden} computed values hidden.", "dim")


def _counts(review: Review) -> str:
    tiers = [f"{count} {tier.name.lower()}" for tier, count in review.tiers.items() if count and tier > Tier.NOISE]
    actions = [f"{review.counts[name]} {name}" for name in (*ACTIONS, "move", "import") if review.counts[name]]
    return "; ".join((", ".join(tiers) or "nothing found", ", ".join(actions) or "no changes", review.cost.amount))


def _full(review: Review, line: Line) -> Iterator[RenderableType]:
    head = Text(f"{line.tier.name} {action(line)} ", STYLES[line.tier])
    yield head.append(f"{line.stack}/{line.label}", "bold").append(f" ({line.rules})", "not bold")
    for found in line.findings:
        if found.tier >= Tier.REVIEW or review.must_be_acknowledged(found):
            accepted = review.acknowledged.get(found.fingerprint)
            state = f"acknowledged until {accepted.expires}" if accepted else found.fingerprint
            yield _indented(Text(f"{'cannot tell: ' if found.unknown else ''}{found.detail} [{state}]"))
    rule = line.findings[0].rule
    yield _indented(Text(f"{rule.why} Do: {rule.do}", "italic"))


def _indented(text: Text) -> Padding:
    return Padding(text, (0, 0, 0, 2), expand=False)
