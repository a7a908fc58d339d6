"""`random_password`: its attributes, what makes a configuration wrong, and a password from a right one."""

import json
import os
import secrets
import string
from typing import Any

from tests.end_to_end.random_provider.wire import UNKNOWN, message

RECORD = "RANDOM_PROVIDER_RECORD"

Values = dict[str, Any]

# The character classes by argument; hashicorp/random documents the special ones.
_CLASSES = {
    "lower": string.ascii_lowercase,
    "upper": string.ascii_uppercase,
    "numeric": string.digits,
    "special": "!@#$%&*()-_=+[]{}<>:?",
}
_MINIMUMS = {f"min_{name}": 0 for name in _CLASSES}
_DEFAULTS: Values = {**dict.fromkeys(_CLASSES, True), "number": True, **_MINIMUMS}
_COMPUTED = ("result", "bcrypt_hash", "id")


def schema(*, managed: bool) -> Any:
    """The managed resource (version 3, as in random 3.7) or the ephemeral one."""
    types: Values = {"length": "number", "override_special": "string", "result": "string", "bcrypt_hash": "string"}
    types |= dict.fromkeys(_CLASSES, "bool") | dict.fromkeys(_MINIMUMS, "number")
    if managed:
        types |= {"number": "bool", "keepers": ["map", "string"], "id": "string"}
    attributes = [
        message(
            "Attribute",
            name=name,
            type=json.dumps(type_).encode(),
            required=name == "length",
            optional=name not in ("length", *_COMPUTED),
            computed=name in (*_DEFAULTS, *_COMPUTED),
            sensitive=name in ("result", "bcrypt_hash"),
        )
        for name, type_ in sorted(types.items())
    ]
    return message("Schema", version=3 if managed else 0, block=message("Block", attributes=attributes))


def problem(config: Values) -> str:
    """One sentence about a configuration that can't make a password; empty when it can, or is not known yet."""
    wanted = _complete(config)
    if UNKNOWN in wanted.values():
        return ""
    least = max(1, sum(wanted[name] for name in _MINIMUMS))
    if wanted["length"] < least:
        return f"length is {wanted['length']}; it must be {least} or more, the sum of the minimums"
    if not any(wanted[name] for name in _CLASSES):
        return f"one of {', '.join(_CLASSES)} must be true"
    return ""


def plan(prior: Values | None, proposed: Values, config: Values) -> tuple[Values, list[str]]:
    """The planned state, and the arguments whose change makes a new password."""
    planned = _complete({name: config[name] if name in _DEFAULTS else value for name, value in proposed.items()})
    arguments = [name for name in planned if name not in _COMPUTED]
    changed = [name for name in arguments if prior is not None and planned[name] != prior[name]]
    if prior is None or changed:
        planned |= dict.fromkeys(_COMPUTED, UNKNOWN)
    return planned, changed


def generate(config: Values) -> Values:
    """The configuration with its defaults and a new password, which is also noted in the file named by RECORD."""
    wanted = _complete(config)
    classes = {**_CLASSES, "special": wanted["override_special"] or _CLASSES["special"]}
    characters = [secrets.choice(of) for name, of in classes.items() for _ in range(wanted[f"min_{name}"])]
    alphabet = "".join(of for name, of in classes.items() if wanted[name])
    characters += [secrets.choice(alphabet) for _ in range(wanted["length"] - len(characters))]
    secrets.SystemRandom().shuffle(characters)
    result = "".join(characters)
    if record := os.environ.get(RECORD):
        with open(record, "a") as file:
            file.write(result + "\n")
    # No stack reads the hash, so it is none: whoever needs one must use the real provider.
    return {**wanted, "result": result, "bcrypt_hash": "hashicorp/random stand-in: no hash"}


def _complete(config: Values) -> Values:
    return {name: _DEFAULTS.get(name) if value is None else value for name, value in config.items()}
