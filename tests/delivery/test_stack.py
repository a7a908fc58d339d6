"""Names come from environments/ and from nowhere else."""

import pytest

from delivery.__main__ import main
from delivery.errors import BadInput
from delivery.stack import find
from environments.loading import load


def test_a_workspace() -> None:
    stack, (workspace,) = find("payments-prod"), load({"ENVIRONMENT": "prod"})
    assert (stack.workspace, stack.is_foundation, stack.environment) == (workspace, False, "prod")
    assert stack.role("apply") == "arn:aws:iam::777788889999:role/payments-foundation-prod-apply"
    assert stack.state_key == "payments/prod/terraform.tfstate"
    assert stack.lock == "payments-prod.terraform.lock.hcl"


def test_a_copy_stands_on_the_foundation_of_its_environment() -> None:
    stack = find("payments-dev-pr-42")
    assert stack.role("copy") == "arn:aws:iam::111122223333:role/payments-foundation-dev-copy"
    assert stack.state_key == "payments/dev-pr-42/terraform.tfstate"
    assert stack.state_bucket == find("payments-dev").state_bucket
    assert stack.lock == "payments-dev.terraform.lock.hcl"
    assert stack.address == "https://payments-pr-42.dev.example.com"


def test_a_foundation() -> None:
    stack = find("payments-foundation-staging")
    assert (stack.is_foundation, stack.environment) == (True, "staging")
    assert stack.state_key == "payments/foundation-staging/terraform.tfstate"
    assert stack.lock == "payments-foundation-staging.terraform.lock.hcl"


@pytest.mark.parametrize("name", ["payments-qa", "dev", "payments", "", "payments-foundation-qa", "other-dev"])
def test_no_such_stack(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["role", name, "plan"]) == 2
    said = capsys.readouterr().err
    assert repr(name) in said and "payments-dev, payments-staging, payments-prod" in said


@pytest.mark.parametrize(("name", "why"), [("payments-prod-pr-4", "prod has no copies"), ("payments-dev-A", "lower")])
def test_no_such_copy(name: str, why: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["role", name, "plan"]) == 2
    assert why in capsys.readouterr().err


def test_roles() -> None:
    with pytest.raises(BadInput, match="role 'admin': dev has plan, drift, apply, copy"):
        find("payments-dev").role("admin")
    with pytest.raises(BadInput, match="role 'copy'"):
        find("payments-prod").role("copy")


def test_outputs_of_a_step(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    outputs = tmp_path_factory.mktemp("runner") / "outputs"
    monkeypatch.setenv("GITHUB_OUTPUT", str(outputs))
    assert main(["role", "payments-dev", "plan"]) == 0
    assert outputs.read_text() == capsys.readouterr().out
    assert outputs.read_text().splitlines() == [
        "role=arn:aws:iam::111122223333:role/payments-foundation-dev-plan",
        "region=eu-west-1",
        "seconds=3600",
    ]


def test_not_synthesized(
    monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CDKTF_OUTDIR", str(tmp_path_factory.mktemp("empty")))
    assert main(["plan", "payments-dev-pr-42"]) == 2
    assert "make synth ENVIRONMENT=dev ENVIRONMENT_SUFFIX=pr-42" in capsys.readouterr().err
