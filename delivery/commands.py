"""What each command does, from its options to what it prints."""

import json
import os
from argparse import Namespace
from datetime import UTC, datetime
from typing import Any

from delivery import (
    comment as comments,
)
from delivery import (
    copies,
    handover,
    locks,
    promotion,
    reviewed,
)
from delivery import (
    drift_issue as drift,
)
from delivery import (
    record as records,
)
from delivery import (
    smoke as smoke_test,
)
from delivery import (
    stable as stability,
)
from delivery import (
    sweep as sweeping,
)
from delivery.errors import BadInput
from delivery.github import GitHub
from delivery.stack import Stack, find
from delivery.terraform import PLAN_JSON, Terraform


def names(options: Namespace) -> None:
    stack = find(options.stack)
    facts = stack.facts() | ({"role": stack.role(options.role)} if options.role else {})
    for key, value in facts.items():
        _output(key, value)


def lock(options: Namespace) -> None:
    for stack in map(find, options.stacks):
        print(f"wrote {locks.write(stack, options.locks, stack.folder(options.outdir))}")


def plan(options: Namespace) -> None:
    changes = False
    for terraform in [_terraform(find(name), options) for name in options.stacks]:
        terraform.init()
        changes |= terraform.plan(refresh=options.refresh)
    _output("changes", str(changes).lower())


def init(options: Namespace) -> None:
    terraform = _terraform(find(options.stack), options)
    terraform.init()
    terraform.show()
    terraform.pull_state()


def apply(options: Namespace) -> None:
    _terraform(find(options.stack), options).apply()


def stable(options: Namespace) -> None:
    stack = find(options.stack)
    applied = stability.services(_terraform(stack, options).resources())
    stability.wait(_session(stack).client("ecs"), applied, timeout=options.timeout)
    print(f"{stack.name}: ECS runs what was applied")


def smoke(options: Namespace) -> None:
    stack = find(options.stack)
    url = options.url or stack.address + stack.workspace.environment.service.health_check_path
    smoke_test.check(url, timeout=options.timeout)
    print(f"{stack.name}: healthy")


def put_plan(options: Namespace) -> None:
    stack = find(options.stack)
    handover.put(_session(stack).client("s3"), stack, options.run_id, stack.folder(options.outdir))


def get_plan(options: Namespace) -> None:
    stack = find(options.stack)
    handover.get(_session(stack).client("s3"), stack, options.run_id, stack.folder(options.outdir))


def hold(options: Namespace) -> None:
    stack = find(options.stack)
    folder = stack.folder(options.outdir)
    if not json.loads((folder / PLAN_JSON).read_bytes())["applyable"]:
        print(f"{stack.name}: nothing to apply")
        return
    print(reviewed.hold(_github(), stack, folder, commit=options.commit, approved=options.approved))


def promoted(options: Namespace) -> None:
    print(promotion.check(_github(), find(options.stack)))


def record(options: Namespace) -> None:
    stack = find(options.stack)
    meaning = reviewed.fingerprint(stack.folder(options.outdir))
    made = records.Deployment(stack.name, options.commit, records.running_image(stack), meaning)
    print(f"{stack.name}: recorded as deployment {records.save(_github(), stack, made, options.run_url)}")


def comment(options: Namespace) -> None:
    """A comment of an earlier commit must not stay and look like the verdict on this one."""
    if options.file.exists():
        text = options.file.read_text()
    else:
        text = f"**The last run ended without a result**, so nothing is known of this commit: {options.run_url}\n"
    print(comments.post(_github(), options.pull_request, options.kind, text))


def drift_issue(options: Namespace) -> None:
    stacks = [find(name) for name in options.stacks]
    plans = [json.loads((stack.folder(options.outdir) / PLAN_JSON).read_bytes()) for stack in stacks]
    text = options.file.read_text() if any(plan["applyable"] for plan in plans) else None
    print(drift.report(_github(), stacks[0].environment, text, options.run_url))


def admit(options: Namespace) -> None:
    stack = find(options.stack)
    print(copies.admit(stack, stack.folder(options.outdir), _copies(stack)))


def announce(options: Namespace) -> None:
    stack = find(options.stack)
    options.file.write_text(copies.announcement(stack))


def down(options: Namespace) -> None:
    stack = find(options.stack)
    print(sweeping.down(stack, options.outdir, options.locks, _session(stack)))


def sweep(options: Namespace) -> None:
    stack = find(options.stack)
    if stack.workspace.is_copy or stack.is_foundation:
        raise BadInput(f"{stack.name}: name the stack that the copies are copies of, for example payments-dev")

    def take_down(copy: Stack) -> str:
        return sweeping.down(copy, options.outdir, options.locks, _session(copy))

    for line in sweeping.sweep(stack.environment, _github(), datetime.now(UTC), _copies(stack), take_down):
        print(line)


def _terraform(stack: Stack, options: Namespace) -> Terraform:
    return Terraform(stack, stack.folder(options.outdir), options.locks)


def _copies(stack: Stack) -> list[copies.Copy]:
    session = _session(stack)
    clients = session.client("s3"), session.client("resourcegroupstaggingapi")
    return copies.list_copies(*clients, stack.environment, stack.state_bucket)


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
