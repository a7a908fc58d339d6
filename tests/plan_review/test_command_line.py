"""The commands as a workflow calls them: files in, files and an exit code out."""

import subprocess
import sys
from pathlib import Path

import pytest

from plan_review.__main__ import main
from tests.plan_review.plans import plan, resource

LOGS = "aws_cloudwatch_log_group.Api"
LONGER = resource(LOGS, {"retention_in_days": 30}, {"retention_in_days": 90})
SHORTER = resource(LOGS, {"retention_in_days": 90}, {"retention_in_days": 30})


def test_a_harmless_plan_is_green(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = plan(LONGER).write(tmp_path / "payments-prod")
    assert main([str(path), "--comment", str(tmp_path / "comment.md")]) == 0
    assert "payments-prod - routine" in (tmp_path / "comment.md").read_text()
    assert "payments-prod" in capsys.readouterr().out


def test_a_dangerous_plan_is_not(tmp_path: Path) -> None:
    path = plan(SHORTER).write(tmp_path / "payments-prod")
    assert main([str(path), "--comment", str(tmp_path / "comment.md"), "--marker", "pr=7"]) == 3
    lines = (tmp_path / "comment.md").read_text().splitlines()
    assert lines[0] == "<!-- planreview:v1 pr=7 -->"
    assert any("G-06" in line and "retention_in_days 90 -> 30" in line for line in lines[:10])


def test_the_module_runs_and_explains_itself() -> None:
    done = subprocess.run([sys.executable, "-m", "plan_review", "--help"], capture_output=True, text=True)
    assert done.returncode == 0
    assert "exit codes" in done.stdout
