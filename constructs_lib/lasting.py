"""Logical ids that survive a refactoring."""

from typing import TypeVar

from cdktf import TerraformElement

Element = TypeVar("Element", bound=TerraformElement)


def lasting(element: Element, logical_id: str, *, protected: bool = False) -> Element:
    """Gives a stateful resource an address of its own choosing, whatever construct it is moved into later.

    Call it on the resource just made: once an attribute was read, CDKTF ignores the new id. A protected one fails
    every plan that would destroy or replace it, before anything is touched.
    """
    element.override_logical_id(logical_id)
    if protected:
        # An override, since it joins what the resource's lifecycle says already.
        element.add_override("lifecycle.prevent_destroy", True)
    return element
