"""Create, describe, modify and delete for resource types that moto does not have, over plain dictionaries."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from moto.core.exceptions import ServiceException
from moto.core.responses import ActionResult

Item = dict[str, Any]


def table(backend: Any, name: str) -> dict[str, Any]:
    """A dictionary kept by a service's backend: one for each account and region, and part of its inventory."""
    found: dict[str, Any] = vars(backend).setdefault(name, {})
    return found


class Refused(ServiceException):
    """An answer in the form of the service's own errors. moto looks for a service named like an error's module."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True)
class Kind:
    """One resource type of a service that speaks the query protocol.

    `noun` is as in the operation's name (`CreateUserGroup`), `key` the parameter that identifies one, `missing` the
    error's code when there is none. `build` makes what AWS would report from what was asked for.
    """

    noun: str
    key: str
    missing: str
    build: Callable[[Any, Item], Item]
    # Some answers hold the resource under its name, others are the resource.
    wrapped: bool = True

    @property
    def snake(self) -> str:
        return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in self.noun)[1:]

    def of(self, backend: Any) -> dict[str, Any]:
        return table(backend, f"{self.snake}s_of_the_bench")

    def find(self, backend: Any, name: str) -> Item:
        try:
            item: Item = self.of(backend)[name]
            return item
        except KeyError:
            raise Refused(self.missing, f"{self.noun} {name} not found.") from None

    def _answer(self, item: Item) -> ActionResult:
        return ActionResult({self.noun: item} if self.wrapped else item)

    def create(self, response: Any, backend: Any) -> ActionResult:
        asked = response._get_params()
        if asked[self.key] in self.of(backend):
            raise Refused(f"{self.noun}AlreadyExists", f"{self.noun} {asked[self.key]} already exists.")
        item = self.of(backend)[asked[self.key]] = self.build(backend, asked)
        if asked.get("Tags"):
            backend.tagging_service.tag_resource(item["ARN"], asked["Tags"])
        return self._answer(item)

    def describe(self, response: Any, backend: Any) -> ActionResult:
        name = response._get_param(self.key)
        items = [self.find(backend, name)] if name else list(self.of(backend).values())
        return ActionResult({f"{self.noun}s": items})

    def delete(self, response: Any, backend: Any) -> ActionResult:
        name = response._get_param(self.key)
        item = self.find(backend, name)
        del self.of(backend)[name]
        backend.tagging_service.delete_all_tags_for_resource(item["ARN"])
        return self._answer({**item, "Status": "deleting"})
