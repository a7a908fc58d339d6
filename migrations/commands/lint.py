"""Checks every revision with squawk; says why where a finding is waived."""

import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from migrations.revisions import Revision, RevisionError, load

# The oldest major version that the environments may choose: newer ones lock less, so what passes here passes there.
POSTGRES_VERSION = "14"

# Rules that do not hold here, and why.
WAIVED = {
    "require-lock-timeout": "the runner sets lock_timeout for each revision (2 s, or the file's own)",
    "require-statement-timeout": "the runner sets statement_timeout for each revision (10 s, or the file's own)",
}
# Rules that do not hold for a concurrent index.
WAIVED_OUTSIDE_TRANSACTION = {
    "prefer-robust-stmts": "IF NOT EXISTS would keep an INVALID index; the runner rebuilds what was half-built",
}
# Rules that a contract revision is there to break, one deployment after the code that read the column or table.
WAIVED_IN_CONTRACT = {
    "ban-drop-column": "the contract phase drops it when no code reads it any more",
    "ban-drop-table": "the contract phase drops it when no code reads it any more",
    "ban-drop-not-null": "code that reads the column knows NULL by now",
}


def run(revisions: Sequence[Revision] = ()) -> int:
    """Prints squawk's findings; 0 when there are none. Raises RevisionError for files that are no revisions."""
    code = 0
    for revision in revisions or load():
        code = max(code, subprocess.run(command(revision), stdout=sys.stdout).returncode)
    return code


def command(revision: Revision) -> list[str]:
    """How squawk is called for one revision."""
    waived = [*WAIVED]
    if not revision.transaction:
        waived += WAIVED_OUTSIDE_TRANSACTION
    if revision.phase == "contract":
        waived += WAIVED_IN_CONTRACT
    transaction = ["--assume-in-transaction"] if revision.transaction else []
    return [
        *(_squawk(), f"--pg-version={POSTGRES_VERSION}", "--include=require-table-schema", "--reporter=gcc"),
        *(f"--exclude={','.join(waived)}", *transaction, str(revision.path)),
    ]


def _squawk() -> str:
    """The program of this Python's environment, which may not be on PATH."""
    found = shutil.which("squawk", path=str(Path(sys.executable).parent)) or shutil.which("squawk")
    if found is None:
        raise RevisionError("squawk is not installed: install the locked test dependencies")
    return found
