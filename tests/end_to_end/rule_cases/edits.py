"""Edits of a synthesized module; an address is given without its hash, as far as it is the only one."""

from collections.abc import Callable
from typing import Any

Module = dict[str, Any]
Edit = Callable[[Module], None]

# What Terraform itself makes, and whose output is known only after apply.
LATER = "${terraform_data.later.output}"
GONE = object()


def find(module: Module, address: str) -> tuple[str, str] | None:
    """Type and full name of the one resource whose address is this, or begins so; None when there is none.

    Raises AssertionError when there are several.
    """
    type_, _, start = address.partition(".")
    names = module["resource"].get(type_, {})
    found = [start] if start in names else [name for name in names if name.startswith(f"{start}_")]
    assert len(found) < 2, f"{address} may be {found}"
    return (type_, found[0]) if found else None


def _there(module: Module, address: str) -> tuple[str, str]:
    found = find(module, address)
    assert found, f"no {address}"
    return found


def resource(module: Module, address: str) -> Module:
    type_, name = _there(module, address)
    attributes: Module = module["resource"][type_][name]
    return attributes


def put(address: str, path: str, value: Any) -> Edit:
    """Sets what is at a dotted path; GONE takes it away, and a function makes the new value of the old one."""

    def edit(module: Module) -> None:
        place: Any = resource(module, address)
        *way, last = path.split(".")
        for step in way:
            place = place[int(step)] if isinstance(place, list) else place[step]
        key = int(last) if isinstance(place, list) else last
        if value is GONE:
            del place[key]
        else:
            place[key] = value(place[key]) if callable(value) else value

    return edit


def text(address: str, path: str, old: str, new: str) -> Edit:
    """Replaces what stands once in a text, such as a policy."""

    def replaced(value: str) -> str:
        assert value.count(old) == 1, f"{address}.{path} holds {old!r} {value.count(old)} times"
        return value.replace(old, new)

    return put(address, path, replaced)


def without(address: str) -> Edit:
    def edit(module: Module) -> None:
        type_, name = _there(module, address)
        del module["resource"][type_][name]
        if not module["resource"][type_]:  # which Terraform refuses
            del module["resource"][type_]

    return edit


def added(address: str, **attributes: Any) -> Edit:
    def edit(module: Module) -> None:
        type_, _, name = address.partition(".")
        module["resource"].setdefault(type_, {})[name] = attributes

    return edit


def renamed(address: str, name: str, **attributes: Any) -> Edit:
    """Under another name, as after a change of a construct's id; `attributes` differ besides."""

    def edit(module: Module) -> None:
        type_, old = _there(module, address)
        kind = module["resource"][type_]
        kind[name] = {**kind.pop(old), **attributes}

    return edit


def block(name: str, content: Module) -> Edit:
    """One more of the blocks that stand beside resources, such as `removed` and `import`."""

    def edit(module: Module) -> None:
        module.setdefault(name, []).append(content)

    return edit


def forgotten(address: str) -> Edit:
    """Out of the state, and still in AWS."""

    def edit(module: Module) -> None:
        full = ".".join(_there(module, address))
        without(address)(module)
        block("removed", {"from": full, "lifecycle": {"destroy": False}})(module)

    return edit
