"""The commands that workflows run; each takes a stack's name, as `cdktf` does. docs/delivery.md explains them."""

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from delivery import commands, reviewed, smoke, stable
from delivery.errors import BadInput, Refused
from environments.schema.base import SettingsError
from environments.schema.names import ROLES
from plan_review.errors import BindingBroken, CannotReview

# The same numbers as of plan_review.
BAD_INPUT, REFUSED, BINDING_BROKEN = 2, 3, 4
EXIT_CODES = "exit codes: 0 done; 2 bad input; 3 the answer is no; 4 not what was reviewed. (1 is a crash.)"


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command and returns its exit code; errors are one message on standard error."""
    options = _parser().parse_args(arguments)
    try:
        options.run(options)
    except (BadInput, SettingsError, CannotReview) as error:
        print(error, file=sys.stderr)
        return BAD_INPUT
    except Refused as error:
        print(error, file=sys.stderr)
        return REFUSED
    except BindingBroken as error:
        print("not applied, because this is not what was reviewed:", *error.differences, sep="\n  - ", file=sys.stderr)
        return BINDING_BROKEN
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("delivery", description=__import__("delivery").__doc__, epilog=EXIT_CODES)
    parser.set_defaults(outdir=Path(os.environ.get("CDKTF_OUTDIR", "cdktf.out")), locks=Path("locks"))
    adder = parser.add_subparsers(required=True, metavar="COMMAND")

    def command(name: str, text: str, stack: str = "stack") -> argparse.ArgumentParser:
        """`stack` says what it takes: one "stack", several "stacks", or none."""
        added = adder.add_parser(name, help=text, description=text)
        added.set_defaults(run=getattr(commands, f"do_{name.replace('-', '_')}"))
        if stack:
            added.add_argument(stack, nargs="+" if stack == "stacks" else None, metavar="STACK")
        return added

    role = command("role", "print the ARN of a role, and the region, for the step that takes it")
    role.add_argument("name", metavar="NAME", help=", ".join(ROLES))
    command("lock", "write the provider lock files into locks/; needs the registry", "stacks")
    plan = command("plan", "plan synthesized stacks into plan.tfplan and plan.json", "stacks")
    plan.add_argument("--refresh", action="store_true", help="ask AWS what is there; the role must read secrets then")
    command("init", "lay everything ready for `verify` and `apply`: providers, plan.json, state.json")
    command("apply", "apply plan.tfplan as it is")
    wait = command("stable", "wait until ECS runs the task definitions that the state names")
    wait.add_argument("--timeout", type=float, default=stable.TIMEOUT, metavar="SECONDS")
    ask = command("smoke", "ask the health endpoint until it answers 200 three times in a row")
    ask.add_argument("--url", help="instead of the address that the settings name")
    ask.add_argument("--timeout", type=float, default=smoke.TIMEOUT, metavar="SECONDS")

    for name, text in (("put-plan", "store the plan for the job that applies it"), ("get-plan", "fetch it there")):
        command(name, text).add_argument("--run", dest="run_id", required=True, help="names the plan: number-attempt")
    command("last-applied", "fetch the manifests of the last deployments, for the review of the next", "stacks")
    hold = command("hold", "hold a plan against the one that was reviewed in the pull request")
    hold.add_argument("--commit", required=True)
    hold.add_argument("--base", type=Path, metavar="FOLDER", help="synthesized stacks of the commit before")
    hold.add_argument("--acknowledgements", type=Path, required=True, metavar="FILE", help=reviewed.ACKNOWLEDGEMENTS)
    hold.add_argument("--report", type=Path, metavar="FILE", help="write what differs, Markdown")
    hold.add_argument("--approved", default="", metavar="FINGERPRINT", help="approved by hand, instead")
    promoted = command("promoted", "check that the commit ran, with its image, in the environment before")
    promoted.add_argument("--commit", required=True)
    record = command("record", "record a deployment that succeeded")
    record.add_argument("--commit", required=True)
    record.add_argument("--run-url", required=True)

    comment = command("comment", "write the comment of a pull request, or bring it up to date", "")
    comment.add_argument("--pull-request", type=int, required=True, metavar="NUMBER")
    comment.add_argument("--kind", required=True, help="which of the pull request's comments")
    comment.add_argument("--file", type=Path, required=True, help="its text; when missing, says that the run failed")
    comment.add_argument("--run-url", required=True)
    drift = command("drift-issue", "open, update or close the issue of an environment", "stacks")
    drift.add_argument("--file", type=Path, required=True, help="the review of tonight's plans")
    drift.add_argument("--run-url", required=True)

    announce = command("announce", "write what a pull request is told about its copy")
    announce.add_argument("--file", type=Path, required=True)
    command("admit", "check the number of copies and the cost of a planned one")
    command("down", "destroy a copy and say what is left")
    command("sweep", "destroy the copies of an environment that are due; STACK is what they are copies of")
    return parser


if __name__ == "__main__":
    sys.exit(main())
