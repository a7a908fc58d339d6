"""The commands of docs/bootstrap.md, run as they stand there."""

import re
import subprocess
from pathlib import Path

from tests.end_to_end.mirror import PROJECT
from tests.end_to_end.terraform import Terraform

DOCUMENT = PROJECT / "docs" / "bootstrap.md"
_BLOCK = re.compile(r"^ *```sh\n(.*?)^ *```", re.MULTILINE | re.DOTALL)


def commands(foundation: str) -> list[str]:
    """The lines of the page's code blocks for this foundation, less `make synth`: the tests synthesize once."""
    lines = [line.strip() for block in _BLOCK.findall(DOCUMENT.read_text()) for line in block.splitlines()]
    assert "make synth" in lines, f"{DOCUMENT} does not say how to synthesize"
    return [line.replace("payments-foundation-dev", foundation) for line in lines if line != "make synth"]


def run(module: Terraform) -> str:
    """Runs the page's commands for a foundation, where a person would; returns what they printed.

    Raises AssertionError with the output when a command fails: the last ones are a plan that must be empty.
    """
    checkout = module.folder.parents[2]
    script = "\n".join(["set -eux", *commands(module.folder.name)])
    # Terraform asks before it applies, and the person says yes.
    done = subprocess.run(
        ["bash", "-c", script],
        cwd=checkout,
        env=dict(module.environment),
        input="yes\n",
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
