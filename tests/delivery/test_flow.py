"""A pull request's way to production: the workflows' own scripts, real Terraform, states in an emulated S3.

The stacks are synthesized for real and then thinned out to what needs no AWS provider, so that three environments are
planned in seconds; tests/delivery/test_copy_flow.py runs a copy in full.
"""

import json
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from delivery.stack import find
from environments.schema.names import ENVIRONMENTS
from tests.delivery.fake_github import Store
from tests.delivery.runner import Result, Runner, clone, commit, git, runner_environment
from tests.end_to_end import mirror
from tests.end_to_end.emulator.client import Emulator, emulator

pytestmark = pytest.mark.end_to_end

NUMBER = 7
STACKS = [find(f"payments-{name}{environment}") for environment in ENVIRONMENTS for name in ("", "foundation-")]


def thin_out(outdir: Path) -> None:
    """Leaves of each stack its backend, and its queues' settings in a resource that Terraform itself brings."""
    for path in outdir.glob("stacks/*/cdk.tf.json"):
        module = json.loads(path.read_text())
        queues = module["resource"].get("aws_sqs_queue", {})
        settings = {name: str(queue["visibility_timeout_seconds"]) for name, queue in sorted(queues.items())}
        terraform = module["terraform"]
        random = {"source": "hashicorp/random", "version": mirror.RANDOM_VERSION}
        light = {
            "//": module["//"],
            "terraform": {"backend": terraform["backend"], "required_providers": {"random": random}},
            "resource": {
                "terraform_data": {"queues": {"input": settings}},
                "random_password": {"secret": {"length": 32}},
            },
        }
        path.write_text(json.dumps(light))


@dataclass
class Bench:
    """A repository, its GitHub, and the accounts."""

    runner: Runner
    store: Store
    emulator: Emulator
    checkout: Path

    def main(self) -> str:
        return git(self.checkout, "rev-parse", "main")

    def change(self, branch: str, timeout: int) -> str:
        """A commit on a new branch that sets the queue's timeout in every environment."""
        git(self.checkout, "checkout", "--quiet", "--force", "-B", branch, "main")
        for environment in ENVIRONMENTS:
            path = self.checkout / f"environments/{environment}.py"
            text = path.read_text()
            begin = text.index("worker_timeout=") + len("worker_timeout=")
            end = begin + len(text[begin:]) - len(text[begin:].lstrip("0123456789"))
            path.write_text(f"{text[:begin]}{timeout}{text[end:]}")
        return commit(self.checkout, f"Set the timeout to {timeout}")

    def open(self, branch: str, head: str) -> Result:
        """The pull request's run, at the merge that GitHub would make."""
        self.store.pull_request(NUMBER, head)
        base = self.main()
        git(self.checkout, "checkout", "--quiet", "--detach", "main")
        git(self.checkout, "merge", "--quiet", "--no-ff", "-m", f"Merge {branch}", branch)
        merge = git(self.checkout, "rev-parse", "HEAD")
        pull = {"number": NUMBER, "head": {"sha": head}, "base": {"sha": base}}
        return self.runner.run("pull-request.yml", "plan", event={"pull_request": pull}, commit=merge)

    def merge(self, branch: str, head: str) -> str:
        git(self.checkout, "checkout", "--quiet", "--force", "main")
        git(self.checkout, "merge", "--quiet", "--no-ff", "-m", f"Merge #{NUMBER}", branch)
        merge = self.main()
        self.store.pull_request(NUMBER, head, merge=merge)
        return merge

    def plan(self, environment: str, merge: str, fingerprint: str = "") -> Result:
        inputs = {"environment": environment, "fingerprint": fingerprint}
        return self.runner.run("deploy-workspace.yml", "plan", event={}, commit=merge, inputs=inputs)

    def apply(self, environment: str, merge: str, plan: Result) -> Result:
        inputs = {"environment": environment, "fingerprint": ""}
        return self.runner.run(
            "deploy-workspace.yml", "apply", event={}, commit=merge, inputs=inputs, needs={"plan": plan}
        )

    def drift(self, environment: str, main: str) -> Result:
        return self.runner.run("drift.yml", "drift", event={}, commit=main, environment=environment)

    def state(self, name: str) -> Any:
        stack = find(name)
        s3 = self.emulator.client("s3", stack.foundation.account_id)
        return json.loads(s3.get_object(Bucket=stack.state_bucket, Key=stack.state_key)["Body"].read())

    def write_state(self, name: str, state: Any) -> None:
        """Somebody else's apply."""
        stack = find(name)
        body = json.dumps(state | {"serial": state["serial"] + 1}).encode()
        s3 = self.emulator.client("s3", stack.foundation.account_id)
        s3.put_object(Bucket=stack.state_bucket, Key=stack.state_key, Body=body)

    def first_deployment(self) -> None:
        """What a person does once for each account, from a laptop (docs/delivery.md)."""
        git(self.checkout, "checkout", "--quiet", "--force", "main")
        variables = {**self.runner.variables, "GITHUB_OUTPUT": ""}
        python = str(self.checkout / ".venv/bin/python")
        subprocess.run(["make", "synth"], cwd=self.checkout, env=variables, check=True, capture_output=True)
        thin_out(self.checkout / "cdktf.out")
        for stack in STACKS:
            own = variables | self.emulator.environment(stack.foundation.account_id)
            for command in ("plan", "apply"):
                words = [python, "-m", "delivery", command, stack.name]
                subprocess.run(words, cwd=self.checkout, env=own, check=True, capture_output=True)

    def timeouts(self, name: str) -> set[str]:
        """The queues' timeouts as they are applied."""
        resources = {one["type"]: one["instances"][0]["attributes"] for one in self.state(name)["resources"]}
        return set(resources["terraform_data"]["input"]["value"].values())


