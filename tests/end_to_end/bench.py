"""Copies of synthesized stacks, ready to be run by Terraform against the emulated AWS."""

import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.end_to_end import mirror
from tests.end_to_end.account import account_of, stand_in_for_foundation
from tests.end_to_end.emulator.client import Emulator
from tests.end_to_end.random_provider.password import RECORD
from tests.end_to_end.terraform import Terraform, base_environment

JSON = "cdk.tf.json"
OVERRIDE = "override.tf.json"


@dataclass(frozen=True)
class Bench:
    """An emulated AWS, the providers, and a folder for everything that is made with them."""

    emulator: Emulator
    folder: Path
    configuration: Path
    # None when the providers come from the registry, as shipped.
    aws_version: str | None

    @property
    def passwords(self) -> Path:
        """Every password that the stand-in for random made, one a line."""
        return self.folder / "passwords"

    def environment(self, account: str) -> dict[str, str]:
        return {
            **base_environment(self.configuration, self.folder),
            **self.emulator.environment(account),
            RECORD: str(self.passwords),
        }

    def module(self, stack: Path, *, account: str = "") -> Terraform:
        """A root module with a copy of a synthesized stack's folder, in the hands of the account that it is for."""
        folder = self.folder / "cdktf.out" / "stacks" / stack.name
        shutil.copytree(stack, folder)
        self.pin(folder)
        return Terraform(folder, self.environment(account or account_of(module_of(stack))))

    def alone(self, stack: Path) -> Terraform:
        """The initialized root module of a stack whose account holds nothing but what the stack needs."""
        stand_in_for_foundation(self.emulator, module_of(stack))
        module = self.module(stack)
        module.init()
        return module

    def changed(self, applied: Terraform, stack: Path, name: str) -> Terraform:
        """Another synthesis of a stack that was applied, in a folder `name` of its own: it needs no `init`."""
        folder = self.folder / "changes" / name
        shutil.copytree(stack, folder)
        self.pin(folder)
        shutil.copy(applied.folder / ".terraform.lock.hcl", folder)
        return Terraform(folder, {**applied.environment, "TF_DATA_DIR": str(applied.folder / ".terraform")})

    def pin(self, folder: Path) -> None:
        """Takes the AWS provider that is on this machine; nothing else differs from what is shipped."""
        if self.aws_version is None:
            return
        required = {"aws": {"source": "hashicorp/aws", "version": self.aws_version}}
        (folder / OVERRIDE).write_text(json.dumps({"terraform": {"required_providers": required}}))


def assemble(emulator: Emulator, folder: Path) -> Bench:
    """The bench with this machine's providers, or the registry's. Raises Missing when there are none."""
    version = None if mirror.from_registry() else mirror.aws_provider().version
    return Bench(emulator, folder, mirror.assemble(folder), version)


def module_of(stack: Path) -> dict[str, Any]:
    module: dict[str, Any] = json.loads((stack / JSON).read_text())
    return module
