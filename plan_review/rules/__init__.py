"""The rules, one module each, in the order of their ids."""

from collections.abc import Callable, Iterator
from functools import lru_cache
from importlib import import_module
from pkgutil import iter_modules

from plan_review.rule import Hit, Rule
from plan_review.stack import Stack

Check = Callable[[Stack], Iterator[Hit]]


@lru_cache(maxsize=1)
def all_rules() -> tuple[tuple[Rule, Check], ...]:
    """Every module of this package: its RULE and its check."""
    modules = [import_module(f"{__name__}.{found.name}") for found in iter_modules(__path__)]
    return tuple(sorted(((module.RULE, module.check) for module in modules), key=lambda pair: pair[0].id))
