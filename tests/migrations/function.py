"""Stands in for AWS Lambda: unpacks the archive, imports the handler by its name, invokes it in its own process."""

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

# Runs without site-packages: what the archive lacks is missing here too. One child a request, so that it can be killed.
RUNTIME = """
import importlib, json, os, sys, time
sys.path[:0] = sys.argv[2:]
module, name = sys.argv[1].rsplit(".", 1)
handler = getattr(importlib.import_module(module), name)

import boto3
boto3.client("secretsmanager", region_name="eu-west-1")  # reads botocore's model once, not in every child

class Context:
    def __init__(self, seconds):
        self.end = time.monotonic() + seconds
        self.aws_request_id = "request-1"
    def get_remaining_time_in_millis(self):
        return int((self.end - time.monotonic()) * 1000)

def invoke(request):
    log = os.open(request["log"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(log, 1), os.dup2(log, 2)
    os.environ.update(request["environment"])
    try:
        answer = {"result": handler(request["event"], Context(request["seconds"]))}
    except BaseException as error:
        answer = {"errorType": type(error).__name__, "errorMessage": str(error)}
    with open(request["answer"], "w") as file:
        json.dump(answer, file)

for line in sys.stdin:
    child = os.fork()
    if child == 0:
        invoke(json.loads(line))
        os._exit(0)
    print(child, flush=True)
    print(os.waitpid(child, 0)[1], flush=True)
"""
# Lambda runs 3.13; the project's own Python serves where that one is missing.
PYTHON = os.environ.get("LAMBDA_PYTHON", sys.executable)
# What the Lambda runtime brings along: boto3 and what it needs besides the archive's own python-dateutil and six.
RUNTIME_PACKAGES = ("boto3", "botocore", "s3transfer", "jmespath", "urllib3")


class InvocationError(Exception):
    """What Lambda would report as the function's error."""


@dataclass(frozen=True)
class Answer:
    """What one invocation returned (None when it was killed), what it raised, and what it logged."""

    result: Any
    error: str
    log: str

    @property
    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.log.splitlines()]


class Function:
    """One deployed function, one invocation at a time."""

    def __init__(self, archive: Path, handler: str, folder: Path) -> None:
        self.code = folder / "task"
        self._archive = archive
        self._environment: dict[str, str] = {}
        self._folder = folder
        self._unpack()
        packages = folder / "runtime"
        packages.mkdir()
        for name in RUNTIME_PACKAGES:
            (packages / name).symlink_to(Path(sys.modules["boto3"].__file__ or "").parents[1] / name)
        self._process = subprocess.Popen(
            [PYTHON, "-I", "-S", "-B", "-c", RUNTIME, handler, self.code, packages],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={"PATH": os.environ["PATH"], "HOME": str(folder)},
        )

    def deploy(self, environment: Mapping[str, str]) -> None:
        """The archive as it was, with these environment variables."""
        shutil.rmtree(self.versions)
        self._unpack()
        self._environment = dict(environment)

    def stop(self) -> None:
        self._process.kill()
        self._process.communicate()

    @property
    def versions(self) -> Path:
        return self.code / "migrations" / "versions"

    def replace_revisions(self, revisions: Mapping[str, str]) -> None:
        """From the next invocation on the archive holds these revisions, by file name."""
        for path in self.versions.iterdir():
            path.unlink()
        for name, sql in revisions.items():
            (self.versions / name).write_text(sql)

    def start(self, event: Mapping[str, Any], *, seconds: float = 900, **environment: str) -> int:
        """Invokes the handler with this many seconds left, and returns its process id."""
        assert self._process.stdin and self._process.stdout
        self._answer.unlink(missing_ok=True)
        request = {
            "event": event,
            "seconds": seconds,
            "environment": {**self._environment, **environment},
            "answer": str(self._answer),
            "log": str(self._log),
        }
        self._process.stdin.write(json.dumps(request) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        assert line, "the handler could not be imported"
        return int(line)

    def wait(self) -> Answer:
        """The answer of the invocation that was started."""
        assert self._process.stdout
        self._process.stdout.readline()
        log = self._log.read_text() if self._log.exists() else ""
        try:
            answer = json.loads(self._answer.read_text())
        except (FileNotFoundError, json.JSONDecodeError):
            return Answer(None, "killed", log)
        error = f"{answer['errorType']}: {answer['errorMessage']}" if "errorType" in answer else ""
        return Answer(answer.get("result"), error, log)

    def invoke(self, event: Mapping[str, Any], *, seconds: float = 900, **environment: str) -> Answer:
        """Invokes the handler and waits. Raises InvocationError when the handler does."""
        answer = self.try_to_invoke(event, seconds=seconds, **environment)
        if answer.error:
            raise InvocationError(f"{answer.error}\n{answer.log}")
        return answer

    def try_to_invoke(self, event: Mapping[str, Any], *, seconds: float = 900, **environment: str) -> Answer:
        self.start(event, seconds=seconds, **environment)
        return self.wait()

    def log_so_far(self) -> str:
        return self._log.read_text() if self._log.exists() else ""

    def _unpack(self) -> None:
        with zipfile.ZipFile(self._archive) as zipped:
            zipped.extractall(self.code)

    @property
    def _answer(self) -> Path:
        return self._folder / "answer.json"

    @property
    def _log(self) -> Path:
        return self._folder / "log.jsonl"


def kill(process: int) -> None:
    """kill -9; the process may have ended by itself."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(process, signal.SIGKILL)
