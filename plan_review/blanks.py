"""Values that say nothing: null, zero, false and whatever is empty.

The AWS provider stores what nobody set as null when it applies, and as zero when it refreshes. A pull request is
planned without a refresh, a deployment with one: the old values of the same change differ in that.
"""

import json
from typing import Any

NOTHING: tuple[Any, ...] = (None, False, "", [], {})  # zero equals False
# An attribute's expression in a plan's configuration has no other keys than these; a block's names its attributes.
OF_ATTRIBUTE = {"constant_value", "references"}
# Where the configuration is not known: everything may be written.
ANYTHING: dict[str, Any] = {}


def filled(value: Any) -> Any:
    """An old value without its members that say nothing, None when that is all of it; blocks in an order of their own.

    Terraform orders a set of blocks by all their members, those that say nothing too.
    """
    if isinstance(value, dict):
        members = {key: filled(item) for key, item in value.items()}
        value = {key: item for key, item in members.items() if item is not None}
    elif isinstance(value, list):
        value = [filled(item) for item in value]
        if all(isinstance(item, dict) for item in value):
            value.sort(key=_text)
    return None if value in NOTHING else value


def same(old: Any, new: Any, expression: Any) -> bool:
    """Whether nobody asked for a change: the values are equal, or nothing was there and nothing is set.

    `expression` is what the configuration has for it, None for nothing. A new zero or false that it writes counts.
    """
    if old == new:
        return True
    if isinstance(old, dict) and isinstance(new, dict):
        return all(same(old.get(key), new.get(key), _member(expression, key)) for key in old.keys() | new.keys())
    if isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        in_order = all(same(one, other, expression) for one, other in zip(old, new, strict=True))
        return in_order or _same_set(old, new, expression)
    says_something = isinstance(new, bool | int | float | str) and expression is not None
    return filled(old) is None and filled(new) is None and not says_something


def _member(expression: Any, name: str) -> Any:
    """What an expression has for a member of its value: all blocks together, since a set's order is not theirs."""
    if expression is None or _is_of_attribute(expression):
        return expression
    blocks = expression if isinstance(expression, list) else [expression]
    found = [block[name] for block in blocks if isinstance(block, dict) and name in block]
    if attributes := [one for one in found if _is_of_attribute(one)]:
        return attributes[0]
    return [block for one in found for block in (one if isinstance(one, list) else [one])] or None


def _is_of_attribute(expression: Any) -> bool:
    if isinstance(expression, dict):
        return expression.keys() <= OF_ATTRIBUTE
    return not isinstance(expression, list)


def _same_set(old: list[Any], new: list[Any], expression: Any) -> bool:
    """Whether two sets of blocks are the same but for members that say nothing, which change the order as well."""
    if not all(isinstance(item, dict) for item in (*old, *new)) or sorted(map(_text, old)) == sorted(map(_text, new)):
        return False  # equal members in another order are a list that somebody turned round
    left = list(new)
    for item in old:
        found = next((n for n, candidate in enumerate(left) if same(item, candidate, expression)), None)
        if found is None:
            return False
        del left[found]
    return True


def _text(value: Any) -> str:
    return json.dumps(value, sort_keys=True)
