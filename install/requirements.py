"""Prints Pipfile.lock as requirements with hashes, so that pip alone installs it: no pipenv needed on a new machine."""

import json
import sys
from pathlib import Path


def lines(lock: Path, sections: list[str]) -> list[str]:
    """One line a package, `name==version ; markers --hash=...`, in the lock's own order of names."""
    packages = {name: entry for section in sections for name, entry in json.loads(lock.read_text())[section].items()}
    return [_line(name, entry) for name, entry in sorted(packages.items())]


def _line(name: str, entry: dict[str, object]) -> str:
    marker = f" ; {entry['markers']}" if "markers" in entry else ""
    hashes = " ".join(f"--hash={digest}" for digest in entry["hashes"])  # type: ignore[attr-defined]
    return f"{name}{entry['version']}{marker} {hashes}"


if __name__ == "__main__":
    print("\n".join(lines(Path(sys.argv[1]), sys.argv[2:])))
