"""What is inside a plan file that Terraform saved: the state it was made from.

The file is a zip; `tfstate` in it is the state as the plan saw it (terraform/internal/plans/planfile).
"""

import json
import zipfile
from dataclasses import dataclass
from pathlib import Path

from plan_review.errors import CannotReview

STATE = "tfstate"
LARGEST_STATE = 1 << 29  # bytes


@dataclass(frozen=True)
class StateVersion:
    """Which state, and which version of it; an empty lineage and serial 0 before the first apply."""

    lineage: str
    serial: int


def state_of_plan(path: Path) -> StateVersion:
    """The version of the state that the saved plan in `path` was made from; raises CannotReview."""
    try:
        with zipfile.ZipFile(path) as file:
            if file.getinfo(STATE).file_size > LARGEST_STATE:
                raise CannotReview(f"{path}: its state is larger than {LARGEST_STATE >> 20} MiB")
            content = file.read(STATE)
    except (OSError, zipfile.BadZipFile, KeyError, RuntimeError, NotImplementedError):
        raise CannotReview(f"{path}: is no saved plan; expected the file of `terraform plan -out`") from None
    return _version(content, path)


def state_of_file(path: Path) -> StateVersion:
    """The version of the state in `path`, the output of `terraform state pull`; raises CannotReview."""
    try:
        return _version(path.read_bytes(), path)
    except OSError as error:
        raise CannotReview(f"{path}: cannot be read: {error.strerror}") from None


def _version(content: bytes, path: Path) -> StateVersion:
    if not content.strip():
        return StateVersion("", 0)
    try:
        state = json.loads(content)
        return StateVersion(str(state["lineage"]), int(state["serial"]))
    except (ValueError, KeyError, TypeError, RecursionError):
        raise CannotReview(f"{path}: holds no Terraform state with a lineage and a serial") from None
