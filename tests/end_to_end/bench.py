"""Copies of synthesized stacks, ready to be run by Terraform against the emulated AWS."""

import hashlib
import json
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.end_to_end import mirror
from tests.end_to_end.emulator.client import Emulator
from tests.end_to_end.random_provider.password import RECORD
from tests.end_to_end.terraform import Terraform, base_environment

JSON = "cdk.tf.json"


@dataclass(frozen=True)
class Bench:
    """An emulated AWS, the providers, and a folder for everything that is made from them."""

    emulator: Emulator
    folder: Path
    configuration: Path
    aws_version: str

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

    def module(self, stack: Path, name: str = "", **changes: str) -> Terraform:
        """A root module with a copy of a synthesized stack's folder; `changes` are environment variables."""
        folder = self.folder / (name or stack.name)
        shutil.copytree(stack, folder)
        terraform = Terraform(folder, {**self.environment(account_of(stack)), **changes})
        self._pin(folder)
        return terraform

    def replace(self, terraform: Terraform, stack: Path) -> None:
        """Puts another synthesis of the same stack into the folder of one that was applied."""
        shutil.copytree(stack, terraform.folder, dirs_exist_ok=True)
        assert digest(terraform.folder / JSON) == digest(stack / JSON)

    def _pin(self, folder: Path) -> None:
        """Takes the AWS provider that is on this machine; nothing else differs from what is shipped."""
        override = {"terraform": {"required_providers": {"aws": {"source": "hashicorp/aws", "version": self.aws_version}}}}
        (folder / "override.tf.json").write_text(json.dumps(override))


def assemble(emulator: Emulator, folder: Path) -> Bench:
    """The bench on this machine's providers. Raises Missing when there are none."""
    aws = mirror.aws_provider()
    mirror.terraform()
    return Bench(emulator, folder, mirror.assemble(folder, aws), aws.version)


def account_of(stack: Path) -> str:
    account: str = module_of(stack)["provider"]["aws"][0]["allowed_account_ids"][0]
    return account


def module_of(stack: Path) -> dict[str, Any]:
    module: dict[str, Any] = json.loads((stack / JSON).read_text())
    return module


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
