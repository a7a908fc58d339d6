"""The manifest: everything that has to be the same at apply as it was at review."""

import json
import platform
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from plan_review import digest
from plan_review.errors import CannotReview
from plan_review.evidence import LOCK_FILE, PLAN_FILE
from plan_review.inputs import SYNTHESIZED
from plan_review.meaning import Meaning
from plan_review.review import Review
from plan_review.saved_plan import state_of_plan

MANIFEST = "manifest.json"
APPLIED = "applied.json"  # the manifest of the last apply
PLAN_JSON = "plan.json"
ARCHITECTURES = {"x86_64": "amd64", "amd64": "amd64", "aarch64": "arm64", "arm64": "arm64"}

Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class Bound(BaseModel):
    """A finding as the manifest remembers it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    fingerprint: str
    rule: str
    tier: str
    address: str


class Manifest(BaseModel):
    """What was reviewed, for one stack; times in UTC."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    format: Literal["planmanifest/v1"] = Field("planmanifest/v1", alias="schema")
    stack: str
    workspace: str
    plan_sha256: Sha256
    synthesized_sha256: Sha256
    lock_sha256: Sha256
    acknowledgements_sha256: Sha256
    commit: str
    base_commit: str
    terraform_version: str
    platform: str
    state_lineage: str
    state_serial: int
    # The plan's meaning as a whole, and of each resource, to say what differs.
    fingerprint: Sha256
    parts: dict[str, Sha256]
    findings: tuple[Bound, ...]
    created: AwareDatetime
    expires: AwareDatetime

    @property
    def content(self) -> str:
        """The file's text: sorted keys, so that equal manifests are equal bytes."""
        return json.dumps(self.model_dump(mode="json", by_alias=True), sort_keys=True, indent=2) + "\n"

    @property
    def sha256(self) -> str:
        """The digest that a person approves."""
        return digest.of_json(self.model_dump(mode="json", by_alias=True))


def make_manifest(
    review: Review, folder: Path, *, commit: str, base_commit: str, created: datetime, valid_for: timedelta
) -> Manifest:
    """The manifest of the reviewed plan in `folder`; raises CannotReview when one of its files is missing."""
    stack, meaning = review.stack, Meaning(review.stack)
    state = state_of_plan(folder / PLAN_FILE)
    return Manifest(
        schema="planmanifest/v1",
        stack=stack.name,
        workspace=stack.workspace,
        plan_sha256=digest.of_file(folder / PLAN_FILE),
        synthesized_sha256=digest.of_file(folder / SYNTHESIZED),
        lock_sha256=digest.of_file(folder / LOCK_FILE),
        acknowledgements_sha256=acknowledgements_digest(review),
        commit=commit,
        base_commit=base_commit,
        terraform_version=stack.plan.terraform_version,
        platform=current_platform(),
        state_lineage=state.lineage,
        state_serial=state.serial,
        fingerprint=meaning.fingerprint,
        parts=meaning.parts,
        findings=bound_findings(review),
        created=created,
        expires=created + valid_for,
    )


def acknowledgements_digest(review: Review) -> str:
    """Over the acknowledgements that this review relies on."""
    used = (vars(item) for _, item in sorted(review.acknowledged.items()))
    return digest.of_json([{name: str(value) for name, value in item.items()} for item in used])


def bound_findings(review: Review) -> tuple[Bound, ...]:
    return tuple(
        Bound(fingerprint=found.fingerprint, rule=found.rule.id, tier=found.tier.name, address=found.address)
        for found in sorted(review.findings, key=lambda found: found.fingerprint)
    )


def current_platform() -> str:
    """linux_amd64, as Terraform spells it."""
    machine = platform.machine().lower()
    return f"{sys.platform}_{ARCHITECTURES.get(machine, machine)}"


def read_manifest(path: Path) -> Manifest:
    """The manifest in `path`; raises CannotReview."""
    try:
        return Manifest.model_validate_json(path.read_bytes())
    except OSError as error:
        raise CannotReview(f"{path}: cannot be read: {error.strerror}") from None
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        where = ".".join(str(part) for part in first["loc"][:1]) or "the file"
        raise CannotReview(f"{path}: {where}: {first['msg']}; expected what `plan_review manifest` writes") from None


def now() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)
