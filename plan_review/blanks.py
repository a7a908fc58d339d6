"""Values that say nothing: null, zero, false and whatever is empty.

The AWS provider stores what nobody set as null when it applies, and as zero when it refreshes. A pull request is
planned without a refresh, a deployment with one: the old values of the same change differ in that.
"""

import json
from typing import Any

NOTHING: tuple[Any, ...] = (None, False, "", [], {})  # zero equals False


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


def same(old: Any, new: Any) -> bool:
    """Whether nobody asked for a change: the values are equal, or nothing was there and nothing is set.

    A zero or false that is new does say something, since it comes from the configuration.
    """
    if old == new:
        return True
    if isinstance(old, dict) and isinstance(new, dict):
        return all(same(old.get(key), new.get(key)) for key in old.keys() | new.keys())
    if isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        return all(map(same, old, new)) or _same_set(old, new)
    return filled(old) is None and filled(new) is None and not isinstance(new, bool | int | float | str)


def _same_set(old: list[Any], new: list[Any]) -> bool:
    """Whether two sets of blocks are the same but for members that say nothing, which change the order as well."""
    if not all(isinstance(item, dict) for item in (*old, *new)) or sorted(map(_text, old)) == sorted(map(_text, new)):
        return False  # equal members in another order are a list that somebody turned round
    left = list(new)
    for item in old:
        found = next((n for n, candidate in enumerate(left) if same(item, candidate)), None)
        if found is None:
            return False
        del left[found]
    return True


def _text(value: Any) -> str:
    return json.dumps(value, sort_keys=True)