@pytest.fixture(scope="module")
def bench(terraform_is_here: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    """Every account has its state bucket, and nothing is deployed."""
    from tests.delivery.fake_github import serve

    folder = tmp_path_factory.mktemp("flow")
    configuration = mirror.assemble(folder)
    (folder / "aws").mkdir()
    with emulator(folder / "aws") as aws, serve() as (api, store):
        for stack in STACKS:
            if stack.is_foundation:
                place = {"LocationConstraint": stack.region}
                s3 = aws.client("s3", stack.foundation.account_id)
                s3.create_bucket(Bucket=stack.state_bucket, CreateBucketConfiguration=place)
        checkout = clone(folder / "checkout")
        variables = runner_environment() | {"TF_CLI_CONFIG_FILE": str(configuration)}
        without = ("delivery stable", "delivery smoke")  # no service runs here
        runner = Runner(checkout, api, store, aws.environment, thin_out, variables, without)
        yield Bench(runner, store, aws, checkout)


def test_the_way_to_production(bench: Bench) -> None:
    """One story, since each part needs what the one before left."""
    head = bench.change("first", 61)

    # Nothing is deployed: plans that create everything look like a lost state, and the check fails.
    opened = bench.open("first", head)
    assert opened.failed == "Review", opened.log
    assert opened.roles == [f"payments-foundation-{name}-plan" for name in ENVIRONMENTS]
    (comment,) = bench.store.comments[NUMBER]
    assert "BLOCK" in comment["body"] and "P-02" in comment["body"]
    assert bench.store.artifacts == []

    bench.first_deployment()
    assert bench.timeouts("payments-prod") == {"360"}

    # The same commit again: now it is one harmless change an environment, and the comment is brought up to date.
    opened = bench.open("first", head)
    assert opened.ok, opened.log
    (again,) = bench.store.comments[NUMBER]
    assert again["id"] == comment["id"] and "BLOCKED" not in again["body"]
    assert opened.summary
    (artifact,) = bench.store.artifacts
    assert artifact["name"] == f"reviewed-{head}"

    # Merged: dev gets exactly that, from the merge commit, whose plan has the same meaning.
    merge = bench.merge("first", head)
    assert merge != head
    plan = bench.plan("dev", merge)
    assert plan.ok and f"reviewed in #{NUMBER} at {head[:12]}" in plan.log, plan.log
    assert plan.roles == ["payments-foundation-dev-drift"] and plan.outputs["changes"] == "true"
    apply = bench.apply("dev", merge, plan)
    assert apply.ok, apply.log
    assert apply.roles == ["payments-foundation-dev-apply"]
    assert bench.timeouts("payments-dev") == {"366"} and bench.timeouts("payments-prod") == {"360"}
    (recorded,) = bench.store.deployments
    assert (recorded["environment"], recorded["ref"]) == ("dev", merge)

    # Once more: there is nothing to do, which needs no review and no approval.
    plan = bench.plan("dev", merge)
    assert plan.ok and plan.outputs["changes"] == "false", plan.log
    assert [one["environment"] for one in bench.store.deployments] == ["dev", "dev"]

    # Production before staging: refused.
    early = bench.apply("prod", merge, plan)
    assert early.failed == "Check that this commit and its image ran in the environment before"

    # The state moves on between plan and apply: refused, and nothing is applied.
    plan = bench.plan("staging", merge)
    bench.write_state("payments-staging", bench.state("payments-staging"))
    apply = bench.apply("staging", merge, plan)
    assert apply.failed == "Check that this is what was approved"
    assert "the state moved on from serial 1 to serial 2; plan again" in apply.log
    assert bench.timeouts("payments-staging") == {"360"}

    # Planned again it still means what was reviewed.
    plan = bench.plan("staging", merge)
    assert plan.ok, plan.log
    apply = bench.apply("staging", merge, plan)
    assert apply.ok, apply.log

    # Another plan laid in the place of the approved one: its manifest has another digest.
    plan = bench.plan("prod", merge)
    assert plan.ok, plan.log
    forged = Result(outputs=plan.outputs | {"manifest": "0" * 64})
    apply = bench.apply("prod", merge, forged)
    assert "the manifest is another than the one that was approved" in apply.log

    # Somebody changes production by hand after the review: its plan is another one now.
    state = bench.state("payments-prod")
    changed = json.loads(json.dumps(state).replace('"360"', '"30"'))
    bench.write_state("payments-prod", changed)
    plan = bench.plan("prod", merge)
    assert plan.failed == "Hold it against what was reviewed"
    assert "planned otherwise: terraform_data.queues" in plan.log, plan.log
    told = bench.store.comments[NUMBER][-1]["body"]
    assert "- `planned otherwise: terraform_data.queues`" in told and "planned otherwise" in plan.summary

    # Read on the run's page, and started by hand with the fingerprint that stands there.
    shown = re.search(r"`payments-prod` meaning `([0-9a-f]{16})`", plan.summary)
    assert shown, plan.summary
    plan = bench.plan("prod", merge, shown[1])
    assert plan.ok and "approved by hand" in plan.log, plan.log
    apply = bench.apply("prod", merge, plan)
    assert apply.ok, apply.log
    assert bench.timeouts("payments-prod") == {"366"}
    assert [one["environment"] for one in bench.store.deployments] == ["dev", "dev", "staging", "prod"]
    assert [one["name"] for one in bench.store.artifacts if "applied" in one["name"]] == [
        f"applied-payments-{name}" for name in ENVIRONMENTS
    ]

    # At night: no difference, no issue; then one, with an issue that goes when the difference goes.
    night = bench.drift("prod", merge)
    assert night.ok and bench.store.issues == [], night.log
    bench.write_state("payments-prod", json.loads(json.dumps(bench.state("payments-prod")).replace('"366"', '"30"')))
    night = bench.drift("prod", merge)
    assert night.roles == ["payments-foundation-prod-drift"]
    (issue,) = bench.store.issues
    assert issue["title"] == "Drift: prod differs from the default branch" and "queues" in issue["body"]
    bench.write_state("payments-prod", json.loads(json.dumps(bench.state("payments-prod")).replace('"30"', '"366"')))
    bench.drift("prod", merge)
    assert issue["state"] == "closed"
