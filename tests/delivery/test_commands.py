"""The commands from the outside: arguments in, exit code and messages out."""

import json
from pathlib import Path

import pytest

from delivery.__main__ import main
from delivery.reviewed import ACKNOWLEDGEMENTS
from tests.delivery.fake_github import REPOSITORY, TOKEN, Store

RUN = "https://github.example/runs/1"
HOLD = ["hold", "payments-dev", "--commit", "a" * 40, "--acknowledgements", ACKNOWLEDGEMENTS]


@pytest.fixture
def runner(served: tuple[str, Store], monkeypatch: pytest.MonkeyPatch) -> Store:
    """What GitHub's runner sets."""
    monkeypatch.setenv("GITHUB_API_URL", served[0])
    monkeypatch.setenv("GITHUB_REPOSITORY", REPOSITORY)
    monkeypatch.setenv("GITHUB_TOKEN", TOKEN)
    return served[1]


@pytest.fixture
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("work")


def comment(file: Path, number: str = "7") -> list[str]:
    return ["comment", "--pull-request", number, "--kind", "plan-review", "--file", str(file), "--run-url", RUN]


def test_a_comment(runner: Store, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "review.md").write_text("all is well")
    assert main(comment(folder / "review.md")) == 0
    (made,) = runner.comments[7]
    assert made["body"].endswith("all is well") and made["html_url"] in capsys.readouterr().out


def test_a_run_without_a_result_replaces_the_verdict_of_the_one_before(runner: Store, folder: Path) -> None:
    (folder / "review.md").write_text("all is well")
    main(comment(folder / "review.md"))
    assert main(comment(folder / "none.md")) == 0
    (made,) = runner.comments[7]
    assert "all is well" not in made["body"] and "ended without a result" in made["body"] and RUN in made["body"]


def test_what_github_refuses(runner: Store, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    runner.faults = [(403, "Resource not accessible by integration")]
    assert main(comment(folder / "none.md")) == 3
    assert "403 Resource not accessible by integration" in capsys.readouterr().err


def test_without_a_token(folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("GITHUB_TOKEN", "GITHUB_REPOSITORY"):
        monkeypatch.delenv(name, raising=False)
    assert main(comment(folder / "none.md")) == 2
    assert capsys.readouterr().err.startswith("GITHUB_REPOSITORY and GITHUB_TOKEN: not set")


def planned(folder: Path, monkeypatch: pytest.MonkeyPatch, **applyable: bool) -> None:
    """Synthesized and planned stacks: `dev=True` has changes."""
    for name, changes in applyable.items():
        stack = folder / "stacks" / f"payments-{name.replace('_', '-')}"
        stack.mkdir(parents=True)
        (stack / "cdk.tf.json").write_text('{"terraform": {}}')
        plan = {"format_version": "1.2", "terraform_version": "1.11.4", "applyable": changes, "configuration": {}}
        (stack / "plan.json").write_text(json.dumps(plan))
    monkeypatch.setenv("CDKTF_OUTDIR", str(folder))


@pytest.mark.parametrize(("foundation", "issues"), [(True, 1), (False, 0)])
def test_drift_of_either_stack(
    runner: Store, folder: Path, monkeypatch: pytest.MonkeyPatch, foundation: bool, issues: int
) -> None:
    planned(folder, monkeypatch, dev=False, foundation_dev=foundation)
    (folder / "drift.md").write_text("the review")
    words = ["drift-issue", "payments-dev", "payments-foundation-dev", "--file", str(folder / "drift.md")]
    assert main([*words, "--run-url", RUN]) == 0
    assert len(runner.issues) == issues


def drift(folder: Path) -> list[str]:
    return ["drift-issue", "payments-dev", "--file", str(folder / "none.md"), "--run-url", RUN]


def test_drift_that_could_not_be_reviewed(runner: Store, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    planned(folder, monkeypatch, dev=True)
    assert main(drift(folder)) == 0
    assert "ended without a result" in runner.issues[0]["body"]


def test_a_night_whose_plan_failed_opens_an_issue_and_closes_none(
    runner: Store, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    planned(folder, monkeypatch, dev=False)
    (folder / "stacks/payments-dev/plan.json").unlink()
    for _ in range(2):
        assert main(drift(folder)) == 0
        assert [issue["state"] for issue in runner.issues] == ["open"]
    assert "ended without a result" in runner.issues[0]["body"]


def test_nothing_to_apply_needs_no_review(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    planned(folder, monkeypatch, dev=False)
    assert main(HOLD) == 0
    assert capsys.readouterr().out == "payments-dev: nothing to apply\n"


def test_not_reviewed(
    runner: Store, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    planned(folder, monkeypatch, dev=True)
    assert main(HOLD) == 3
    assert "came without a pull request" in capsys.readouterr().err


def test_a_broken_plan(
    runner: Store, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    planned(folder, monkeypatch, dev=True)
    (folder / "stacks/payments-dev/plan.json").write_text('{"applyable": true, "format_version": "1.2"}')
    assert main([*HOLD, "--approved", "f" * 16]) == 2
    assert "terraform_version is missing" in capsys.readouterr().err


def test_the_announcement(folder: Path) -> None:
    assert main(["announce", "payments-dev-pr-42", "--file", str(folder / "copy.md")]) == 0
    assert "https://payments-pr-42.dev.example.com" in (folder / "copy.md").read_text()


@pytest.mark.parametrize("stack", ["payments-dev-pr-42", "payments-foundation-dev"])
def test_only_an_environment_is_swept(stack: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["sweep", stack]) == 2
    assert "name the stack that the copies are copies of" in capsys.readouterr().err


def test_smoke_takes_the_address_from_the_settings(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["smoke", "payments-dev", "--url", "https://127.0.0.1:9/health", "--timeout", "0"]) == 3
    assert "https://127.0.0.1:9/health: not healthy within 0 s" in capsys.readouterr().err


def test_every_command_explains_itself(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--help"])
    assert ended.value.code == 0
    assert "exit codes: 0 done; 2 bad input; 3 the answer is no; 4 not what was reviewed" in capsys.readouterr().out
