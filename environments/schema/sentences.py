"""Says in this project's words what is wrong with a setting."""

import difflib
import re
from collections.abc import Mapping
from typing import Any

from pydantic import AfterValidator, BaseModel
from pydantic.fields import FieldInfo


class Misfit(ValueError):
    """What a check of several settings found wrong; `setting` is the one to name, and `value` its value."""

    def __init__(self, setting: str, value: object, expected: str) -> None:
        self.setting = setting
        self.value = value
        super().__init__(expected)


def matching(pattern: str, expected: str) -> AfterValidator:
    """Accepts text that `pattern` matches as a whole; `expected` describes it in words, with an example."""
    compiled = re.compile(pattern)

    def check(value: str) -> str:
        if not compiled.fullmatch(value):
            raise ValueError(f"write {expected}")
        return value

    return AfterValidator(check)


def sentence(detail: Mapping[str, Any], fields: Mapping[str, FieldInfo]) -> str:
    """What would be right, for one of Pydantic's errors about a settings class that has `fields`."""
    value, context = detail["input"], detail.get("ctx", {})
    match detail["type"]:
        case "value_error":
            return str(context["error"])
        case "missing":
            kind = fields[detail["loc"][0]].annotation
            if isinstance(kind, type) and issubclass(kind, BaseModel):
                return f"is required: add {detail['loc'][0]}={kind.__name__}(...)"
            return "is required"
        case "extra_forbidden":
            near = difflib.get_close_matches(str(detail["loc"][0]), fields, 1)
            return "no such setting; " + (f"did you mean {near[0]}?" if near else f"there are {', '.join(fields)}")
        case "model_type":
            return f"write {context['class_name']}(...)"
        case "tuple_type":
            items = tuple(value) if isinstance(value, list) else (value,)
            return f"write a tuple, with a comma after each value: {items!r}"
        case "string_type":
            return "write it in quotes" + (f": '{value}'" if type(value) in (int, float) else "")
        case "int_type":
            return "write a whole number without quotes"
        case "float_type":
            return "write a number without quotes"
        case "bool_type":
            return "write True or False"
        case "literal_error":
            return f"must be {context['expected']}"
        case "greater_than_equal":
            return f"must be {context['ge']} or more"
        case "greater_than":
            return f"must be above {context['gt']}"
        case "less_than_equal":
            return f"must be {context['le']} or less"
        case _:
            return str(detail["msg"])
