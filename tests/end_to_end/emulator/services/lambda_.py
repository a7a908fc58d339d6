"""Lambda: Invoke runs the uploaded archive's handler in a fresh Python; moto would want Docker, or answer an echo.

moto forgets a function's logging configuration.
"""

import io
import json
import os
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path
from typing import Any

import boto3
from moto.awslambda.models import LambdaFunction

from tests.end_to_end.emulator.accounts import PREFIX
from tests.end_to_end.emulator.extension import extend
from tests.end_to_end.emulator.services import rds

# What AWS's runtime brings along besides the archive: boto3 and what it needs.
_RUNTIME_PACKAGES = ("boto3", "botocore", "s3transfer", "jmespath", "urllib3")
_RUNTIME = """
import importlib, json, os, sys, time

class Context:
    aws_request_id = "bench"
    function_name = os.environ["AWS_LAMBDA_FUNCTION_NAME"]
    end = time.monotonic() + float(sys.argv[3])
    def get_remaining_time_in_millis(self):
        return int((self.end - time.monotonic()) * 1000)

sys.path[:0] = sys.argv[4:]
module, name = sys.argv[1].rsplit(".", 1)
try:
    answer = {"result": getattr(importlib.import_module(module), name)(json.load(sys.stdin), Context())}
except Exception as error:
    answer = {"errorType": type(error).__name__, "errorMessage": str(error)}
with open(sys.argv[2], "w") as file:
    json.dump(answer, file)
"""


def install() -> None:
    extend(LambdaFunction, invoke=_invoke)
    extend(LambdaFunction, __init__=_remembering(LambdaFunction.__init__))
    extend(LambdaFunction, update_configuration=_updating(LambdaFunction.update_configuration))
    extend(LambdaFunction, get_configuration=_telling(LambdaFunction.get_configuration))


def _remembering(original: Any) -> Any:
    def init(self: Any, account_id: str, spec: dict[str, Any], *arguments: Any, **named: Any) -> None:
        original(self, account_id, spec, *arguments, **named)
        self.logging_config = spec.get("LoggingConfig")

    return init


def _updating(original: Any) -> Any:
    def update(self: Any, changes: dict[str, Any]) -> Any:
        self.logging_config = changes.get("LoggingConfig", self.logging_config)
        return original(self, changes)

    return update


def _telling(original: Any) -> Any:
    def configuration(self: Any, *arguments: Any, **named: Any) -> dict[str, Any]:
        found: dict[str, Any] = original(self, *arguments, **named)
        return {**found, "LoggingConfig": self.logging_config} if self.logging_config else found

    return configuration


def _invoke(self: Any, body: Any, request_headers: Any, response_headers: Any) -> bytes:
    with tempfile.TemporaryDirectory(prefix="lambda-") as folder:
        code, packages, reply = Path(folder, "task"), Path(folder, "runtime"), Path(folder, "reply.json")
        zipfile.ZipFile(io.BytesIO(self.code_bytes)).extractall(code)
        packages.mkdir()
        for name in _RUNTIME_PACKAGES:
            (packages / name).symlink_to(Path(boto3.__file__).parents[1] / name)
        # Without site-packages: what the archive lacks is missing here too.
        command = [sys.executable, "-I", "-S", "-B", "-c", _RUNTIME, self.handler, reply, str(self.timeout), code]
        subprocess.run(
            [*command, packages],
            input=body if isinstance(body, bytes) else (body or "{}").encode(),
            env=_environment(self),
            stdout=sys.stderr,
            timeout=float(self.timeout),
            check=False,
        )
        answer = json.loads(reply.read_text()) if reply.exists() else {"errorType": "Runtime.ExitError"}
    if "errorType" in answer:
        response_headers["x-amz-function-error"] = "Unhandled"
    return json.dumps(answer.get("result", answer)).encode()


def _environment(function: Any) -> dict[str, str]:
    """The function's variables, and those that Lambda sets; a cluster's endpoint resolves to the server behind it."""
    variables: dict[str, str] = {
        "PATH": os.environ["PATH"],
        "AWS_LAMBDA_FUNCTION_NAME": function.function_name,
        "AWS_REGION": function.region,
        "AWS_DEFAULT_REGION": function.region,
        "AWS_ACCESS_KEY_ID": f"{PREFIX}{function.account_id}",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_ENDPOINT_URL": os.environ["AWS_ENDPOINT_URL"],
        **(function.environment_vars or {}),
    }
    if server := rds.server_of(variables.get("DATABASE_HOST", "")):
        variables |= {
            "DATABASE_HOST": server.host,
            "DATABASE_PORT": str(server.port),
            "DATABASE_CA_FILE": str(server.ca_file),
        }
    return variables
