"""Terraform itself on a stack of its built-in resource, which needs no provider and no cloud."""

import json
import os
import shutil
from pathlib import Path
from typing import Any

import pytest

from delivery import locks
from delivery.errors import BadInput, Refused
from delivery.stack import find
from delivery.terraform import Terraform
from plan_review.__main__ import main as plan_review

DEV = find("payments-dev")
SECRET = "in-clear-in-the-plan"
needs_terraform = pytest.mark.skipif(shutil.which("terraform") is None, reason="terraform is not on PATH")


def module(secret: str = SECRET) -> Any:
    return {"resource": {"terraform_data": {"one": {"input": secret}}}, "terraform": {"backend": {"local": {}}}}


@pytest.fixture
def terraform(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Terraform:
    """A stack that was synthesized, and no lock file for it."""
    root = tmp_path_factory.mktemp("terraform")
    (root / "terraform.rc").touch()
    monkeypatch.setenv("TF_CLI_CONFIG_FILE", str(root / "terraform.rc"))
    monkeypatch.setenv("CHECKPOINT_DISABLE", "1")
    folder = root / "stacks" / DEV.name
    folder.mkdir(parents=True)
    write(folder, module())
    return Terraform(DEV, folder, root / "locks")


def write(folder: Path, content: Any) -> None:
    (folder / "cdk.tf.json").write_text(json.dumps(content))


@needs_terraform
def test_plan_apply_and_plan_again(terraform: Terraform, capfd: pytest.CaptureFixture[str]) -> None:
    terraform.init()
    assert terraform.plan(refresh=False) is True
    assert json.loads((terraform.folder / "plan.json").read_bytes())["applyable"] is True
    said = capfd.readouterr()
    assert SECRET not in said.out + said.err
    commands = [line for line in said.out.splitlines() if line.startswith(f"terraform -chdir={terraform.folder} ")]
    assert [line.split()[2] for line in commands] == ["init", "plan", "show"]
    assert "there is none, so nothing pins the providers' checksums" in said.err
    assert json.loads(terraform.pull_state().read_text() or "{}") == {}
    terraform.apply()
    assert "terraform_data.one: Creation complete" in capfd.readouterr().out
    assert json.loads(terraform.pull_state().read_text())["serial"] == 1
    (resource,) = terraform.resources()
    assert (resource["type"], resource["values"]["input"]) == ("terraform_data", SECRET)
    assert terraform.plan(refresh=True) is False


@needs_terraform
def test_a_first_deployment_is_bound_and_checked(terraform: Terraform, capfd: pytest.CaptureFixture[str]) -> None:
    """`make review`, `make bind` and `make apply`, where there is no state yet."""
    terraform.init()
    terraform.plan(refresh=True)
    state = ["--state", str(terraform.pull_state())]
    # Of a built-in provider Terraform writes no lock, and refuses to go on with this one.
    (terraform.folder / ".terraform.lock.hcl").write_text(LOCK)
    folder, given = str(terraform.folder), ["--commit", "a" * 40, "--first-deployment"]
    assert plan_review(["manifest", folder, *given, "--base-commit", "b" * 40]) == 0
    assert plan_review(["verify", folder, *given, *state]) == 0
    assert plan_review(["verify", folder, "--commit", "a" * 40, *state]) == 4
    assert "not acknowledged: P-02" in capfd.readouterr().err


@needs_terraform
def test_a_plan_takes_no_lock(terraform: Terraform) -> None:
    """Held by an apply somewhere else; the plan goes on all the same."""
    terraform.init()
    held = terraform.folder / ".terraform.tfstate.lock.info"
    held.write_text('{"ID":"held"}')
    assert terraform.plan(refresh=True) is True
    assert held.read_text() == '{"ID":"held"}'


@needs_terraform
def test_destroy(terraform: Terraform) -> None:
    terraform.init()
    terraform.plan(refresh=True)
    terraform.apply()
    assert terraform.plan(refresh=True, destroy=True) is True
    terraform.apply()
    assert terraform.resources() == []


@needs_terraform
def test_a_stale_plan_is_refused(terraform: Terraform, capfd: pytest.CaptureFixture[str]) -> None:
    terraform.init()
    terraform.plan(refresh=True)
    kept = (terraform.folder / "plan.tfplan").read_bytes()
    terraform.apply()
    (terraform.folder / "plan.tfplan").write_bytes(kept)
    with pytest.raises(Refused, match="payments-dev: the apply failed"):
        terraform.apply()
    assert "Saved plan is stale" in capfd.readouterr().err


@needs_terraform
def test_terraforms_own_words_are_shown_when_a_plan_fails(
    terraform: Terraform, capfd: pytest.CaptureFixture[str]
) -> None:
    write(terraform.folder, module() | {"locals": {"broken": "${no.such}"}})
    terraform.init()
    with pytest.raises(Refused, match="payments-dev: terraform plan failed"):
        terraform.plan(refresh=True)
    assert "Reference to undeclared resource" in capfd.readouterr().err


LOCK = """provider "registry.terraform.io/hashicorp/aws" {
  version = "6.25.0"
  hashes  = ["h1:x"]
}
"""


def test_the_lock_file_comes_from_locks(terraform: Terraform) -> None:
    terraform.locks.mkdir()
    (terraform.locks / DEV.lock).write_text(LOCK)
    assert locks.copy_in(DEV, terraform.locks, terraform.folder)
    assert (terraform.folder / ".terraform.lock.hcl").read_text() == LOCK


def fake_terraform(folder: Path, script: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A `terraform` that only this test's commands find."""
    folder.mkdir()
    (folder / "terraform").write_text(f"#!/bin/sh\n{script}\n")
    (folder / "terraform").chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")


def test_with_a_lock_file_init_may_not_change_it(terraform: Terraform, monkeypatch: pytest.MonkeyPatch) -> None:
    terraform.locks.mkdir()
    (terraform.locks / DEV.lock).write_text(LOCK)
    fake_terraform(terraform.locks / "bin", f'echo "$@" > "{terraform.locks}/asked"', monkeypatch)
    terraform.init()
    assert "-lockfile=readonly" in (terraform.locks / "asked").read_text()


def test_lock_writes_every_platform(terraform: Terraform, monkeypatch: pytest.MonkeyPatch) -> None:
    folder, asked = terraform.folder, terraform.folder / "asked"
    script = f'echo "$@" > "{asked}"; echo lock > "{folder}/.terraform.lock.hcl"'
    fake_terraform(folder / "bin", script, monkeypatch)
    written = locks.write(DEV, terraform.locks, folder)
    assert written == terraform.locks / "payments-dev.terraform.lock.hcl" and written.read_text() == "lock\n"
    for platform in ("linux_amd64", "linux_arm64", "darwin_arm64"):
        assert f"-platform={platform}" in asked.read_text()


def test_no_registry(terraform: Terraform, monkeypatch: pytest.MonkeyPatch) -> None:
    fake_terraform(terraform.folder / "bin", "exit 1", monkeypatch)
    with pytest.raises(BadInput, match="needs the registry"):
        locks.write(DEV, terraform.locks, terraform.folder)
    assert not terraform.locks.exists()
