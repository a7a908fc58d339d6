"""IAM policy documents as sets of permissions, whatever their order, nesting or statement ids."""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from plan_review import values
from plan_review.iam_actions import glob, is_known, uncovered

EVERYONE = "*"
EVERYTHING = "*"
_ACCOUNT = re.compile(r"AWS:(\d{12})")
# Operators that exclude: a longer list of values is the stricter one.
_NEGATIVE = ("Not", "Null")


@dataclass(frozen=True)
class Condition:
    """One operator on one key."""

    operator: str
    key: str
    values: frozenset[str]

    def at_least_as_wide_as(self, other: "Condition") -> bool:
        """Whether everything that passes `other` passes this one too."""
        if (self.operator, self.key) != (other.operator, other.key):
            return False
        if any(word in self.operator for word in _NEGATIVE):
            return self.values <= other.values
        return other.values <= self.values

    def __str__(self) -> str:
        return f"{values.name(self.operator)} {values.name(self.key)}"


@dataclass(frozen=True)
class Access:
    """Actions of one principal on one resource under conditions."""

    actions: frozenset[str]
    resource: str
    principal: str
    conditions: frozenset[Condition]

    def admits(self, other: "Access") -> bool:
        """Whether this access, its actions aside, holds wherever the other one does."""
        return (
            bool(glob(self.resource).fullmatch(other.resource))
            and self.principal in (other.principal, EVERYONE)
            and all(any(mine.at_least_as_wide_as(its) for its in other.conditions) for mine in self.conditions)
        )

    def __str__(self) -> str:
        actions = ", ".join(sorted(values.name(a) if is_known(a) else values.HIDDEN for a in self.actions))
        who = f" for {values.name(self.principal)}" if self.principal else ""
        when = ", ".join(sorted(str(condition) for condition in self.conditions)) or "none"
        return f"{actions} on {values.name(self.resource)}{who} (condition {when})"


@dataclass(frozen=True)
class Statement:
    """One statement, lists sorted out."""

    allows: bool
    actions: frozenset[str]
    resources: frozenset[str]
    principals: frozenset[str]
    conditions: frozenset[Condition]
    # NotAction, NotResource or NotPrincipal, as far as used: everything but what is named.
    inverted: tuple[str, ...] = ()

    def accesses(self) -> Iterator[Access]:
        for resource in sorted(self.resources):
            for principal in sorted(self.principals):
                yield Access(self.actions, resource, principal, self.conditions)


@dataclass(frozen=True)
class Document:
    """The statements of one policy, or of several that apply together."""

    statements: frozenset[Statement] = frozenset()

    def __add__(self, other: "Document") -> "Document":
        return Document(self.statements | other.statements)

    def allows(self) -> list[Access]:
        return [a for s in self.statements if s.allows for a in s.accesses()]

    def denies(self) -> list[Access]:
        return [a for s in self.statements if not s.allows for a in s.accesses()]


def beyond(wanted: Iterable[Access], given: Iterable[Access]) -> list[Access]:
    """What `wanted` permits and `given` does not: gained when `given` is the older one, lost when it is the newer."""
    given = list(given)
    found = []
    for access in wanted:
        allowed = frozenset(action for g in given if g.admits(access) for action in g.actions)
        new = frozenset(action for pattern in access.actions for action in uncovered(pattern, allowed))
        if new:
            found.append(Access(new, access.resource, access.principal, access.conditions))
    return sorted(found, key=str)


def parse_document(text: str) -> Document | None:
    """The policy in a string, or None when it is none."""
    try:
        content = json.loads(text)
        statements = content["Statement"]
        return Document(frozenset(_statement(s) for s in _list(statements)))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None


def _statement(content: dict[str, Any]) -> Statement:
    inverted = tuple(key for key in ("NotAction", "NotResource", "NotPrincipal") if key in content)
    effect = content["Effect"]
    if effect not in ("Allow", "Deny"):
        raise ValueError("Effect is neither Allow nor Deny")
    return Statement(
        allows=effect == "Allow",
        actions=_strings(content.get("Action", "*" if "NotAction" in content else [])),
        resources=_strings(content.get("Resource", EVERYTHING)),
        principals=_principals(content.get("Principal", EVERYONE if "NotPrincipal" in content else "")),
        conditions=frozenset(
            Condition(operator, key, _strings(given))
            for operator, keys in content.get("Condition", {}).items()
            for key, given in keys.items()
        ),
        inverted=inverted,
    )


def _principals(content: Any) -> frozenset[str]:
    """`AWS:<arn>`, `Service:<name>`, `*` for everyone, the empty string in identity policies."""
    if isinstance(content, str):
        return frozenset({content})
    found = {f"{kind}:{value}" for kind, given in content.items() for value in _strings(given)}
    if "AWS:*" in found:
        found = (found - {"AWS:*"}) | {EVERYONE}
    return frozenset(
        _ACCOUNT.sub(r"AWS:arn:aws:iam::\1:root", item) if _ACCOUNT.fullmatch(item) else item for item in found
    )


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _strings(value: Any) -> frozenset[str]:
    return frozenset(item if isinstance(item, str) else json.dumps(item) for item in _list(value))
