"""T-01: only tags or descriptions change."""

import re
from collections.abc import Iterator

from plan_review import values
from plan_review.change import UNKNOWN, Change
from plan_review.directions import cannot_tell
from plan_review.policies import PLACES
from plan_review.project import COST_TAGS
from plan_review.rule import Hit, Rule
from plan_review.stack import Stack
from plan_review.tier import Tier

RULE = Rule(
    "T-01",
    Tier.NOISE,
    what="Only tags or a description change.",
    why="Tags do nothing by themselves, except where a policy, a backup selection or the bill reads them.",
    do="Look at tags that something reads; skip the rest.",
)

WORDS = frozenset({"tags", "tags_all", "description"})


def only_tags(change: Change) -> bool:
    """Whether nothing but tags and descriptions differs."""
    touched = set(change.changed) | change.unknown
    return change.action == "change" and bool(touched) and touched <= WORDS


def check(stack: Stack) -> Iterator[Hit]:
    read = tags_that_something_reads(stack)
    for change in stack.changes:
        if not only_tags(change):
            continue
        if UNKNOWN in (change.new("tags"), change.new("tags_all")):
            yield cannot_tell(change, "tags", tier=Tier.REVIEW)
            continue
        watched = sorted(_different_tags(change) & read)
        if watched:
            names = ", ".join(map(values.name, watched))
            yield Hit(change, f"tags that something reads: {names}", ("tags",), tier=Tier.REVIEW)
        else:
            yield Hit(change, "only tags or the description", change.changed)


def _different_tags(change: Change) -> set[str]:
    """Keys whose value differs, own tags and those of the provider together."""
    old = {**(change.old("tags_all") or {}), **(change.old("tags") or {})}
    new = {**(change.new("tags_all") or {}), **(change.new("tags") or {})}
    return {key for key in old.keys() | new.keys() if old.get(key) != new.get(key)}


def tags_that_something_reads(stack: Stack) -> frozenset[str]:
    """Keys in backup selections, in conditions of policies, and those that the bill is grouped by."""
    found = set(COST_TAGS)
    for selection in stack.all("aws_backup_selection"):
        for side in (selection.before, selection.after):
            found |= {str(tag.get("key")) for tag in side.get("selection_tag") or []}
    for resource in stack.all(*PLACES):
        for path, _ in PLACES[resource.type]:
            for text in (resource.old(path), resource.new(path)):
                found |= set(_CONDITION.findall(text)) if isinstance(text, str) else set()
    return frozenset(found)


_CONDITION = re.compile(r'(?i)"[a-z0-9:-]*(?:resource|request|principal)tag/([^"\\]+)"')
