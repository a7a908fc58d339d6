"""`python -m preflight WORKSPACE`: exit code 0 when nothing stands in the way, 2 when something would fail."""

import argparse
import os
import sys
from pathlib import Path

from environments.schema.names import PROJECT
from preflight import stack as stacks
from preflight.stack import CannotRun


def main(arguments: list[str] | None = None) -> int:
    """Prints one line a finding; a run that cannot check anything prints one sentence to stderr."""
    parser = argparse.ArgumentParser(
        prog="python -m preflight",
        description="Asks the account of a workspace, before the first plan, what would fail. Reads only.",
    )
    parser.add_argument("workspace", help="dev, staging, prod, a copy such as dev-pr-42, or foundation-prod")
    parser.add_argument(
        "--outdir",
        type=Path,
        default=Path(os.environ.get("CDKTF_OUTDIR", "cdktf.out")),
        help="where `make synth` wrote to (default: $CDKTF_OUTDIR or cdktf.out)",
    )
    chosen = parser.parse_args(arguments)
    try:
        stack = stacks.read(chosen.outdir, chosen.workspace)
        return 0 if _run(chosen.workspace, stack, _foundation(chosen.outdir, stack)) else 2
    except CannotRun as error:
        print(f"preflight: {error}", file=sys.stderr)
        return 2


def _foundation(outdir: Path, stack: stacks.Stack) -> stacks.Stack | None:
    """The synthesized foundation of the stack's account, which its state bucket is named after."""
    name = stack.backend["bucket"].removesuffix(f"-state-{stack.account_id}")
    try:
        return stacks.read(outdir, name.removeprefix(f"{PROJECT}-"))
    except CannotRun:
        return None


def _run(workspace: str, stack: stacks.Stack, foundation: stacks.Stack | None) -> bool:
    from preflight.aws import Aws
    from preflight.dns import Resolver
    from preflight.report import show, waiting
    from preflight.run import run

    try:
        aws = Aws(stack.region)
    except ImportError:
        raise CannotRun("boto3 is not installed: run `make preflight`, which installs it") from None
    with waiting(f"Asking AWS, account {stack.account_id}, {stack.region}"):
        results = list(run(stack, foundation, aws, Resolver()))
    return show(workspace, results)


if __name__ == "__main__":
    sys.exit(main())
