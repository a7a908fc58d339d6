"""Logical ids that survive a refactoring."""

from typing import TypeVar

from cdktf import TerraformElement

Element = TypeVar("Element", bound=TerraformElement)


def lasting(element: Element, logical_id: str) -> Element:
    """Gives a stateful resource an address of its own choosing, whatever construct it is moved into later.

    Call it on the resource just made: once an attribute was read, CDKTF ignores the new id.
    """
    element.override_logical_id(logical_id)
    return element
