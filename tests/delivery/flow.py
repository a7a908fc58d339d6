"""A repository with its GitHub and its accounts, and what people and workflows do there.

The stacks are synthesized for real and then, but for those that are wanted in full, thinned out to what needs no AWS
provider, so that three environments are planned in seconds.
"""

import json
import subprocess
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from delivery.stack import find
from environments.schema.names import ENVIRONMENTS, stack_name
from tests.delivery.fake_github import Store, serve
from tests.delivery.runner import Result, Runner, clone, commit, git, runner_environment
from tests.end_to_end import account, mirror
from tests.end_to_end.bench import Bench, assemble, module_of
from tests.end_to_end.emulator.client import Emulator, emulator

NUMBER = 7
STACKS = [find(f"payments-{name}{environment}") for environment in ENVIRONMENTS for name in ("", "foundation-")]


def thin_out(outdir: Path, in_full: Collection[str]) -> None:
    """Leaves of each other stack its backend, and its queues' settings in a resource that Terraform itself brings."""
    for path in outdir.glob("stacks/*/cdk.tf.json"):
        if path.parent.name in in_full:
            continue
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
class Flow:
    """A repository, its GitHub, and the accounts; `in_full` names the stacks that are not thinned out."""

    runner: Runner
    store: Store
    bench: Bench
    checkout: Path
    in_full: Collection[str]

    @property
    def emulator(self) -> Emulator:
        return self.bench.emulator

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
        return self._deploy("plan", merge, inputs)

    def apply(self, environment: str, merge: str, plan: Result) -> Result:
        inputs = {"environment": environment, "fingerprint": ""}
        return self._deploy("apply", merge, inputs, {"plan": plan})

    def _deploy(
        self, job: str, merge: str, inputs: dict[str, str], needs: Mapping[str, Result] | None = None
    ) -> Result:
        # No load balancer answers here, and the thinned out stacks have no services.
        in_full = stack_name(inputs["environment"]) in self.in_full
        self.runner.without = ("delivery smoke",) if in_full else ("delivery smoke", "delivery stable")
        return self.runner.run("deploy-workspace.yml", job, event={}, commit=merge, inputs=inputs, needs=needs)

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
        self.runner.synthesized(self.checkout / "cdktf.out")
        for stack in STACKS:
            own = variables | self.bench.environment(stack.foundation.account_id)
            for command in ("plan", "apply"):
                words = [python, "-m", "delivery", command, stack.name]
                subprocess.run(words, cwd=self.checkout, env=own, check=True, capture_output=True)

    def timeouts(self, name: str) -> set[str]:
        """The queues' timeouts as they are applied."""
        found = set()
        for resource in self.state(name)["resources"]:
            attributes = resource["instances"][0]["attributes"]
            match resource["type"]:
                case "terraform_data":
                    found |= set(attributes["input"]["value"].values())
                case "aws_sqs_queue":
                    found.add(str(attributes["visibility_timeout_seconds"]))
        return found


@contextmanager
def begin(folder: Path, in_full: Collection[str] = ()) -> Iterator[Flow]:
    """Every account has its state bucket, and nothing is deployed."""
    with emulator(folder) as aws, serve() as (api, store):
        bench = assemble(aws, folder)
        for stack in STACKS:
            if stack.is_foundation:
                place = {"LocationConstraint": stack.region}
                s3 = aws.client("s3", stack.foundation.account_id)
                s3.create_bucket(Bucket=stack.state_bucket, CreateBucketConfiguration=place)
        checkout = clone(folder / "checkout")

        def synthesized(outdir: Path) -> None:
            thin_out(outdir, in_full)
            for stack in outdir.glob("stacks/*"):  # a job synthesizes its own environment only
                if stack.name in in_full:
                    bench.pin(stack)
                    account.make_hosted_zone(aws, module_of(stack))
                    account.push_image(aws, module_of(stack))

        runner = Runner(checkout, api, store, bench.environment, synthesized, runner_environment())
        yield Flow(runner, store, bench, checkout, in_full)
