"""The command line; docs/plan_review.md explains it. Heavy imports wait until a command needs them."""

import argparse
import gc
import os
import sys
from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path

from plan_review.errors import BindingBroken, CannotReview

REVIEWED, CANNOT_REVIEW, FINDINGS, BINDING_BROKEN = 0, 2, 3, 4
COMMANDS = ("review", "manifest", "verify", "fingerprint", "foreign-code")
EXIT_CODES = """\
exit codes: 0 reviewed, nothing left to acknowledge; 2 cannot review; 3 findings to acknowledge;
4 what would be applied is not what was reviewed. (1 is a crash.)
Without a command, `review` is meant: python -m plan_review PLAN.json [PLAN.json ...]"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command and returns its exit code; errors are one sentence on standard error."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    if given and given[0] not in (*COMMANDS, "-h", "--help"):
        given.insert(0, "review")
    options = _parser().parse_args(given)
    from plan_review import commands

    try:
        return int(getattr(commands, options.command.replace("-", "_"))(options))
    except CannotReview as error:
        print(f"plan_review: {error}", file=sys.stderr)
        return CANNOT_REVIEW
    except BindingBroken as error:
        print("plan_review: not applied, because this is not what was reviewed:", file=sys.stderr)
        for difference in error.differences:
            print(f"  - {difference}", file=sys.stderr)
        return BINDING_BROKEN


def _parser() -> argparse.ArgumentParser:
    raw = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(
        "plan_review", description=__import__("plan_review").__doc__, epilog=EXIT_CODES, formatter_class=raw
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    review = commands.add_parser(
        "review", help="say what is dangerous in plans", epilog=EXIT_CODES, formatter_class=raw
    )
    review.add_argument("plans", nargs="+", type=Path, metavar="PLAN.json", help="output of `terraform show -json`")
    _context(review)
    review.add_argument("--commit", type=_commit, help="commit of the change, for the foot of the comment")
    review.add_argument("--marker", type=_marker, help="names the comment, for example pr=123")
    for name, text in (
        ("comment", "the comment, Markdown of at most 60,000 characters"),
        ("report", "the same in full length, up to the 1 MiB that GitHub takes for the summary of a step"),
        ("json", "planreview.json, see plan_review/planreview.schema.json"),
        ("sarif", "findings as SARIF 2.1.0"),
    ):
        review.add_argument(f"--{name}", type=Path, metavar="FILE", help=f"write {text}")

    manifest = commands.add_parser("manifest", help="review a plan and bind it: writes manifest.json beside it")
    _folder(manifest)
    _context(manifest)
    manifest.add_argument("--commit", type=_commit, required=True)
    manifest.add_argument("--base-commit", type=_commit, required=True, help="commit that the change is based on")
    manifest.add_argument("--created", type=_time, help="ISO 8601 time with offset (default: now)")
    manifest.add_argument("--valid-hours", type=_hours, default=24, help="1 to 168 (default: 24)")

    verify = commands.add_parser("verify", help="check right before `terraform apply` that all is as reviewed")
    _folder(verify)
    _context(verify)
    verify.add_argument("--commit", type=_commit, required=True, help="the commit that is about to be applied")
    verify.add_argument("--approved", type=_digest, metavar="SHA256", help="digest of the manifest that was approved")
    verify.add_argument(
        "--reviewed",
        type=Path,
        metavar="MANIFEST",
        help="manifest of an earlier plan, as the pull request's: this plan must mean the same",
    )
    verify.add_argument("--state", type=Path, metavar="FILE", help="output of `terraform state pull`")
    verify.add_argument("--report", type=Path, metavar="FILE", help="write what differs, Markdown")
    verify.add_argument("--now", type=_time, help="ISO 8601 time with offset (default: now)")

    fingerprint = commands.add_parser("fingerprint", help="print the digest of what a plan means")
    fingerprint.add_argument("plan", type=Path, metavar="PLAN.json")
    fingerprint.add_argument("--workspace")

    foreign = commands.add_parser(
        "foreign-code",
        help="refuse providers, data sources and provisioners that nobody approved; run before `terraform init`",
    )
    foreign.add_argument("files", nargs="+", type=Path, metavar="cdk.tf.json")
    return parser


def _folder(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "folder",
        type=Path,
        metavar="FOLDER",
        help="folder of one stack, with plan.tfplan, plan.json, cdk.tf.json and .terraform.lock.hcl",
    )


def _context(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--workspace", help="workspace of the plans (default: from the folder's or the file's name)")
    parser.add_argument("--synthesized", type=Path, help="cdk.tf.json, or output folder of synth (default: beside)")
    parser.add_argument("--base", type=Path, help="the same from the branch that the change goes to")
    parser.add_argument("--acknowledgements", type=Path, metavar="FILE", help="environments/acknowledgements.toml")
    parser.add_argument("--today", type=_date, help="for their expiry (default: today, UTC)")
    parser.add_argument("--first-deployment", action="store_true", help="the workspace does not exist yet")


def _date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text[:80]} is no date; write 2026-11-26") from None


def _time(text: str) -> datetime:
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text[:80]} is no time; write 2026-11-26T10:00:00+00:00") from None
    if time.tzinfo is None:
        raise argparse.ArgumentTypeError(f"{text} has no offset; write 2026-11-26T10:00:00+00:00")
    return time.astimezone(UTC).replace(microsecond=0)


def _hours(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 168:
        raise argparse.ArgumentTypeError(f"{text} is not a number from 1 to 168")
    return int(text)


def _hex(text: str, lengths: tuple[int, ...]) -> str:
    if len(text) not in lengths or set(text) - set("0123456789abcdef"):
        raise argparse.ArgumentTypeError(f"{text[:80]} is not {' or '.join(map(str, lengths))} hexadecimal digits")
    return text


def _commit(text: str) -> str:
    return _hex(text, (40, 64))


def _digest(text: str) -> str:
    return _hex(text, (64,))


def _marker(text: str) -> str:
    if not text or set(text) - set("abcdefghijklmnopqrstuvwxyz0123456789=-"):
        raise argparse.ArgumentTypeError(f"{text[:80]} is not made of a-z, 0-9, = and -")
    return text


if __name__ == "__main__":
    # A large plan is millions of objects that all stay until the end: looking for garbage took a fifth of the time.
    gc.disable()
    # Looking for plug-ins in every installed distribution takes pydantic 50 ms, and there are none.
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "1")
    code = main()
    sys.stdout.flush()
    sys.stderr.flush()
    # Without giving back each of those objects first: 0.4 s for 10,000 changes.
    os._exit(code)
