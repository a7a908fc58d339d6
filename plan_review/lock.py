"""The provider lock file `.terraform.lock.hcl`, as far as its versions go."""

import re
from dataclasses import dataclass
from pathlib import Path

from plan_review.errors import CannotReview

_PROVIDER = re.compile(
    r'^provider "(?:[^"/]+/)?(?P<source>[^"/]+/[^"/]+)" \{(?P<body>.*?)^\}', re.MULTILINE | re.DOTALL
)
_VERSION = re.compile(r'^\s*version\s*=\s*"([^"]+)"', re.MULTILINE)


@dataclass(frozen=True)
class Lock:
    """Locked version of each provider, by source without its host."""

    versions: dict[str, str]


def read_lock(path: Path) -> Lock:
    """The lock file in `path`; raises CannotReview."""
    try:
        content = path.read_text()
    except (OSError, UnicodeDecodeError):
        raise CannotReview(f"{path}: cannot be read as a provider lock file") from None
    versions = {}
    for match in _PROVIDER.finditer(content):
        version = _VERSION.search(match["body"])
        if version:
            versions[match["source"]] = version[1]
    if not versions:
        raise CannotReview(f"{path}: locks no provider; expected the .terraform.lock.hcl of `terraform init`")
    return Lock(versions)
