"""The command as a user runs it."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from preflight import report
from preflight.__main__ import main
from preflight.check import Result
from preflight.dns import Resolver
from tests.preflight import healthy
from tests.preflight.account import Account

PROJECT = Path(__file__).resolve().parents[2]


def command(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Runs it in a process of its own, without any credentials but those in `variables`."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    nothing = {
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    }
    return subprocess.run(
        [sys.executable, "-m", "preflight", *arguments],
        cwd=PROJECT,
        env={**kept, **nothing, **variables},
        capture_output=True,
        text=True,
        timeout=60,
    )


def in_process(account: Account, monkeypatch: pytest.MonkeyPatch, outdir: Path, workspace: str = "prod") -> int:
    monkeypatch.setattr("preflight.aws.Aws", lambda region: account.aws)
    monkeypatch.setattr("preflight.dns.Resolver", lambda: Resolver(account.dns.address))
    return main([workspace, "--outdir", str(outdir)])


def test_ready(
    account: Account, monkeypatch: pytest.MonkeyPatch, outdir: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    healthy.everything(account, monkeypatch)
    account.answer("BatchGetImage", image(account))
    begun = time.process_time()  # of this process alone, the emulator included, whatever else the machine does
    assert in_process(account, monkeypatch, outdir) == 0
    assert time.process_time() - begun < 10
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "✓ credentials: account 777788889999, eu-west-1, as user/moto"
    assert all(line.startswith("✓ ") for line in lines[:-1])
    assert lines[-1] == "prod: ready for the first plan"


def image(account: Account) -> dict[str, object]:
    """The image that the shipped environment names, which nobody can push."""
    text = '{"manifests": [{"digest": "sha256:1", "platform": {"architecture": "arm64"}}]}'
    return {"images": [{"imageId": {"imageDigest": "sha256:0"}, "imageManifest": text}]}


def test_not_ready(
    account: Account, monkeypatch: pytest.MonkeyPatch, outdir: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    healthy.everything(account, monkeypatch)
    account.answer("BatchGetImage", image(account))
    healthy.cache(account, ["7.2"], offerings=0)
    assert in_process(account, monkeypatch, outdir) == 2
    lines = capsys.readouterr().out.splitlines()
    assert [line for line in lines if not line.startswith("✓")] == [
        "✗ cache node: valkey 8.1 is not offered in eu-west-1: set cache.engine_version to one of 7.2",
        "✗ cache node: cache.m7g.large is not offered in eu-west-1: set cache.node_type to another type",
        "prod: 2 to mend, then run it again",
    ]


def test_a_foundation_before_its_first_apply(
    account: Account, monkeypatch: pytest.MonkeyPatch, outdir: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    healthy.role_limits(account)
    assert in_process(account, monkeypatch, outdir, "foundation-prod") == 0
    names = [line[2:].partition(":")[0] for line in capsys.readouterr().out.splitlines()[:-1]]
    assert names == ["credentials", "state bucket", "state key", "state lock", "regions", "role quota", "names"]


def test_a_terminal_gets_a_table(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    for name, value in (("FORCE_COLOR", "1"), ("TERM", "xterm-256color"), ("COLUMNS", "40")):
        monkeypatch.setenv(name, value)
    sentence = "a sentence that is longer than the terminal is wide [and keeps its brackets]"
    assert not report.show("prod", [("image", Result("there")), ("zones", Result(problems=(sentence,)))])
    shown = capsys.readouterr().out
    assert "\x1b[32m✓\x1b[0m" in shown and "\x1b[31m✗\x1b[0m" in shown
    assert "brackets]" in shown


def test_help_does_not_load_boto3() -> None:
    code = (
        "import sys, preflight.__main__ as m\ntry: m.main(['--help'])\nexcept SystemExit: print('boto3' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=PROJECT, capture_output=True, text=True, timeout=60)
    assert done.stdout.endswith("False\n"), done


def test_no_credentials(outdir: Path) -> None:
    done = command("prod", "--outdir", str(outdir))
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        "preflight: there are no AWS credentials: log in (`aws sso login`, or AWS_PROFILE=<profile>) and run it again\n"
    )


def test_no_network(outdir: Path) -> None:
    """Nothing listens on port 9 of the loopback."""
    variables = {"AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b", "AWS_ENDPOINT_URL": "http://127.0.0.1:9"}
    done = command("prod", "--outdir", str(outdir), **variables)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        'preflight: AWS cannot be reached (Could not connect to the endpoint URL: "http://127.0.0.1:9/"): '
        "check the network and the proxy\n"
    )


def test_a_workspace_that_was_not_synthesized(tmp_path: Path, outdir: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["qa", "--outdir", str(outdir)]) == 2
    stacks = "dev, dev-pr-42, foundation-dev, foundation-prod, foundation-staging, prod, staging"
    assert capsys.readouterr().err == (
        f"preflight: {outdir}/stacks/payments-qa/cdk.tf.json does not exist (there are {stacks}); "
        "run `make synth` first, or name another workspace\n"
    )
    assert main(["prod", "--outdir", str(tmp_path)]) == 2
    assert "does not exist (nothing is synthesized yet); run `make synth` first" in capsys.readouterr().err


@pytest.mark.parametrize("text", ["{", "[]", "{}", '{"provider": {"aws": []}}', '{"provider": {"aws": [{}]}}'])
def test_a_file_that_synth_did_not_write(tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str) -> None:
    file = tmp_path / "stacks" / "payments-prod" / "cdk.tf.json"
    file.parent.mkdir(parents=True)
    file.write_text(text)
    assert main(["prod", "--outdir", str(tmp_path)]) == 2
    assert capsys.readouterr().err == f"preflight: {file} is not what `make synth` writes; run it again\n"
