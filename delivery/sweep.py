"""Takes copies down: one on demand, or every one that is due, and says what of them is left."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterable
from datetime import datetime
from pathlib import Path
from typing import Any

from delivery import copies
from delivery.copies import Copy
from delivery.errors import Refused
from delivery.github import GitHub
from delivery.stack import Stack, find
from delivery.terraform import Terraform
from environments.schema.names import stack_name

PROJECT_FOLDER = Path(__file__).resolve().parents[1]


def down(stack: Stack, outdir: Path, locks: Path, session: Any) -> str:
    """Destroys a copy and its state. Raises Refused when something that bears its tag is left."""
    if not stack.workspace.is_copy:
        raise Refused(f"{stack.name} is no copy, and nothing else is ever destroyed from here")
    copy = _find(session, stack)
    if copy.applied is not None:
        _synthesize(stack, outdir)
        terraform = Terraform(stack, stack.folder(outdir), locks)
        terraform.init()
        terraform.plan(refresh=True, destroy=True)
        terraform.apply()
        # Terraform leaves an empty state; the bucket keeps old versions for a while.
        session.client("s3").delete_object(Bucket=stack.state_bucket, Key=stack.state_key)
        copy = _find(session, stack)
    if copy.arns:
        listed = "\n  ".join(copy.arns)
        raise Refused(f"{stack.name}: no state knows these, remove them by hand:\n  {listed}")
    copies.release(session.client("s3"), stack)
    return f"{stack.name}: nothing is left"


def sweep(
    environment: str, github: GitHub, now: datetime, list_: Iterable[Copy], take_down: Callable[[Stack], str]
) -> list[str]:
    """Takes down every copy that is due, and returns a line for each copy. Raises Refused at the end if one failed."""
    lines, failed = [], []
    for copy in list_:
        # Whatever goes wrong with one, GitHub's answer or AWS's, the others still go; it stays until the next night.
        try:
            reason = copies.is_due(copy, now, copy.pull_request is not None and _wanted(github, copy.pull_request))
            done = f"{take_down(find(stack_name(copy.workspace)))} ({reason})" if reason else f"{copy.workspace}: stays"
            lines.append(done)
        except Exception as error:
            failed.append(f"{copy.workspace}: {error}")
    if failed:
        raise Refused("\n".join([*lines, *failed]))
    return lines or [f"{environment}: no copies"]


def _wanted(github: GitHub, number: int) -> bool:
    pull_request = github.request("GET", f"pulls/{number}")
    return pull_request["state"] == "open" and any(label["name"] == copies.LABEL for label in pull_request["labels"])


def _find(session: Any, stack: Stack) -> Copy:
    """The copy as AWS shows it; without state and resources when there is none."""
    name = stack.workspace.name
    present = copies.list_copies(session, stack.environment, stack.state_bucket)
    return next((copy for copy in present if copy.workspace == name), Copy(name, None))


def _synthesize(stack: Stack, outdir: Path) -> None:
    chosen = {"ENVIRONMENT": stack.environment, "ENVIRONMENT_SUFFIX": stack.workspace.suffix}
    variables = {**os.environ, **chosen, "CDKTF_OUTDIR": str(outdir.absolute())}
    if subprocess.run([sys.executable, "main.py"], cwd=PROJECT_FOLDER, env=variables).returncode:
        raise Refused(f"{stack.name}: the synthesis failed, see the lines above")
