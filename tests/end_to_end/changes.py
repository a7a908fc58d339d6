"""Changes of a workspace's settings or revisions, synthesized again, and the actions that each may plan."""

import base64
import hashlib
import re
import shutil
import zipfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from constructs_lib.schema import Schema, prepare
from environments.loading import load
from environments.schema.base import Settings
from environments.schema.workspace import Workspace
from migrations import revisions

CREATE, UPDATE = ("create",), ("update",)
# A new one first, or the old one away first.
SWAP, REPLACE = ("create", "delete"), ("delete", "create")
SIGNS = {"+": CREATE, "~": UPDATE, "-": ("delete",), "+/-": SWAP, "-/+": REPLACE}
_BLOCK = re.compile(r'^ {0,2}(\+/-|-/\+|[-+~]) resource "(\w+)" "(\S+)" \{', re.MULTILINE)


@dataclass(frozen=True)
class Change:
    """`settings` are sections of the environment with the values that change; `revision` is SQL to add."""

    settings: dict[str, dict[str, Any]]
    revision: str = ""

    def workspace(self, workspace: Workspace) -> Workspace:
        environment = workspace.environment
        sections = {name: _with(getattr(environment, name), values) for name, values in self.settings.items()}
        return replace(workspace, environment=environment.model_copy(update=sections))


def _with(settings: Settings, values: dict[str, Any]) -> Settings:
    """The section with other values, checked as if they stood in the environment's file."""
    return type(settings)(**{**dict(settings), **values})


def synthesize(change: Change, variables: dict[str, str], folder: Path) -> Path:
    """The folder of the changed stack, made the way `main.py` makes it."""
    from stacks.app import build  # imports the AWS bindings

    [workspace] = load(variables)
    schema = with_revision(prepare(folder / "migrations.zip"), change.revision, folder)
    changed = change.workspace(workspace)
    build([changed], str(folder / "cdktf.out"), schema).synth()
    return folder / "cdktf.out" / "stacks" / changed.names.stack


def with_revision(schema: Schema, sql: str, folder: Path) -> Schema:
    """The schema as if its next revision were this SQL."""
    if not sql:
        return schema
    versions = folder / "versions"
    shutil.copytree(revisions.VERSIONS, versions)
    name = f"{len(revisions.load()) + 1:04}_added_by_a_test.sql"
    (versions / name).write_text(sql)
    with zipfile.ZipFile(schema.archive, "a") as archive:
        archive.writestr(f"migrations/versions/{name}", sql)
    archive_sha256 = base64.b64encode(hashlib.sha256(schema.archive.read_bytes()).digest()).decode()
    return Schema(schema.archive, archive_sha256, revisions.digest(revisions.load(versions)))


def actions(printed: str) -> list[tuple[str, tuple[str, ...]]]:
    """What a plan does, as Terraform prints it: address and actions. `terraform show -json` costs 4 seconds more."""
    return [(f"{type_}.{name}", SIGNS[sign]) for sign, type_, name in _BLOCK.findall(printed)]
