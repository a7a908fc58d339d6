"""Where Terraform gets its providers from: the AWS provider that is on this machine, and the stand-in for random."""

import os
import platform
import re
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
REGISTRY = "registry.terraform.io/hashicorp"
RANDOM_VERSION = "3.7.2"
INSTALL = (
    "install Terraform 1.11 or later, and put the AWS provider into a mirror with "
    "`terraform providers mirror <folder>`, named by TF_PLUGIN_MIRROR"
)


class Missing(Exception):
    """What this machine lacks to run Terraform offline, and how to get it."""


@dataclass(frozen=True)
class AwsProvider:
    """The newest `version` in a mirror; `path` is its folder there (unpacked layout) or its zip (packed layout)."""

    path: Path
    version: str

    @property
    def mirrored(self) -> Path:
        """The folder `hashicorp/aws` that it was found in."""
        return self.path.parents[1] if self.path.is_dir() else self.path.parent


def terraform() -> str:
    """The path of Terraform's executable. Raises Missing when there is none on PATH."""
    if found := shutil.which("terraform"):
        return found
    raise Missing(f"terraform is not on PATH: {INSTALL}")


def aws_provider() -> AwsProvider:
    """The AWS provider of the first mirror that has one. Raises Missing when no mirror has."""
    for mirror in _mirrors():
        if versions := _versions(mirror / REGISTRY / "aws"):
            return versions[-1]
    raise Missing(f"no AWS provider was found: {INSTALL}")


def from_registry() -> bool:
    """Whether Terraform shall get the providers that are shipped from its registry."""
    return bool(os.environ.get("TERRAFORM_REGISTRY"))


def check() -> None:
    """Raises Missing when this machine lacks something to run Terraform with."""
    terraform()
    if not from_registry():
        aws_provider()


def assemble(folder: Path) -> Path:
    """Writes a mirror with both providers, and Terraform's configuration file that knows no other source."""
    configuration = folder / "terraform.rc"
    if from_registry():
        configuration.write_text("provider_installation {\n  direct {}\n}\n")
        return configuration
    mirror, aws = folder / "mirror", aws_provider()
    random = mirror / REGISTRY / "random" / RANDOM_VERSION / _platform()
    random.mkdir(parents=True)
    # Terraform looks into real folders only, and takes a link for the innermost one.
    place = mirror / REGISTRY / "aws" / aws.path.relative_to(aws.mirrored)
    place.parent.mkdir(parents=True, exist_ok=True)
    place.symlink_to(aws.path)
    executable = random / f"terraform-provider-random_v{RANDOM_VERSION}"
    executable.write_text(
        f'#!/bin/sh\nPYTHONPATH="{PROJECT}" exec "{sys.executable}" -m tests.end_to_end.random_provider\n'
    )
    executable.chmod(0o755)
    configuration.write_text(f'provider_installation {{\n  filesystem_mirror {{\n    path = "{mirror}"\n  }}\n}}\n')
    return configuration


def _mirrors() -> Iterator[Path]:
    """TF_PLUGIN_MIRROR, then Terraform's implied local mirrors and its cache, then what packages put into /opt.

    Source: https://developer.hashicorp.com/terraform/cli/config/config-file#implied-local-mirror-directories
    """
    home = Path.home()
    for variable in ("TF_PLUGIN_MIRROR", "TF_PLUGIN_CACHE_DIR"):
        if value := os.environ.get(variable):
            yield Path(value)
    data = os.environ.get("XDG_DATA_HOME", str(home / ".local/share")), os.environ.get("XDG_DATA_DIRS", "/usr/share")
    yield home / ".terraform.d/plugins"
    yield from (Path(part) / "terraform/plugins" for value in data for part in value.split(os.pathsep))
    yield Path("/usr/local/share/terraform/plugins")
    yield from sorted(Path("/opt").glob("*"))


def _versions(folder: Path) -> list[AwsProvider]:
    """Those for this machine, in either layout, oldest first."""
    found = [AwsProvider(path, path.parent.name) for path in folder.glob(f"*/{_platform()}")]
    zips = folder.glob(f"terraform-provider-aws_*_{_platform()}.zip")
    found += [AwsProvider(path, path.name.split("_")[1]) for path in zips]
    return sorted(found, key=lambda provider: [int(part) for part in re.findall(r"\d+", provider.version)])


def _platform() -> str:
    machine = {"x86_64": "amd64", "aarch64": "arm64"}.get(platform.machine(), platform.machine())
    return f"{platform.system().lower()}_{machine}"
