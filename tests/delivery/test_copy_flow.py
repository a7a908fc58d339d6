"""A pull request's copy, in full: up with a migrated database of its own, and down with nothing left."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from delivery.stack import find
from tests.delivery.fake_github import Store, serve
from tests.delivery.runner import Result, Runner, clone, git, runner_environment
from tests.end_to_end import account
from tests.end_to_end.bench import Bench, assemble, module_of
from tests.end_to_end.emulator.client import emulator

pytestmark = pytest.mark.end_to_end

NUMBER = 42
COPY = find(f"payments-dev-pr-{NUMBER}")


class Copies:
    """The development account, a repository, and its pull request."""

    def __init__(self, bench: Bench, api: str, store: Store) -> None:
        self.bench, self.store, self.prepared = bench, store, False
        self.checkout = clone(bench.folder / "checkout")
        without = ("delivery smoke",)  # no load balancer answers here; tests/delivery/test_smoke.py has it
        self.runner = Runner(
            self.checkout, api, store, bench.environment, self.synthesized, runner_environment(), without
        )

    def synthesized(self, outdir: Path) -> None:
        """Takes the provider of this machine, and once lays into the account what a copy stands on."""
        folder = outdir / "stacks" / COPY.name
        folder.mkdir(exist_ok=True)  # `down` synthesizes it itself
        self.bench.pin(folder)
        if not self.prepared:
            account.stand_in_for_foundation(self.bench.emulator, module_of(folder))
            self.prepared = True

    def run(self, job: str, action: str = "") -> Result:
        event = {
            "action": action, "repository": {"default_branch": "main"},
            "pull_request": {"number": NUMBER, "head": {"sha": self.head}},
        }  # fmt: skip
        return self.runner.run("pull-request-copy.yml", job, event=event, commit=self.head)

    @property
    def head(self) -> str:
        return git(self.checkout, "rev-parse", "main")

    def client(self, service: str) -> Any:
        return self.bench.emulator.client(service, COPY.foundation.account_id)

    def objects(self) -> list[str]:
        """What the state bucket holds of copies."""
        found = self.client("s3").list_objects_v2(Bucket=COPY.state_bucket, Prefix="payments/")
        return [item["Key"] for item in found.get("Contents", ())]


@pytest.fixture(scope="module")
def copies(terraform_is_here: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Copies]:
    folder = tmp_path_factory.mktemp("copies")
    with emulator(folder) as aws, serve() as (api, store):
        yield Copies(assemble(aws, folder), api, store)


def test_up(copies: Copies) -> None:
    copies.store.pull_request(NUMBER, copies.head, labels=("preview",))

    up = copies.run("up", "labeled")
    assert up.ok, up.log
    assert up.roles == ["payments-foundation-dev-copy"]
    (comment,) = copies.store.comments[NUMBER]
    assert "https://payments-pr-42.dev.example.com" in comment["body"]
    assert "copy 1 of at most 5" in up.log
    assert "payments-dev-pr-42-api:1 COMPLETED" in up.log and "ECS runs what was applied" in up.log

    # Its own database has all migrations.
    assert copies.objects() == [COPY.state_key.replace("terraform.tfstate", "claim"), COPY.state_key]
    state = json.loads(copies.client("s3").get_object(Bucket=COPY.state_bucket, Key=COPY.state_key)["Body"].read())
    instances = {one["type"]: one["instances"][0]["attributes"] for one in state["resources"]}
    result = json.loads(instances["aws_lambda_invocation"]["result"])
    assert result["before"] == "0000" and len(result["applied"]) == int(result["after"]) > 0

    # The night comes while the pull request is open.
    night = copies.run("sweep")
    assert night.ok and "dev-pr-42: stays" in night.log, night.log


def test_down(copies: Copies) -> None:
    """After `test_up`, which made the copy."""
    copies.store.pull_request(NUMBER, copies.head, merge=copies.head)
    down = copies.run("down", "closed")
    assert down.ok and "payments-dev-pr-42: nothing is left" in down.log, down.log
    assert copies.objects() == []

    night = copies.run("sweep")
    assert night.ok and "dev: no copies" in night.log, night.log
    copies.bench.emulator.check()
