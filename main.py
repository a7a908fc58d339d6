"""The app that `cdktf.json` names: reads the environment variables, builds the stacks, synthesizes."""

import os
import sys
from datetime import UTC, datetime
from pathlib import Path

from constructs_lib.schema import prepare
from environments.loading import load
from environments.schema import engine_versions
from environments.schema.base import SettingsError
from synthesis.bindings import environment as bindings_environment
from synthesis.bindings import load_on_demand
from synthesis.table import Report

PROJECT = Path(__file__).resolve().parent


def main() -> int:
    """Synthesizes the chosen workspaces into $CDKTF_OUTDIR (`cdktf.out`); exit code 2 and no output on bad input."""
    try:
        workspaces = load(os.environ)
    except SettingsError as error:
        print(error, file=sys.stderr)
        return 2
    outdir = Path(os.environ.get("CDKTF_OUTDIR", "cdktf.out"))
    report = Report()
    os.environ.update(bindings_environment(PROJECT, os.environ))
    load_on_demand()
    with report.step("Loading the AWS bindings (about two seconds; the first time about ten)"):
        from stacks.app import build  # after load_on_demand: importing a construct imports the bindings
    try:
        schema = prepare(PROJECT / ".cache" / "migrations.zip")
    except ValueError as error:
        print(error, file=sys.stderr)
        return 2
    with report.step("Synthesizing"):
        build(workspaces, str(outdir), schema, report.built).synth()
    report.print(outdir)
    if warning := engine_versions.stale(datetime.now(UTC).date()):
        print(f"warning: {warning}", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
