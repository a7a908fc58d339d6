"""Manifest and verify: an apply of exactly what was reviewed, or exit code 4 with what differs."""

import json
import zipfile
from pathlib import Path

import pytest

from plan_review.__main__ import BINDING_BROKEN, CANNOT_REVIEW, FINDINGS, REVIEWED, main
from plan_review.manifest import read_manifest
from plan_review.review import review
from tests.plan_review.plans import Made, plan, resource, stack

COMMIT, BASE, OTHER = "a" * 40, "b" * 40, "c" * 40
CREATED, LATER = (f"2026-11-{day}T10:00:00+00:00" for day in ("25", "26"))
WHEN = ["--now", "2026-11-25T11:00:00+00:00", "--today", "2026-11-25"]
LOGS = "aws_cloudwatch_log_group.Api"
HARMLESS = plan(resource(LOGS, {"retention_in_days": 30}, {"retention_in_days": 90}))
DANGEROUS = plan(resource(LOGS, {"retention_in_days": 90}, {"retention_in_days": 30}))
LOCK = 'provider "registry.terraform.io/hashicorp/aws" {\n  version = "6.25.0"\n}\n'


def save(path: Path, lineage: str = "one", serial: int = 7) -> None:
    """A file like Terraform's saved plan: a zip with the state it was made from."""
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("tfplan", b"binary")
        file.writestr("tfstate", json.dumps({"version": 4, "lineage": lineage, "serial": serial}))


def folder_of(path: Path, made: Made = HARMLESS) -> Path:
    folder = path / "payments-prod"
    made.write(folder)
    save(folder / "plan.tfplan")
    (folder / ".terraform.lock.hcl").write_text(LOCK)
    (folder / "cdk.tf.json").write_text('{"terraform": {}}')
    return folder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A stack's folder with a manifest in it."""
    folder = folder_of(tmp_path)
    assert bind(folder) == REVIEWED
    return folder


def bind(folder: Path, *options: str) -> int:
    given = ["--commit", COMMIT, "--base-commit", BASE, "--created", CREATED, "--today", "2026-11-25"]
    return main(["manifest", str(folder), *given, *options])


def verify(folder: Path, *options: str, commit: str = COMMIT) -> int:
    return main(["verify", str(folder), "--commit", commit, *WHEN, *options])


