"""Terraform in the folder of one stack, the way that delivery runs it."""

import json
import os
import shlex
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from delivery import locks
from delivery.errors import Refused
from delivery.stack import Stack
from plan_review.evidence import PLAN_FILE
from plan_review.manifest import PLAN_JSON

STATE = "state.json"
# Another apply may be under way; longer, and something is stuck that a person has to look at.
LOCK_TIMEOUT = "-lock-timeout=10m"
NO_CHANGES, CHANGES = 0, 2


@dataclass(frozen=True)
class Terraform:
    """Commands of one stack. Plans take no lock: a cancelled job would leave it behind (docs/decisions/0037)."""

    stack: Stack
    folder: Path
    locks: Path

    def init(self) -> None:
        """Fetches the providers, exactly the locked ones where a lock file is kept."""
        readonly = ["-lockfile=readonly"] if locks.copy_in(self.stack, self.locks, self.folder) else []
        self._quietly("init", *readonly)

    def plan(self, *, refresh: bool, destroy: bool = False) -> bool:
        """Saves `plan.tfplan` and its JSON beside the stack; True when it has changes.

        What Terraform prints is kept from the log: a value that nobody marked as sensitive stands there in clear.
        """
        options = ["-lock=false", "-detailed-exitcode", f"-refresh={str(refresh).lower()}", f"-out={PLAN_FILE}"]
        code = self._quietly("plan", *options, *(["-destroy"] if destroy else []), codes=(NO_CHANGES, CHANGES))
        self.show()
        return code == CHANGES

    def show(self) -> None:
        """Writes `plan.json`, the saved plan in Terraform's JSON."""
        (self.folder / PLAN_JSON).write_bytes(self._captured("show", "-json", PLAN_FILE))

    def apply(self) -> None:
        """Applies the saved plan, each step shown as it happens. Raises Refused."""
        words = [*self._command("apply"), "-input=false", "-no-color", LOCK_TIMEOUT, PLAN_FILE]
        print(shlex.join(words), flush=True)
        if subprocess.run(words).returncode:
            raise Refused(f"{self.stack.name}: the apply failed, see the lines above; what was done stays done")

    def pull_state(self) -> Path:
        """Writes the state as it is stored now beside the stack, for the check before an apply."""
        path = self.folder / STATE
        path.write_bytes(self._captured("state", "pull"))
        return path

    def resources(self) -> list[dict[str, Any]]:
        """What the state holds, as `terraform show -json` has it: type, address, values."""
        shown = json.loads(self._captured("show", "-json"))
        found: list[dict[str, Any]] = shown.get("values", {}).get("root_module", {}).get("resources", [])
        return found

    def _quietly(self, command: str, *options: str, codes: Sequence[int] = (0,)) -> int:
        begun = time.monotonic()
        words = [*self._command(command), "-input=false", "-no-color", *options]
        print(shlex.join(words), flush=True)
        done = subprocess.run(words, stdin=subprocess.DEVNULL, capture_output=True, text=True)
        if done.returncode not in codes:
            print(done.stderr, file=sys.stderr)
            raise Refused(f"{self.stack.name}: terraform {command} failed, see the lines above")
        print(f"{self.stack.name}: terraform {command} took {time.monotonic() - begun:.0f} s", flush=True)
        return done.returncode

    def _captured(self, *arguments: str) -> bytes:
        words = self._command(*arguments)
        print(shlex.join(words), flush=True)
        done = subprocess.run(words, stdin=subprocess.DEVNULL, capture_output=True)
        if done.returncode:
            print(done.stderr.decode(errors="replace"), file=sys.stderr)
            raise Refused(f"{self.stack.name}: terraform {' '.join(arguments)} failed, see the lines above")
        return done.stdout

    def _command(self, *arguments: str) -> list[str]:
        os.environ.setdefault("TF_IN_AUTOMATION", "1")
        return ["terraform", f"-chdir={self.folder}", *arguments]
