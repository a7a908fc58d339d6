"""The emulated AWS as tests see it: started, asked, and stopped."""

import json
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config

from tests.end_to_end.emulator.accounts import PREFIX
from tests.end_to_end.mirror import PROJECT

# Where the stacks live, and where prod keeps copies of its backups.
REGIONS = ("eu-west-1", "eu-central-1")


@dataclass(frozen=True)
class Emulator:
    """One running emulator, with any number of accounts."""

    port: int
    log: Path

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def environment(self, account: str) -> dict[str, str]:
        """What an AWS client needs to speak to the emulator as this account."""
        return {
            "AWS_ENDPOINT_URL": self.url,
            "AWS_ACCESS_KEY_ID": f"{PREFIX}{account}",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_EC2_METADATA_DISABLED": "true",
            # S3 Control puts the account's id before the host's name, and no name server knows that host. Go's HTTP
            # client takes no proxy to 127.0.0.1 itself.
            "HTTP_PROXY": self.url,
            "HTTPS_PROXY": self.url,
        }

    def client(self, service: str, account: str, region: str = "eu-west-1") -> Any:
        return boto3.client(
            service,
            endpoint_url=self.url,
            region_name=region,
            aws_access_key_id=f"{PREFIX}{account}",
            aws_secret_access_key="test",
            config=Config(retries={"total_max_attempts": 1}),
        )

    def ask(self, question: str, **parameters: Any) -> Any:
        """An answer of the recorder: `failures`, `open`, `requests`, `inventory`, `faults` or `withdraw`."""
        request = urllib.request.Request(f"{self.url}/bench/{question}", json.dumps(parameters).encode())
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.load(answer)

    def settle(self) -> None:
        """Waits until what was asked for so far is done, also by a client that is no more."""
        time.sleep(1)  # what has been sent and not been read yet
        before = set(self.ask("open"))
        while before & set(self.ask("open")):
            time.sleep(0.1)

    def inventory(self, account: str) -> set[str]:
        """One line for each thing that the account has in the regions that the stacks use."""
        return set(self.ask("inventory", account=account, regions=list(REGIONS)))

    def check(self) -> None:
        """Raises AssertionError naming every operation that the emulator lacks or that broke it."""
        failures = self.ask("failures")
        assert not failures, "the emulated AWS failed:\n" + "\n".join(sorted(set(failures)))


@contextmanager
def emulator(folder: Path) -> Iterator[Emulator]:
    """An emulator in a process of its own, ended with the block."""
    log = folder / "emulator.log"
    with log.open("w") as sink:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.end_to_end.emulator"],
            cwd=PROJECT,
            stdout=subprocess.PIPE,
            stderr=sink,
            text=True,
        )
        try:
            assert process.stdout
            line = process.stdout.readline()
            assert line, f"the emulator did not start:\n{log.read_text()}"
            yield Emulator(int(line), log)
        finally:
            process.terminate()
            process.wait(timeout=30)
