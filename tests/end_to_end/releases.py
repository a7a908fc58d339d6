"""States that released tags made, kept as data: `python -m tests.end_to_end.releases v0.1.0` records one.

Run it on the tag itself, once, and commit what it writes; it applies two stacks to an emulated AWS (3 minutes).
"""

import gzip
import json
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from tests.end_to_end import account, lanes
from tests.end_to_end.bench import Bench, assemble, module_of
from tests.end_to_end.emulator.client import emulator
from tests.end_to_end.mirror import PROJECT
from tests.end_to_end.terraform import Terraform

FOLDER = Path(__file__).parent / "states"
ENVIRONMENT = "prod"


def recorded() -> list[Path]:
    """`states/<tag>/<stack>.json.gz`, oldest tag first."""
    return sorted(FOLDER.glob("*/*.json.gz"))


def record(tag: str) -> None:
    """Applies today's stacks of prod and writes their states."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        outdir = folder / "synthesized"
        variables = {"ENVIRONMENT": ENVIRONMENT, "CDKTF_OUTDIR": str(outdir), "PATH": "/usr/bin:/bin"}
        subprocess.run([sys.executable, "main.py"], cwd=PROJECT, env=variables, check=True)
        with emulator(folder) as running, ThreadPoolExecutor(2) as pool:
            applied = lanes.begin(pool, outdir, {ENVIRONMENT: assemble(running, folder)})
            for stack in sorted(path.name for path in outdir.glob("stacks/*")):
                target = FOLDER / tag / f"{stack}.json.gz"
                target.parent.mkdir(parents=True, exist_ok=True)
                state = json.dumps(applied[stack].state(), sort_keys=True)
                # No time in the header: recording twice writes the same bytes.
                target.write_bytes(gzip.compress(state.encode(), mtime=0))


def restore(bench: Bench, stack: Path, state: Path) -> Terraform:
    """A root module of today's stack over a recorded state; nothing of what the state names exists."""
    module = module_of(stack)
    backend = module["terraform"]["backend"]["s3"]
    terraform = bench.alone(stack)
    s3: Any = bench.emulator.client("s3", account.account_of(module), backend["region"])
    s3.put_object(Bucket=backend["bucket"], Key=backend["key"], Body=gzip.decompress(state.read_bytes()))
    return terraform


if __name__ == "__main__":
    record(sys.argv[1])
