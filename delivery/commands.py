"""What each command does, from its options to what it prints."""

import json
import os
from argparse import Namespace
from datetime import UTC, datetime
from typing import Any

from delivery import (
    applied,
    comment,
    copies,
    drift_issue,
    handover,
    locks,
    promotion,
    record,
    reviewed,
    smoke,
    stable,
    sweep,
)
from delivery.errors import BadInput
from delivery.github import GitHub
from delivery.stack import Stack, find
from delivery.terraform import Terraform
from environments.schema.names import ROLES
from plan_review.acknowledgements import read_acknowledgements
from plan_review.errors import BindingBroken
from plan_review.inputs import Context, read_stack
from plan_review.manifest import PLAN_JSON
from plan_review.mismatch import mismatch
from plan_review.output import write
from plan_review.review import review


def do_role(options: Namespace) -> None:
    stack = find(options.stack)
    _output("role", stack.role(options.name))
    _output("region", stack.region)
    _output("seconds", str(ROLES[options.name]))


def do_lock(options: Namespace) -> None:
    for stack in map(find, options.stacks):
        print(f"wrote {locks.write(stack, options.locks, stack.folder(options.outdir))}")


def do_plan(options: Namespace) -> None:
    changes = False
    for terraform in [_terraform(find(name), options) for name in options.stacks]:
        terraform.init()
        changes |= terraform.plan(refresh=options.refresh)
    _output("changes", str(changes).lower())


def do_init(options: Namespace) -> None:
    terraform = _terraform(find(options.stack), options)
    terraform.init()
    terraform.show()
    terraform.pull_state()


def do_apply(options: Namespace) -> None:
    _terraform(find(options.stack), options).apply()


def do_stable(options: Namespace) -> None:
    stack = find(options.stack)
    applied = stable.services(_terraform(stack, options).resources())
    stable.wait(_session(stack).client("ecs"), applied, timeout=options.timeout)
    print(f"{stack.name}: ECS runs what was applied")


def do_smoke(options: Namespace) -> None:
    stack = find(options.stack)
    url = options.url or stack.address + stack.workspace.environment.service.health_check_path
    smoke.check(url, timeout=options.timeout)
    print(f"{stack.name}: healthy")


def do_put_plan(options: Namespace) -> None:
    stack = find(options.stack)
    handover.put(_session(stack).client("s3"), stack, options.run_id, stack.folder(options.outdir))


def do_get_plan(options: Namespace) -> None:
    stack = find(options.stack)
    handover.get(_session(stack).client("s3"), stack, options.run_id, stack.folder(options.outdir))


def do_hold(options: Namespace) -> None:
    stack = find(options.stack)
    if not _has_changes(stack, options):
        print(f"{stack.name}: nothing to apply")
        return
    accepted = read_acknowledgements(options.acknowledgements, datetime.now(UTC).date())
    plan = read_stack(stack.folder(options.outdir) / PLAN_JSON, Context(base=options.base))
    try:
        print(reviewed.hold(_github(), review(plan, accepted), commit=options.commit, approved=options.approved))
    except BindingBroken as broken:
        if options.report:
            write(options.report, mismatch(stack.name, broken))
        raise


def do_last_applied(options: Namespace) -> None:
    for stack in map(find, options.stacks):
        print(applied.fetch(_github(), stack, stack.folder(options.outdir)))


def do_promoted(options: Namespace) -> None:
    print(promotion.check(_github(), find(options.stack), options.commit))


def do_record(options: Namespace) -> None:
    stack = find(options.stack)
    meaning = reviewed.fingerprint(stack.folder(options.outdir))
    made = record.Deployment(stack.name, options.commit, record.running_image(stack), meaning)
    print(f"{stack.name}: recorded as deployment {record.save(_github(), stack, made, options.run_url)}")


def do_comment(options: Namespace) -> None:
    """A comment of an earlier commit must not stay and look like the verdict on this one."""
    print(comment.post(_github(), options.pull_request, options.kind, _text(options)))


def do_drift_issue(options: Namespace) -> None:
    stacks = [find(name) for name in options.stacks]
    # A plan that failed is no proof that nothing differs.
    different = [stack for stack in stacks if not _planned(stack, options) or _has_changes(stack, options)]
    print(drift_issue.report(_github(), stacks[0].environment, _text(options) if different else None, options.run_url))


def do_admit(options: Namespace) -> None:
    stack = find(options.stack)
    s3 = _session(stack).client("s3")
    copies.claim(s3, stack)
    try:
        print(copies.admit(stack, stack.folder(options.outdir), _copies(stack)))
    except Exception:
        copies.release(s3, stack)
        raise


def do_announce(options: Namespace) -> None:
    stack = find(options.stack)
    options.file.write_text(copies.announcement(stack))


def do_down(options: Namespace) -> None:
    stack = find(options.stack)
    print(sweep.down(stack, options.outdir, options.locks, _session(stack)))


def do_sweep(options: Namespace) -> None:
    stack = find(options.stack)
    if stack.workspace.is_copy or stack.is_foundation:
        raise BadInput(f"{stack.name}: name the stack that the copies are copies of, for example payments-dev")

    def take_down(copy: Stack) -> str:
        return sweep.down(copy, options.outdir, options.locks, _session(copy))

    for line in sweep.sweep(stack.environment, _github(), datetime.now(UTC), _copies(stack), take_down):
        print(line)


def _planned(stack: Stack, options: Namespace) -> bool:
    return (stack.folder(options.outdir) / PLAN_JSON).exists()


def _has_changes(stack: Stack, options: Namespace) -> bool:
    path = stack.folder(options.outdir) / PLAN_JSON
    if not _planned(stack, options):
        raise BadInput(f"{path}: there is none; plan first: python -m delivery plan {stack.name}")
    return bool(json.loads(path.read_bytes())["applyable"])


def _text(options: Namespace) -> str:
    """The review in the file, or that there is none, as after a plan that failed."""
    if options.file.exists():
        return str(options.file.read_text())
    return f"**The last run ended without a result**, so nothing is known of this commit: {options.run_url}\n"


def _terraform(stack: Stack, options: Namespace) -> Terraform:
    return Terraform(stack, stack.folder(options.outdir), options.locks)


def _copies(stack: Stack) -> list[copies.Copy]:
    return copies.list_copies(_session(stack), stack.environment, stack.state_bucket)


def _session(stack: Stack) -> Any:
    """boto3 takes 0.3 s to load, and most commands need none."""
    import boto3

    return boto3.Session(region_name=stack.region)


def _github() -> GitHub:
    return GitHub.of(os.environ)


def _output(key: str, value: str) -> None:
    """Prints `key=value`, and hands it to the later steps of a workflow."""
    print(f"{key}={value}")
    if path := os.environ.get("GITHUB_OUTPUT"):
        with open(path, "a") as file:
            file.write(f"{key}={value}\n")
