"""Where a password occurs: in files, in the entries of archives such as plans, as it is and as JSON has it."""

import json
import zipfile
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

from tests.end_to_end.bench import Bench

NO_NOTES = "only the stand-in for random notes the passwords that it makes"


def found(bench: Bench) -> list[str]:
    """The files of a bench that hold one of its passwords, but for the notes of the stand-in for random."""
    passwords = bench.passwords.read_text().split()
    assert passwords
    files = (path for path in bench.folder.rglob("*") if path.is_file() and not path.is_symlink())
    return [str(path) for path in files if path != bench.passwords and holds_one(path, passwords)]


def holds_one(path: Path, passwords: Sequence[str]) -> bool:
    try:
        return any(in_bytes(content, passwords) for content in _contents(path))
    except FileNotFoundError:  # another lane of the bench has just taken it away
        return False


def in_bytes(content: bytes, passwords: Sequence[str]) -> bool:
    return any(form in content for password in passwords for form in _forms(password))


@cache  # asked for with every file of a bench
def _forms(password: str) -> set[bytes]:
    """As it is, and as JSON has it: Go, and so Terraform, writes `<`, `>` and `&` as numbers there."""
    quoted = json.dumps(password)[1:-1]
    escaped = quoted
    for sign in "<>&":
        escaped = escaped.replace(sign, f"\\u{ord(sign):04x}")
    return {password.encode(), quoted.encode(), escaped.encode()}


def _contents(path: Path) -> Iterator[bytes]:
    yield path.read_bytes()
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            yield from map(archive.read, archive.namelist())
