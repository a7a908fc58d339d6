"""What is measured: one synthesis of the project's own app, in a process of its own."""

import argparse
import os
import sys
from pathlib import Path

from environments.loading import load
from environments.schema.workspace import Workspace
from synthesis.bindings import PACKAGE, environment, load_on_demand

PROJECT = Path(__file__).resolve().parents[2]
WAYS = ("usual", "on-demand")


def workspaces(copies: int) -> tuple[Workspace, ...]:
    """As many copies of dev, each one stack; or, for 0, what `make synth` builds."""
    if copies == 0:
        return load({})
    numbers = range(1, copies + 1)
    return tuple(w for n in numbers for w in load({"ENVIRONMENT": "dev", "ENVIRONMENT_SUFFIX": f"pr-{n}"}))


def main() -> None:
    """Both ways take the same Node; the usual one preloads nothing into it and imports the bindings whole.

    Prints how many of the bindings' modules were loaded.
    """
    arguments = argparse.ArgumentParser(prog="python -m synthesis.bench.app")
    arguments.add_argument("way", choices=WAYS)
    arguments.add_argument("outdir")
    arguments.add_argument("--copies", type=int, default=0)
    chosen = arguments.parse_args()
    changes = environment(PROJECT, os.environ)
    if chosen.way == "on-demand":
        load_on_demand()
    else:
        changes.pop("NODE_OPTIONS", None)
    os.environ.update(changes)
    from constructs_lib.schema import prepare
    from stacks.app import build

    schema = prepare(PROJECT / ".cache" / "migrations.zip")
    build(workspaces(chosen.copies), chosen.outdir, schema).synth()
    print(sum(name.startswith(f"{PACKAGE}.") for name in sys.modules))


if __name__ == "__main__":
    main()
