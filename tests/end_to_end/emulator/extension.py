"""How moto's classes get what they lack."""

from typing import Any


def extend(owner: Any, **attributes: Any) -> None:
    """Adds methods to a class of moto, or puts better ones in the place of its own."""
    for name, attribute in attributes.items():
        setattr(owner, name, attribute)
