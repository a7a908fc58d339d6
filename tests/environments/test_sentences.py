"""No setting, whatever is written into it, is answered in the words of Pydantic or Python."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from pydantic import BaseModel

from environments.dev import ENVIRONMENT as DEV
from environments.prod import ENVIRONMENT as PROD
from environments.schema.base import Rejected, gathering

NONSENSE = [
    *(None, True, -1, 10**9, 1.5, float("nan"), "", "no such thing", "a\nb", "111122223333\n", "x" * 200),
    *([], ["a"], (), (1,), ("",), ("a", "a"), {}, {"a": 1}, object()),
]
FOREIGN = re.compile(r"[Ii]nput should|valid|pattern|\[a-z|\\d|object has no|[Ee]xpected")


def sections(settings: BaseModel) -> Iterator[BaseModel]:
    yield settings
    for _, value in settings:
        if isinstance(value, BaseModel):
            yield from sections(value)


SETTINGS = {
    f"{type(section).__name__}.{name}": (section, name)
    for section in (*sections(PROD), DEV.database.capacity)
    for name in type(section).model_fields
}


@pytest.mark.parametrize("setting", SETTINGS)
def test_nonsense_is_answered_in_a_sentence(setting: str) -> None:
    section, name = SETTINGS[setting]
    refused = 0
    for value in NONSENSE:
        answer = made(section, {**dict(section), name: value})
        if isinstance(answer, Rejected):
            refused += 1
            for problem in answer.problems:
                assert problem.setting, problem
                assert not FOREIGN.search(problem.expected), problem
                assert len(str(problem).splitlines()) == 1
    assert refused > len(NONSENSE) / 2


@pytest.mark.parametrize("setting", SETTINGS)
def test_left_out_and_misspelt_settings_are_named(setting: str) -> None:
    section, name = SETTINGS[setting]
    values = {other: value for other, value in section if other != name}
    answer = made(section, {**values, f"{name}x": 1})
    assert isinstance(answer, Rejected)
    sentences = {problem.setting: problem.expected for problem in answer.problems}
    assert sentences[f"{name}x"] == f"no such setting; did you mean {name}?"
    assert sentences.get(name, "is required").startswith("is required")


def made(section: BaseModel, values: dict[str, Any]) -> object:
    with gathering():
        return type(section)(**values)
