"""Runs the jobs of the workflow files: every script for real, with what GitHub's runner would set around it."""

import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.delivery.fake_github import REPOSITORY, TOKEN, Store
from tests.delivery.workflows import OWN, PROJECT, read

EXPRESSION = re.compile(r"\$\{\{ ([\w.-]+)(?: \|\| '')? \}\}")
RUN = 900  # the number of the first run


class UnknownStep(Exception):
    """A workflow uses something that this runner does not know: teach it, or take it out of the workflow."""


@dataclass
class Result:
    """How a job ended: the step that failed, what the steps printed, and what it gives to later jobs."""

    failed: str = ""
    log: str = ""
    outputs: dict[str, str] = field(default_factory=dict)
    summary: str = ""
    roles: list[str] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        return not self.failed


@dataclass
class Runner:
    """A checkout and a GitHub. `credentials` gives the variables of an account; `synthesized` runs after set-up."""

    checkout: Path
    api: str
    store: Store
    credentials: Callable[[str], Mapping[str, str]]
    synthesized: Callable[[Path], None]
    variables: Mapping[str, str]
    # Steps that are not run, by a part of their script.
    without: tuple[str, ...] = ()
    runs: int = RUN

    def run(
        self,
        workflow: str,
        job: str,
        *,
        event: dict[str, Any],
        commit: str,
        inputs: Mapping[str, str] | None = None,
        needs: Mapping[str, Result] | None = None,
        **matrix: str,
    ) -> Result:
        """One job of a workflow; `event` is the payload, `commit` what it runs at."""
        self._check_out(commit)
        content = read(self.checkout / ".github/workflows" / workflow)
        self.runs += 1
        work = self.checkout.parent / f"run-{self.runs}"
        work.mkdir()
        github = {
            "event": event, "server_url": "https://github.example", "repository": REPOSITORY, "token": TOKEN,
            "run_id": str(self.runs), "run_attempt": "1", "workspace": str(self.checkout),
        }  # fmt: skip
        contexts: dict[str, Any] = {"github": github, "inputs": dict(inputs or {}), "matrix": matrix, "steps": {}}
        contexts["needs"] = {
            name: {"result": "success" if one.ok else "failure", "outputs": one.outputs}
            for name, one in (needs or {}).items()
        }
        result = Result()
        wanted = content["jobs"][job]
        contexts["env"] = {}
        for level in (content, wanted):
            contexts["env"] |= {name: fill(value, contexts) for name, value in level.get("env", {}).items()}
        contexts["runner"] = work
        base = {
            **self.variables, "GITHUB_API_URL": self.api, "GITHUB_REPOSITORY": REPOSITORY, "GITHUB_SHA": commit,
            "GITHUB_PATH": str(work / "path"), "CI": "true",
        }  # fmt: skip
        self._steps(wanted["steps"], contexts, base, result)
        result.outputs = {name: fill(value, contexts) for name, value in wanted.get("outputs", {}).items()}
        return result

    def _steps(
        self, steps: list[dict[str, Any]], contexts: dict[str, Any], base: dict[str, str], result: Result
    ) -> None:
        for step in steps:
            if not self._wanted(step.get("if"), contexts, result):
                continue
            if "uses" in step:
                self._use(step, contexts, base, result)
                continue
            if any(part in step["run"] for part in self.without):
                continue
            name = step.get("name", step["run"].splitlines()[0])
            if not self._script(step, name, contexts, base, result) and not step.get("continue-on-error"):
                result.failed = result.failed or name

    def _wanted(self, condition: str | None, contexts: dict[str, Any], result: Result) -> bool:
        if condition in ("${{ !cancelled() }}", "always()"):
            return True
        if condition is None:
            return result.ok
        equal = re.fullmatch(r"([\w.-]+) == '(\w*)'", condition)
        if equal is None:
            raise UnknownStep(f"if: {condition}")
        return result.ok and fill(f"${{{{ {equal[1]} }}}}", contexts) == equal[2]

    def _check_out(self, commit: str) -> None:
        git(self.checkout, "checkout", "--quiet", "--detach", "--force", commit)
        git(self.checkout, "clean", "--quiet", "-ffdx", "--exclude=.venv", "--exclude=.cache")

    def _script(
        self, step: dict[str, Any], name: str, contexts: dict[str, Any], base: dict[str, str], result: Result
    ) -> bool:
        own = {key: fill(value, contexts) for key, value in step.get("env", {}).items()}
        outputs = contexts["runner"] / "outputs"
        outputs.write_text("")
        summary = contexts["runner"] / "summary.md"  # each step has one of its own
        summary.write_text("")
        files = {"GITHUB_OUTPUT": str(outputs), "GITHUB_STEP_SUMMARY": str(summary)}
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]],
            cwd=self.checkout, env={**base, **contexts["env"], **own, **files},
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        )  # fmt: skip
        result.log += f"## {name}\n{done.stdout}"
        result.summary += summary.read_text()
        if "id" in step:
            lines = (line.split("=", 1) for line in outputs.read_text().splitlines())
            contexts["steps"][step["id"]] = {"outputs": {key: value for key, value in lines}}
        return done.returncode == 0

    def _use(self, step: dict[str, Any], contexts: dict[str, Any], base: dict[str, str], result: Result) -> None:
        given = {name: fill(value, contexts) for name, value in step.get("with", {}).items()}
        used = step["uses"].partition("@")[0]
        if used.startswith(OWN):
            inner = {**contexts, "inputs": given, "steps": {}}
            action = read(self.checkout / used.removeprefix(OWN) / "action.yml")
            self._steps(action["runs"]["steps"], inner, base, result)
            if used.endswith("/setup"):
                self.synthesized(self.checkout / "cdktf.out")
        elif used == "actions/checkout":
            self._check_out(given.get("ref", base["GITHUB_SHA"]))
        elif used == "aws-actions/configure-aws-credentials":
            role = given["role-to-assume"]
            result.roles.append(role.rpartition("/")[2])
            base |= {**self.credentials(role.split(":")[4]), "AWS_REGION": given["aws-region"]}
        elif used == "actions/upload-artifact":
            pattern = given["path"]
            start = Path(pattern.partition("*")[0].rstrip("/") if "*" in pattern else Path(pattern).parent)
            paths = sorted(self.checkout.glob(pattern))
            files = {str(path.relative_to(self.checkout / start)): path.read_bytes() for path in paths}
            pull = contexts["github"]["event"].get("pull_request")
            head, branch = (pull["head"]["sha"], "a-pull-request") if pull else (base["GITHUB_SHA"], "main")
            self.store.artifact(given["name"], head, files, branch=branch)
        elif used not in ("actions/setup-python", "hashicorp/setup-terraform"):
            raise UnknownStep(f"uses: {used}")


