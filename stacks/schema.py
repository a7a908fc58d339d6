"""What the migration brings into a stack: its archive, and the digest of its revisions."""

from dataclasses import dataclass
from pathlib import Path

from migrations import revisions
from migrations.archive import build


@dataclass(frozen=True)
class Schema:
    """`archive` is the path of the zip; `digest` the hex SHA-256 of the set of revisions."""

    archive: str
    digest: str


def prepare(archive: Path) -> Schema:
    """Writes the migration's archive and digests its revisions; raises ValueError with one sentence when it can't."""
    digest = revisions.digest(revisions.load())
    archive.parent.mkdir(parents=True, exist_ok=True)
    build(archive)
    return Schema(str(archive), digest)
