"""What every settings class shares: frozen, strict, and able to report all problems of a file at once."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic.fields import FieldInfo

from environments.schema.sentences import Misfit, sentence

if TYPE_CHECKING:  # it has no public name, and mypy takes no computed base class
    from pydantic._internal._model_construction import ModelMetaclass
else:
    ModelMetaclass = type(BaseModel)


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
        if args:
            raise TypeError(f"{cls.__name__} takes its settings by name, like {cls.__name__}(name=value)")
        if not _gathering.get():
            return super().__call__(**values)
        nested = {name: value for name, value in values.items() if isinstance(value, Rejected)}
        problems = [problem.under(name) for name, value in nested.items() for problem in value.problems]
        try:
            settings = super().__call__(**values)
        except ValidationError as error:
            fields = getattr(cls, "model_fields", {})
            problems += [p for p in problems_of(error, fields) if p.setting.split(".")[0] not in nested]
            return Rejected(problems, values)
        return settings


class Settings(BaseModel, metaclass=_Gathering):
    """Base of all settings; a subclass says in `production_problems` what production demands of it."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid", validate_default=True)

    def production_problems(self) -> Iterator[Problem]:
        yield from ()


def problems_of(error: ValidationError, fields: Mapping[str, FieldInfo]) -> Iterator[Problem]:
    """Pydantic's errors in this project's words."""
    for detail in error.errors(include_url=False):
        path = [str(part) for part in detail["loc"]]
        value = None if detail["type"] == "missing" else detail["input"]
        cause = detail.get("ctx", {}).get("error")
        if isinstance(cause, Misfit):
            path.append(cause.setting)
            value = cause.value
        yield Problem(".".join(path), value, sentence(detail, fields))
