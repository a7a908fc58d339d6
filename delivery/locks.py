"""Provider lock files: kept in locks/, copied beside the synthesized stack before `terraform init`."""

import shutil
import subprocess
import sys
from pathlib import Path

from delivery.errors import BadInput
from delivery.stack import Stack
from plan_review.evidence import LOCK_FILE

# Where plans are made and applied: GitHub's runners, Graviton machines, the team's laptops.
PLATFORMS = ("linux_amd64", "linux_arm64", "darwin_arm64")


def copy_in(stack: Stack, locks: Path, folder: Path) -> bool:
    """Puts the committed lock file beside the stack; False, and a warning, when there is none."""
    committed = locks / stack.lock
    if not committed.exists():
        print(
            f"{committed}: there is none, so nothing pins the providers' checksums; see locks/README.md",
            file=sys.stderr,
        )
        return False
    shutil.copyfile(committed, folder / LOCK_FILE)
    return True


def write(stack: Stack, locks: Path, folder: Path) -> Path:
    """Asks the registry for the checksums of every platform and keeps them; raises BadInput when it cannot."""
    (folder / LOCK_FILE).unlink(missing_ok=True)
    platforms = [f"-platform={platform}" for platform in PLATFORMS]
    done = subprocess.run(["terraform", f"-chdir={folder}", "providers", "lock", *platforms])
    if done.returncode or not (folder / LOCK_FILE).exists():
        raise BadInput(f"{stack.name}: `terraform providers lock` failed; it needs the registry, see the lines above")
    locks.mkdir(exist_ok=True)
    return Path(shutil.copyfile(folder / LOCK_FILE, locks / stack.lock))
