"""Acknowledgements: findings that somebody has read and accepts, for a while, in a committed file."""

import tomllib
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from plan_review.errors import CannotReview
from plan_review.stack import Stack

LONGEST = timedelta(days=14)


class Entry(BaseModel):
    """One `[[acknowledgement]]` of the file."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    fingerprint: Annotated[str, Field(pattern=r"^[0-9a-f]{16}$")]
    reason: Annotated[str, Field(min_length=20, max_length=500)]
    ticket: Annotated[str, Field(pattern=r"^[A-Za-z0-9#/_.:-]{2,200}$")]
    expires: date
    # The second person who agrees, by their name in GitHub; counts in production only together with one.
    reviewer: Annotated[str, Field(pattern=r"^@[A-Za-z0-9][A-Za-z0-9-]{0,38}$")] | None = None


@dataclass(frozen=True)
class Acknowledgement:
    """An entry that is in force today."""

    fingerprint: str
    reason: str
    ticket: str
    expires: date
    reviewer: str | None

    def holds_for(self, stack: Stack) -> bool:
        return self.reviewer is not None or not stack.production


def read_acknowledgements(path: Path, today: date) -> tuple[Acknowledgement, ...]:
    """The entries in force on `today`; expired ones are skipped. Raises CannotReview: file, entry, what is right."""
    try:
        document = tomllib.loads(path.read_text())
    except (OSError, UnicodeDecodeError):
        raise CannotReview(f"{path}: cannot be read as text") from None
    except tomllib.TOMLDecodeError as error:
        raise CannotReview(f"{path}: is not TOML: {str(error)[:200]}") from None
    unknown = sorted(document.keys() - {"acknowledgement"})
    if unknown:
        raise CannotReview(f"{path}: unknown table {unknown[0]!r}; each entry is an [[acknowledgement]]")
    entries = document.get("acknowledgement", [])
    if not isinstance(entries, list):
        raise CannotReview(f"{path}: write [[acknowledgement]] with two brackets, once for each finding")
    found = []
    for number, content in enumerate(entries, start=1):
        entry = _entry(content, f"{path}: acknowledgement {number}")
        if entry.expires > today + LONGEST:
            latest = today + LONGEST
            raise CannotReview(
                f"{path}: acknowledgement {number}: expires = {entry.expires} is too far away; at the latest {latest}"
            )
        if entry.expires >= today:
            found.append(Acknowledgement(**entry.model_dump()))
    return tuple(found)


def _entry(content: object, where: str) -> Entry:
    try:
        return Entry.model_validate(content)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        setting = ".".join(map(str, first["loc"])) or "the entry"
        raise CannotReview(f"{where}: {setting}: {first['msg']}, not {str(first['input'])[:80]!r}") from None
