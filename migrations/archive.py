"""Composes the Lambda's zip from the locked, installed distributions and this package; the same bytes everywhere."""

import base64
import hashlib
import json
import zipfile
from collections.abc import Iterator
from importlib.metadata import Distribution, PackageNotFoundError, PackagePath, distribution
from pathlib import Path

PACKAGE = Path(__file__).parent
LOCK = PACKAGE.parent / "Pipfile.lock"

# pg8000 and all that it requires; pure Python, so that there is nothing to choose for arm64. boto3 is in the runtime.
DISTRIBUTIONS = ("asn1crypto", "pg8000", "python-dateutil", "scramp", "six")
# Only a person at a terminal needs these.
LEFT_OUT = ("__main__.py", "archive.py", "commands")
# Of a distribution's metadata: its version, which pg8000 asks for, and what its licence says must go with it.
_METADATA = ("METADATA", "LICENSE", "licenses")

# The earliest time that a zip can carry, and modes that do not follow the umask.
_TIME = (1980, 1, 1, 0, 0, 0)
_MODE = 0o100644


class ArchiveError(ValueError):
    """The archive cannot be composed: one sentence that says why and what to do."""


def build(path: Path) -> None:
    """Writes the zip. Needs no network and no pip. Raises ArchiveError.

    Members are stored, not compressed: two builds of zlib may compress the same input to different bytes.
    """
    entries = dict(sorted([*_package(), *_distributions()]))
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        for name, content in entries.items():
            info = zipfile.ZipInfo(name, _TIME)
            info.create_system = 3  # Unix, on Windows too
            info.external_attr = _MODE << 16
            archive.writestr(info, content)


def _package() -> Iterator[tuple[str, bytes]]:
    for file in PACKAGE.rglob("*"):
        name = file.relative_to(PACKAGE)
        if name.parts[0] not in LEFT_OUT and file.suffix in (".py", ".sql", ".pem"):
            yield f"{PACKAGE.name}/{name.as_posix()}", file.read_bytes()


def _distributions() -> Iterator[tuple[str, bytes]]:
    locked = json.loads(LOCK.read_text())["default"]
    for name in DISTRIBUTIONS:
        installed = _installed(name)
        if name not in locked:
            raise ArchiveError(f"{name} is not in {LOCK.name}: lock the dependencies again")
        wanted = locked[name]["version"].removeprefix("==")
        if installed.version != wanted:
            raise ArchiveError(
                f"{name} {installed.version} is installed and {LOCK.name} has {wanted}: install the locked dependencies"
            )
        for file in installed.files or ():
            if _belongs(file):
                yield file.as_posix(), _content(name, file)


def _installed(name: str) -> Distribution:
    try:
        return distribution(name)
    except PackageNotFoundError:
        raise ArchiveError(f"{name} is not installed: install the locked dependencies") from None


def _belongs(file: PackagePath) -> bool:
    if file.parts[0].endswith(".dist-info"):
        return file.parts[1] in _METADATA
    return file.parts[0] != ".." and file.suffix != ".pyc"


def _content(name: str, file: PackagePath) -> bytes:
    """The file's bytes, which are those that the locked wheel holds: its RECORD knows their hash."""
    content = Path(file.locate()).read_bytes()
    found = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
    if file.hash is None or file.hash.value != found:
        raise ArchiveError(f"{file} of {name} is not the file that was installed: reinstall {name}")
    return content
