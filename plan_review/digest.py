"""Digests over files and over JSON in one canonical form."""

import hashlib
import json
from pathlib import Path
from typing import Any

from plan_review.errors import CannotReview


def of_file(path: Path) -> str:
    """SHA-256 of the bytes of a file, in hex; raises CannotReview."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise CannotReview(f"{path}: cannot be read: {error.strerror}") from None


def of_json(content: Any) -> str:
    """SHA-256 over JSON with sorted keys and no spaces: equal for equal content, whatever its order."""
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()
