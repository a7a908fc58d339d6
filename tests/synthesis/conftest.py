"""One run of the small app with an empty package cache, shared."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Run:
    """What the run wrote, which modules of the bindings it loaded, what it said on standard error.

    `provider` is the folder into which jsii unpacked the AWS bindings.
    """

    written: Path
    modules: list[str]
    stderr: str
    provider: Path


@pytest.fixture(scope="session")
def first_run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    cache, outdir = tmp_path_factory.mktemp("jsii"), tmp_path_factory.mktemp("sample")
    variables = {name: value for name, value in os.environ.items() if name != "NODE_OPTIONS"}
    variables |= {"PYTHONPATH": str(PROJECT), "JSII_RUNTIME_PACKAGE_CACHE_ROOT": str(cache)}
    command = [sys.executable, str(Path(__file__).with_name("app.py")), str(outdir)]
    done = subprocess.run(command, env=variables, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    (provider,) = (cache / "@cdktf" / "provider-aws").glob("*/*")
    return Run(outdir / "stacks" / "sample" / "cdk.tf.json", json.loads(done.stdout), done.stderr, provider)
