"""All rules over one stack."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property

from plan_review import values
from plan_review.acknowledgements import Acknowledgement
from plan_review.change import Change
from plan_review.cost import Cost, cost_of
from plan_review.errors import CannotReview
from plan_review.finding import Finding, finding, shown_path
from plan_review.project import REVISIONS
from plan_review.rule import Hit, Rule
from plan_review.rules import Check, all_rules
from plan_review.rules.d01_stateful_removed import STATEFUL
from plan_review.stack import Stack
from plan_review.tier import Tier

LOSSES = ("replace", "destroy")
ACTIONS = ("create", "change", "replace", "destroy", "forget")


@dataclass(frozen=True)
class Line:
    """A resource with the highest tier of its findings, as one entry of the comment."""

    tier: Tier
    action: str
    order: str
    label: str
    address: str
    stack: str
    findings: tuple[Finding, ...]
    stateful: bool = False
    # What a policy no longer permits: no danger, and perhaps an outage.
    lost: str = ""

    @property
    def details(self) -> str:
        return "; ".join(dict.fromkeys((*(found.detail for found in self.findings), *filter(None, [self.lost]))))

    @property
    def rules(self) -> str:
        return ", ".join(dict.fromkeys(finding.rule.id for finding in self.findings))


@dataclass(frozen=True)
class Review:
    """The verdict on one stack."""

    stack: Stack
    findings: tuple[Finding, ...]
    lines: tuple[Line, ...]
    hidden_values: int
    cost: Cost
    acknowledged: dict[str, Acknowledgement] = field(default_factory=dict)

    @cached_property
    def counts(self) -> dict[str, int]:
        """Resources by action, a replacement counted once, and moves and imports."""
        actions: Counter[str] = Counter(change.action for change in self.stack.changes)
        counts = {action: actions[action] for action in ACTIONS}
        counts["move"] = sum(change.moved_from is not None for change in self.stack.changes)
        counts["import"] = sum(change.imported for change in self.stack.changes)
        return counts

    @cached_property
    def tiers(self) -> dict[Tier, int]:
        counted = Counter(line.tier for line in self.lines)
        return {tier: counted[tier] for tier in reversed(Tier)}

    @property
    def nothing_changes(self) -> bool:
        """No change, no finding and no output: one line in the comment."""
        return not self.lines and not changed_outputs(self.stack)

    @property
    def threshold(self) -> Tier:
        """From here on a finding has to be acknowledged."""
        return Tier.DANGER if self.stack.production else Tier.BLOCK

    def must_be_acknowledged(self, found: Finding) -> bool:
        return found.tier >= self.threshold or found.rule.never_green

    @cached_property
    def open(self) -> tuple[Finding, ...]:
        """What must be acknowledged and is not."""
        return tuple(
            f for f in self.findings if self.must_be_acknowledged(f) and f.fingerprint not in self.acknowledged
        )

    @cached_property
    def _open_fingerprints(self) -> frozenset[str]:
        return frozenset(found.fingerprint for found in self.open)

    def is_open(self, line: Line) -> bool:
        """Whether something about the resource has to be acknowledged and is not."""
        return any(found.fingerprint in self._open_fingerprints for found in line.findings)


def review(stack: Stack, acknowledgements: Iterable[Acknowledgement] = ()) -> Review:
    """Every finding of every rule, in an order that depends on the plan alone."""
    found: dict[tuple[str, str], list[Finding]] = {}
    seen: set[str] = set()
    findings = []
    for rule, check in all_rules():
        for hit in _hits(rule, check, stack):
            if _is_computed(stack, hit):
                continue
            item = finding(stack, rule, hit)
            if item.fingerprint in seen:
                continue
            seen.add(item.fingerprint)
            findings.append(item)
            key = (hit.change.address, hit.change.resource.deposed or "") if hit.change else ("", item.fingerprint)
            found.setdefault(key, []).append(item)
    findings.sort(key=lambda f: (-f.tier, not f.stateful, f.address, f.rule.id, f.detail))
    present = {f.fingerprint for f in findings}
    return Review(
        stack,
        tuple(findings),
        _lines(stack, found),
        sum(len(change.unknown) for change in stack.changes),
        cost_of(stack),
        {a.fingerprint: a for a in acknowledgements if a.fingerprint in present and a.holds_for(stack)},
    )


def _hits(rule: Rule, check: Check, stack: Stack) -> list[Hit]:
    """What one rule finds. A value of a shape that it does not expect is never taken for a safe one."""
    try:
        return list(check(stack))
    except (LookupError, TypeError, ValueError, AttributeError, RecursionError) as error:
        sentence = f"{stack.name}: rule {rule.id} cannot read a value in this plan ({type(error).__name__})"
        raise CannotReview(sentence) from error


def _is_computed(stack: Stack, hit: Hit) -> bool:
    """Whether a rule can't tell only because of values that no configuration sets, neither this nor the base's."""
    change = hit.change
    if hit.certain or change is None:
        return False
    return not any(stack.configured(change, path) or stack.was_configured(change, path) for path in hit.unknown)


def _lines(stack: Stack, found: dict[tuple[str, str], list[Finding]]) -> tuple[Line, ...]:
    lines = [_line(stack, None, findings) for (address, _), findings in found.items() if not address]
    changes = {(c.address, c.resource.deposed or ""): c for c in stack.changes}
    for key, change in changes.items():
        lines.append(_line(stack, change, found.get(key, [])))
    # Findings on resources that the plan leaves alone: a lifecycle, a drift.
    for key, findings in found.items():
        if key[0] and key not in changes:
            lines.append(_line(stack, None, findings))
    return tuple(sorted(lines, key=_weight))


def _weight(line: Line) -> tuple[int, bool, bool, str, str]:
    """Losses first among lines of one tier, then what holds data, then by name."""
    return -line.tier, line.action not in LOSSES, not line.stateful, line.label, line.address


def _line(stack: Stack, change: Change | None, findings: list[Finding]) -> Line:
    ordered = tuple(sorted(findings, key=lambda f: (-f.tier, f.rule.id, f.detail)))
    tier = max((f.tier for f in findings), default=_default(stack, change))
    if change is None:
        first = ordered[0]
        label = _without_stack(first.construct_path, stack.name) or first.address or "the whole plan"
        return Line(tier, "plan" if not first.address else "no-op", "", label, first.address, stack.name, ordered)
    address = values.address(change.address)
    label = _without_stack(shown_path(stack, change), stack.name) or address
    action = change.action if change.action not in ("no-op", "read") else "move" if change.moved_from else "import"
    lost = [str(access) for policy in stack.policies_of(change) for access in policy.lost()]
    note = f"no longer permitted: {'; '.join(lost)}" if lost else ""
    return Line(tier, action, change.order, label, address, stack.name, ordered, change.type in STATEFUL, note)


def _default(stack: Stack, change: Change | None) -> Tier:
    """The tier of a change that no rule knows: to lose something always deserves a look."""
    if change is None:
        return Tier.ROUTINE
    if change.action == "change" and not change.changed:
        # Computed values only, unless the configuration sets one of them to something that is not known yet.
        set_later = any(stack.configured(change, path) for path in change.unknown)
        return Tier.ROUTINE if set_later else Tier.NOISE
    if change.removes and change.type not in REVISIONS:
        return Tier.REVIEW
    return Tier.ROUTINE


def _without_stack(path: str | None, stack: str) -> str | None:
    return path.removeprefix(f"{stack}/") if path else None


def changed_outputs(stack: Stack) -> list[str]:
    """Names of outputs that change, as they may be shown."""
    return sorted(
        values.name(name)
        for name, change in stack.plan.output_changes.items()
        if change.actions not in (("no-op",), ("read",))
    )
