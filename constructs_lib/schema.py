"""What the migration brings into a stack: its archive, and the digest of its revisions."""

import base64
import hashlib
from dataclasses import dataclass
from pathlib import Path

from migrations import revisions
from migrations.archive import build


@dataclass(frozen=True)
class Schema:
    """`archive` is the zip, `archive_sha256` is base64 as Lambda reports it, `digest` that of the revisions."""

    archive: Path
    archive_sha256: str
    digest: str


def prepare(archive: Path) -> Schema:
    """Writes the migration's archive and digests its revisions; raises ValueError with one sentence when it can't."""
    digest = revisions.digest(revisions.load())
    archive.parent.mkdir(parents=True, exist_ok=True)
    build(archive)
    archive_sha256 = base64.b64encode(hashlib.sha256(archive.read_bytes()).digest()).decode()
    return Schema(archive, archive_sha256, digest)
