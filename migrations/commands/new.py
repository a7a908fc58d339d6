"""Makes the next revision's file."""

import re
from pathlib import Path

from migrations.revisions import VERSIONS, RevisionError, load

_TEMPLATE = """\
-- phase: expand
-- What changes, and why.

"""


def create(name: str, folder: Path = VERSIONS) -> Path:
    """Writes `NNNN_<name>.sql` with the next free number and returns its path. Raises RevisionError."""
    slug = name.replace("-", "_")
    if not re.fullmatch(r"[a-z0-9]+(_[a-z0-9]+)*", slug):
        raise RevisionError(f"NAME is {name!r}; use words in lower case, for example add_refunds")
    revisions = load(folder)
    if same := next((revision.name for revision in revisions if revision.slug == slug), None):
        raise RevisionError(f"NAME is {name!r} and {same} is named so already; say what is different about this one")
    path = folder / f"{len(revisions) + 1:04}_{slug}.sql"
    path.write_text(_TEMPLATE)
    return path
