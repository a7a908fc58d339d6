"""What every settings class shares: frozen, strict, and able to report all problems of a file at once."""

import difflib
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic._internal._model_construction import (
    ModelMetaclass,
)  # no public name exists for a metaclass to extend


@dataclass(frozen=True)
class Problem:
    """One setting that cannot be used: where it stands, its value, and what would be right."""

    setting: str
    value: object
    expected: str
    source: str = ""

    def __str__(self) -> str:
        value = "" if self.value is None else f" = {self.value!r}"
        return f"{self.source}: {self.setting}{value}: {self.expected}"

    def under(self, parent: str) -> "Problem":
        return Problem(f"{parent}.{self.setting}" if self.setting else parent, self.value, self.expected, self.source)

    def found_in(self, source: str) -> "Problem":
        return Problem(self.setting, self.value, self.expected, source)


class SettingsError(ValueError):
    """Every problem of a run, to be shown to the user at once; the command ends with exit code 2."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = problems
        super().__init__("\n".join(str(problem) for problem in problems))


class Rejected:
    """Stands in for a settings object that did not validate, while the rest of its file is still read."""

    def __init__(self, problems: list[Problem], sections: dict[str, Any]) -> None:
        self.problems = problems
        self.sections = sections


_gathering: ContextVar[bool] = ContextVar("gathering", default=False)


@contextmanager
def gathering() -> Iterator[None]:
    """Inside this block an invalid settings object becomes a `Rejected`, so that reading goes on to the next one."""
    token = _gathering.set(True)
    try:
        yield
    finally:
        _gathering.reset(token)


class _Gathering(ModelMetaclass):
    def __call__(cls, *args: Any, **values: Any) -> Any:
        if not _gathering.get():
            return super().__call__(*args, **values)
        nested = {name: value for name, value in values.items() if isinstance(value, Rejected)}
        problems = [problem.under(name) for name, value in nested.items() for problem in value.problems]
        try:
            settings = super().__call__(*args, **values)
        except ValidationError as error:
            fields = list(getattr(cls, "model_fields", {}))
            problems += [p for p in problems_of(error, fields) if p.setting.split(".")[0] not in nested]
            return Rejected(problems, values)
        return settings


class Settings(BaseModel, metaclass=_Gathering):
    """Base of all settings; a subclass says in `production_problems` what production demands of it."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid", validate_default=True)

    def production_problems(self) -> Iterator[Problem]:
        yield from ()


def problems_of(error: ValidationError, fields: list[str]) -> list[Problem]:
    """Pydantic's errors in this project's words; `fields` are the names that a misspelt one may have meant."""
    return [_problem(detail, fields) for detail in error.errors(include_url=False)]


def _problem(detail: Any, fields: list[str]) -> Problem:
    setting = ".".join(str(part) for part in detail["loc"])
    match detail["type"]:
        case "missing":
            return Problem(setting, None, "is required")
        case "extra_forbidden":
            near = difflib.get_close_matches(setting, fields, 1)
            hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(fields)}"
            return Problem(setting, detail["input"], f"no such setting; {hint}")
        case "value_error":
            return Problem(setting, detail["input"] if setting else None, str(detail["ctx"]["error"]))
        case _:
            return Problem(setting, detail["input"], _sentence(detail["msg"]))


def _sentence(message: str) -> str:
    return message[0].lower() + message[1:]
