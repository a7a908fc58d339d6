"""What a person does after Terraform was killed: release the lock, apply again, and import what exists already.

Terraform writes its state to a bucket every 20 seconds and when it is told to stop, not when it is killed: what was
made since the last time is in the account and in no state. `import_ids.py` says how it is found there.
"""

import json
import os
import re
import signal
import subprocess
import time
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from tests.end_to_end import leaks
from tests.end_to_end.bench import Bench, module_of
from tests.end_to_end.emulator.client import Emulator
from tests.end_to_end.import_ids import ImportIds
from tests.end_to_end.terraform import Terraform

IMPORTS = "recovery.tf.json"
_ADDRESS = re.compile(r"^  with (\S+),$", re.MULTILINE)
_EXISTS = re.compile(r"exist|duplicate|conflict|already|not idempotent", re.IGNORECASE)
# The shares of the resources that are made when a kill comes: from an empty account to one where all is applied.
Chain = tuple[float, ...]
# 20 points, spread over the apply.
CHAINS: tuple[Chain, ...] = tuple(tuple((chain + 5 * link) / 21 for link in range(4)) for chain in range(1, 6))
# A round makes what the round before could not; the longest chain of a workspace has fewer links.
ROUNDS = 8


@dataclass
class Recovery:
    """One root module whose applies are killed, and what was imported to go on."""

    module: Terraform
    emulator: Emulator
    # The ids of what refused to be made twice, and of what was looked for and found, by address.
    refused: dict[str, str] = field(default_factory=dict)
    found: dict[str, str] = field(default_factory=dict)
    # How many applies were really killed.
    kills: int = 0
    # After the last apply: addresses in the state, whether there is something to do, files that hold a password.
    made: set[str] = field(default_factory=set)
    changes: bool = True
    leaks: list[str] = field(default_factory=list)

    def apply(self, kill_at: int | None = None) -> None:
        """Applies until `kill_at` resources are made, then kills Terraform and its providers; or to the end.

        Raises AssertionError when something fails for another reason than that it exists already.
        """
        for _ in range(ROUNDS):
            known, begin = self.module.addresses(), self.module.log.stat().st_size
            self._import(self._ids.looked_for(self.wanted - known))
            process = self.module.start("apply", "-auto-approve")
            while process.poll() is None:
                time.sleep(0.05)
                made = len(known) + self.module.log.read_text()[begin:].count("Creation complete")
                if kill_at is not None and made >= kill_at:
                    self.kill(process)
                    return
            if process.returncode == 0:
                (self.module.folder / IMPORTS).unlink(missing_ok=True)
                return
            self._refused(existing(self.module.log.read_text()[begin:]))
        raise AssertionError(f"still not applied after {ROUNDS} rounds:\n{self.module.log.read_text()[-4000:]}")

    def kill(self, process: subprocess.Popen[str]) -> None:
        """Kills Terraform with its providers, and releases the lock that it leaves."""
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        self.kills += 1
        self.emulator.settle()  # a person comes when AWS has done what it was asked for
        lock = self._ids.client("s3").get_object(Bucket=self._backend["bucket"], Key=f"{self._backend['key']}.tflock")
        self.module.run("force-unlock", "-force", json.load(lock["Body"])["ID"])

    def lose_state(self) -> None:
        """Deletes the newest version of the state, as a person could whose role may."""
        self._ids.client("s3").delete_object(Bucket=self._backend["bucket"], Key=self._backend["key"])

    @property
    def wanted(self) -> set[str]:
        """The address of each resource of the module."""
        return {f"{type_}.{name}" for type_, named in self._content["resource"].items() for name in named}

    @property
    def imported(self) -> set[str]:
        """The address of each resource that was imported."""
        return self.refused.keys() | self.found.keys()

    def _import(self, found: dict[str, str]) -> None:
        """Lets the next apply import what was refused so far, and what is found now.

        Looked for anew each time: a flow log that is imported before its group of logs is known is replaced, and its
        id then leads nowhere.
        """
        self.found |= found
        blocks = [{"to": address, "id": id_} for address, id_ in (self.refused | found).items()]
        (self.module.folder / IMPORTS).write_text(json.dumps({"import": blocks} if blocks else {}))

    def _refused(self, addresses: list[str]) -> None:
        """Notes the ids of what refused to be made twice; AssertionError when importing one did not help."""
        again = self.imported & set(addresses)
        assert not again, f"imported and still not known: {sorted(again)}"
        self.refused |= self._ids.by_name(addresses)

    @cached_property
    def _ids(self) -> ImportIds:
        return ImportIds(self._content, self.emulator)

    @cached_property
    def _content(self) -> dict[str, Any]:
        return module_of(self.module.folder)

    @property
    def _backend(self) -> dict[str, str]:
        backend: dict[str, str] = self._content["terraform"]["backend"]["s3"]
        return backend


def run(bench: Bench, module: Terraform, chain: Chain) -> Recovery:
    """One chain of killed applies, then one to the end and another plan."""
    recovery = Recovery(module, bench.emulator)
    for point in chain:
        recovery.apply(kill_at=round(point * len(recovery.wanted)))
    return _to_the_end(bench, recovery)


def without_a_state(bench: Bench, module: Terraform) -> Recovery:
    """All is applied, and the state is lost: everything has to be found."""
    module.plan_and_apply()
    recovery = Recovery(module, bench.emulator)
    recovery.lose_state()
    return _to_the_end(bench, recovery)


def _to_the_end(bench: Bench, recovery: Recovery) -> Recovery:
    recovery.apply()
    recovery.made, recovery.changes = recovery.module.addresses(), recovery.module.plan()
    recovery.leaks = leaks.found(bench) if bench.passwords.exists() else []
    bench.emulator.check()
    return recovery


def existing(output: str) -> list[str]:
    """The addresses that could not be made because they exist; raises AssertionError for every other error."""
    # What is wrong stands in the first line or, from newer resources, below the address.
    errors = re.split(r"^Error: ", output, flags=re.MULTILINE)[1:]
    others = [error for error in errors if not _EXISTS.search(error) or not _ADDRESS.search(error)]
    assert errors and not others, "\n".join(others) or output[-4000:]
    return [address[1] for error in errors if (address := _ADDRESS.search(error))]
