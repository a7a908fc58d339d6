"""The commands of docs/bootstrap.md, run as they stand there."""

import re
import subprocess
from pathlib import Path

from tests.end_to_end.mirror import PROJECT
from tests.end_to_end.terraform import Terraform

DOCUMENT = PROJECT / "docs" / "bootstrap.md"
BEGINNING, END = "Once an account", "Taking it away"
_BLOCK = re.compile(r"^ *```sh\n(.*?)^ *```", re.MULTILINE | re.DOTALL)


def commands(foundation: str, section: str) -> list[str]:
    """The lines of a section's code blocks for this foundation, less `make synth`: the tests synthesize themselves."""
    [text] = [part for part in DOCUMENT.read_text().split("\n## ") if part.startswith(f"{section}\n")]
    lines = [line.strip() for block in _BLOCK.findall(text) for line in block.splitlines()]
    return [line.replace("payments-foundation-dev", foundation) for line in lines if line != "make synth"]


def run(module: Terraform, section: str = BEGINNING) -> str:
    """Runs a section's commands for a foundation, where a person would; returns what they printed.

    Raises AssertionError with the output when a command fails, such as the plan of the beginning that must be empty.
    """
    checkout = module.folder.parents[2]
    script = "\n".join(["set -eux", *commands(module.folder.name, section)])
    done = subprocess.run(
        ["bash", "-c", script],
        cwd=checkout,
        env=dict(module.environment),
        # Terraform asks before it applies, and the person says yes. It reads ahead, 4,096 characters at most.
        input="yes\n" * 4096,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    with module.log.open("a") as log:
        log.write(done.stdout)
    assert done.returncode == 0, f"{DOCUMENT.name} failed for {module.folder.name}:\n{done.stdout[-6000:]}"
    return done.stdout


def state_file_is_gone(module: Terraform) -> bool:
    return not list(Path(module.folder).glob("terraform.tfstate*"))
