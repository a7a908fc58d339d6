"""Terraform's commands on one root module, each timed and logged."""

import json
import os
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.end_to_end import mirror

# Every command of the run by the name of its folder, for the summary at the end.
PHASES: dict[str, list["Phase"]] = {}

# `plan -detailed-exitcode`
NO_CHANGES, CHANGES = 0, 2


@dataclass(frozen=True)
class Phase:
    """How long one command took."""

    command: str
    seconds: float


class TerraformError(Exception):
    """A command that ended with another code than it should; the message holds its whole output."""


@dataclass
class Terraform:
    """One folder with a root module in it, and the environment that its commands run with."""

    folder: Path
    environment: Mapping[str, str]
    code: int = 0

    @property
    def log(self) -> Path:
        """Everything that any command printed."""
        return self.folder / "terraform.log"

    def init(self) -> str:
        return self.run("init")

    def validate(self) -> str:
        return self.run("validate")

    def plan(self, *options: str, out: str = "plan.tfplan") -> bool:
        """Saves a plan; True when it has changes."""
        self.printed_plan(*options, out=out)
        return self.code == CHANGES

    def printed_plan(self, *options: str, out: str = "plan.tfplan") -> str:
        """Saves a plan; returns what Terraform prints of it."""
        return self.run("plan", "-detailed-exitcode", f"-out={out}", *options, codes=(NO_CHANGES, CHANGES))

    def apply(self, plan: str = "plan.tfplan") -> str:
        return self.run("apply", plan)

    def plan_and_apply(self) -> str:
        return self.run("apply", "-auto-approve")

    def show(self, plan: str = "plan.tfplan") -> dict[str, Any]:
        """A saved plan as Terraform's JSON."""
        shown: dict[str, Any] = json.loads(self._captured("show", "-json", plan))
        return shown

    def schemas(self) -> dict[str, Any]:
        """What the providers say of themselves."""
        shown: dict[str, Any] = json.loads(self._captured("providers schema", "-json"))
        return shown

    def state(self) -> dict[str, Any]:
        """The state as it is stored, in the JSON of `terraform state pull`."""
        pulled: dict[str, Any] = json.loads(self._captured("state pull") or "{}")
        return pulled

    def addresses(self) -> set[str]:
        """What is in the state, without data sources."""
        resources = self.state().get("resources", [])
        return {f"{one['type']}.{one['name']}" for one in resources if one["mode"] == "managed"}

    def destroy(self, *options: str) -> str:
        return self.run("destroy", "-auto-approve", *options)

    def run(self, command: str, *options: str, codes: Sequence[int] = (0,)) -> str:
        """Runs a command and returns what it printed. Raises TerraformError on a code that is not in `codes`."""
        arguments = [mirror.terraform(), *command.split(), "-no-color", *self._no_input(command), *options]
        begun = time.monotonic()
        done = subprocess.run(
            arguments,
            cwd=self.folder,
            env=dict(self.environment),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        PHASES.setdefault(self.folder.name, []).append(Phase(command, time.monotonic() - begun))
        self.code = done.returncode
        with self.log.open("a") as log:
            log.write(f"$ terraform {command} {' '.join(options)}\n{done.stdout}\n")
        if done.returncode not in codes:
            raise TerraformError(f"terraform {command} in {self.folder} ended with {done.returncode}:\n{done.stdout}")
        return done.stdout

    def start(self, command: str, *options: str) -> subprocess.Popen[str]:
        """Starts a command in a process group of its own, to be killed or waited for by the caller."""
        arguments = [mirror.terraform(), command, "-no-color", *self._no_input(command), *options]
        return subprocess.Popen(
            arguments,
            cwd=self.folder,
            env=dict(self.environment),
            stdin=subprocess.DEVNULL,
            stdout=self.log.open("a"),
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def _captured(self, command: str, *options: str) -> str:
        """Standard output alone, and not into the log: a state or a plan is what the log is searched with."""
        arguments = [mirror.terraform(), *command.split(), *options]
        done = subprocess.run(arguments, cwd=self.folder, env=dict(self.environment), capture_output=True, text=True)
        if done.returncode:
            raise TerraformError(f"terraform {command} in {self.folder} failed:\n{done.stderr}")
        return done.stdout

    @staticmethod
    def _no_input(command: str) -> list[str]:
        return ["-input=false"] if command in ("init", "plan", "apply", "destroy") else []


def base_environment(configuration: Path, home: Path) -> dict[str, str]:
    """What every command needs, and nothing of the caller's own settings or credentials."""
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "TF_CLI_CONFIG_FILE": str(configuration),
        "TF_IN_AUTOMATION": "1",
        "CHECKPOINT_DISABLE": "1",
        # Collects garbage less often: a plan takes 10 of 11.5 seconds of a processor.
        "GOGC": "400",
    }