def test_what_was_reviewed_may_be_applied(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    approved = read_manifest(folder / "manifest.json").sha256
    assert verify(folder, "--approved", approved) == REVIEWED
    assert "payments-prod: as reviewed" in capsys.readouterr().out


def test_equal_input_makes_equal_manifests(folder: Path) -> None:
    first = (folder / "manifest.json").read_bytes()
    assert bind(folder) == REVIEWED
    assert (folder / "manifest.json").read_bytes() == first


@pytest.mark.parametrize(
    "name, content, sentence",
    [
        ("cdk.tf.json", '{"terraform": {"x": 1}}', "cdk.tf.json: the file is another"),
        (".terraform.lock.hcl", LOCK.replace("6.25", "6.26"), ".terraform.lock.hcl: the file is another"),
        ("plan.json", DANGEROUS.text, f"planned otherwise: {LOGS}"),
        ("plan.json", plan(resource("aws_lb.New", None, {"name": "a"})).text, f"no longer in the plan: {LOGS}"),
        ("plan.json", DANGEROUS.text, "finding appeared: BLOCK G-06"),
        ("plan.json", HARMLESS.text.replace("1.11.4", "1.12.0"), "Terraform's version: reviewed 1.11.4, now 1.12.0"),
    ],
)
def test_another_file(name: str, content: str, sentence: str, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / name).write_text(content)
    report = folder / "report.md"
    assert verify(folder, "--report", str(report)) == BINDING_BROKEN
    assert sentence in capsys.readouterr().err
    assert f"- `{sentence}" in report.read_text()


def test_another_plan_file_or_state(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    state = tmp_path / "state.json"
    state.write_text('{"lineage": "one", "serial": 7}')
    assert verify(folder, "--state", str(state)) == REVIEWED
    state.write_text('{"lineage": "one", "serial": 8}')
    assert verify(folder, "--state", str(state)) == BINDING_BROKEN
    assert "the state moved on from serial 7 to serial 8" in capsys.readouterr().err
    save(folder / "plan.tfplan", lineage="two")
    assert verify(folder) == BINDING_BROKEN
    error = capsys.readouterr().err
    assert "plan.tfplan: the file is another" in error and "reviewed one, now two" in error


def test_another_commit_time_or_approval(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert verify(folder, commit=OTHER) == BINDING_BROKEN
    assert verify(folder, "--approved", "0" * 64) == BINDING_BROKEN
    assert main(["verify", str(folder), "--commit", COMMIT, "--now", LATER, "--today", "2026-11-25"]) == BINDING_BROKEN
    assert main(["verify", str(folder), "--commit", COMMIT, "--now", "2026-11-24T00:00:00Z"]) == BINDING_BROKEN
    error = capsys.readouterr().err
    for sentence in ("commit: reviewed", "than the one that was approved", "expired at", "is from the future"):
        assert sentence in error


def test_a_manifest_that_was_tampered_with(folder: Path) -> None:
    approved = read_manifest(folder / "manifest.json").sha256
    path = folder / "manifest.json"
    path.write_text(path.read_text().replace(CREATED[:10], "2026-11-24"))
    assert verify(folder, "--approved", approved) == BINDING_BROKEN
    path.write_text("{}")
    assert verify(folder) == CANNOT_REVIEW
    path.unlink()
    assert verify(folder) == CANNOT_REVIEW


def test_another_terraform_than_at_the_last_apply(folder: Path, tmp_path: Path) -> None:
    def found() -> str:
        main(["review", str(folder / "plan.json"), "--json", str(tmp_path / "found.json")])
        return (tmp_path / "found.json").read_text()

    applied = folder / "applied.json"
    assert "P-04" not in found()
    applied.write_bytes((folder / "manifest.json").read_bytes())
    assert "P-04" not in found()
    applied.write_text(applied.read_text().replace("1.11.4", "1.10.5"))
    assert "Terraform's version differs from that of the last apply" in found()


def test_another_platform(folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("platform.machine", lambda: "riscv64")
    assert verify(folder) == BINDING_BROKEN
    assert "platform: reviewed" in capsys.readouterr().err


def test_no_manifest_for_a_plan_with_open_findings(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = folder_of(tmp_path, DANGEROUS)
    assert bind(folder) == FINDINGS
    assert not (folder / "manifest.json").exists()
    assert f"G-06 on {LOGS}" in capsys.readouterr().err


def test_an_acknowledged_plan_is_bound_to_its_acknowledgement(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder, file = folder_of(tmp_path, DANGEROUS), tmp_path / "acknowledgements.toml"
    [finding] = review(stack(DANGEROUS)).open
    entry = (
        f'[[acknowledgement]]\nfingerprint = "{finding.fingerprint}"\nticket = "PAY-1"\nexpires = 2026-12-01\n'
        'reviewer = "@dba"\nreason = "Events are exported to the archive"\n'
    )
    file.write_text(entry)
    accepted = ["--acknowledgements", str(file)]
    assert bind(folder, *accepted) == REVIEWED
    assert verify(folder, *accepted) == REVIEWED
    assert verify(folder) == BINDING_BROKEN
    file.write_text(entry.replace("PAY-1", "PAY-2"))
    assert verify(folder, *accepted) == BINDING_BROKEN
    assert "the acknowledgements are others" in capsys.readouterr().err


def test_another_base_finds_other_things(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """AWS chooses the key of a new cluster where nobody sets one: only the base tells that nobody did."""
    cluster = "aws_rds_cluster.Cluster"
    before = {"cluster_identifier": "payments-prod", "kms_key_id": "arn:aws:kms:eu-central-1:111122223333:key/1"}
    made = plan(resource(cluster, before, {"cluster_identifier": "payments-prod"}, action="replace"))
    made.resources[0]["change"]["after_unknown"] = {"kms_key_id": True}
    document = made.document
    document["configuration"]["root_module"]["resources"][0]["expressions"].pop("kms_key_id")
    folder, base = folder_of(tmp_path), tmp_path / "base" / "payments-prod"
    (folder / "plan.json").write_text(json.dumps(document))
    base.mkdir(parents=True)
    configured = {"aws_rds_cluster": {"Cluster": {"cluster_identifier": "payments-prod"}}}
    (base / "cdk.tf.json").write_text(json.dumps({"terraform": {}, "resource": configured}))
    assert bind(folder, "--base", str(base.parent)) == FINDINGS
    with_base = capsys.readouterr().err
    assert bind(folder) == FINDINGS
    without = capsys.readouterr().err
    assert "D-01" in with_base and "D-05" not in with_base
    assert "D-01" in without and "D-05" in without


def test_the_plan_of_the_merge_has_to_mean_what_was_reviewed(folder: Path, tmp_path: Path) -> None:
    """Another commit, another plan file, other values that AWS computes: the same change."""
    merged = folder_of(tmp_path / "merged")
    document = HARMLESS.document
    document["timestamp"] = "2026-11-25T10:30:00Z"
    document["resource_changes"][0]["change"]["after_unknown"] = {"arn": True}
    (merged / "plan.json").write_text(json.dumps(document))
    save(merged / "plan.tfplan", serial=9)
    assert main(["manifest", str(merged), "--commit", OTHER, "--base-commit", BASE, "--created", CREATED]) == REVIEWED
    reviewed = ["--reviewed", str(folder / "manifest.json")]
    assert verify(merged, *reviewed, commit=OTHER) == REVIEWED
    other = plan(resource(LOGS, {"retention_in_days": 30}, {"retention_in_days": 60})).write(
        tmp_path / "x" / "payments-prod"
    )
    (merged / "plan.json").write_bytes(other.read_bytes())
    assert main(["manifest", str(merged), "--commit", OTHER, "--base-commit", BASE, "--created", CREATED]) == REVIEWED
    assert verify(merged, commit=OTHER) == REVIEWED
    assert verify(merged, *reviewed, commit=OTHER) == BINDING_BROKEN


def test_the_fingerprint_is_printed(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    assert main(["fingerprint", str(folder / "plan.json")]) == REVIEWED
    printed = capsys.readouterr().out.strip()
    assert printed == json.loads((folder / "manifest.json").read_text())["fingerprint"]


def test_foreign_code_is_refused_before_init(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "cdk.tf.json"
    file.write_text(json.dumps({"terraform": {"required_providers": {"aws": {"source": "aws", "version": "6.25.0"}}}}))
    assert main(["foreign-code", str(file)]) == REVIEWED
    file.write_text(json.dumps({"terraform": {}, "data": {"external": {"Script": {"program": ["sh"]}}}}))
    assert main(["foreign-code", str(file)]) == FINDINGS
    assert "data source external" in capsys.readouterr().out