def fill(value: object, contexts: Mapping[str, Any]) -> str:
    """The text with its expressions replaced; a name that no context has is empty, as on GitHub."""

    def look_up(found: re.Match[str]) -> str:
        at: Any = contexts
        for part in found[1].split("."):
            at = at.get(part, "") if isinstance(at, Mapping) else ""
        return str(at)

    text = EXPRESSION.sub(look_up, str(value))
    if "${{" in text:
        raise UnknownStep(f"expression: {text}")
    return text


def git(folder: Path, *arguments: str) -> str:
    author = ["-c", "user.name=Test", "-c", "user.email=test@example.com", "-c", "commit.gpgsign=false"]
    done = subprocess.run(["git", *author, *arguments], cwd=folder, check=True, capture_output=True, text=True)
    return done.stdout.strip()


def clone(folder: Path) -> Path:
    """A repository of its own with the project's files as they are now, in one commit on `main`."""
    for name in _files():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        # With its time: `make` installs again when the lock looks newer than what is installed.
        shutil.copy2(PROJECT / name, folder / name)
    (PROJECT / ".cache").mkdir(exist_ok=True)  # a fresh clone has none before its first synthesis
    for name in (".venv", ".cache"):
        (folder / name).symlink_to(PROJECT / name)
    git(folder, "init", "--quiet", "--initial-branch=main")
    (folder / ".git/info/exclude").write_text(".venv\n.cache\n")
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "-m", "As it is")
    return folder


def _files() -> Iterator[str]:
    listed = git(PROJECT, "ls-files", "-z", "--cached", "--others", "--exclude-standard").split("\0")
    return (name for name in listed if name and (PROJECT / name).is_file())


def commit(folder: Path, message: str) -> str:
    """Commits what was changed on the branch that is checked out, and returns the commit."""
    git(folder, "commit", "--quiet", "--all", "-m", message)
    return git(folder, "rev-parse", "HEAD")


def runner_environment() -> dict[str, str]:
    """Nothing of the caller's own settings and credentials."""
    return {
        "PATH": os.environ["PATH"],
        "HOME": os.environ["HOME"],
        "TF_IN_AUTOMATION": "1",
        "CHECKPOINT_DISABLE": "1",
        # The emulated AWS is also a proxy for those of its hosts that no name server knows; GitHub is none of them.
        "NO_PROXY": "127.0.0.1",
    }
