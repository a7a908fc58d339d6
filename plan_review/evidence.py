"""What ties a review to the files that it was made from."""

from dataclasses import dataclass
from pathlib import Path

from plan_review import digest
from plan_review.markdown import code
from plan_review.meaning import Meaning
from plan_review.saved_plan import StateVersion, state_of_plan
from plan_review.stack import Stack

PLAN_FILE = "plan.tfplan"
LOCK_FILE = ".terraform.lock.hcl"


@dataclass(frozen=True)
class Evidence:
    """Digests of one stack's plan; None where the file was not there."""

    stack: str
    fingerprint: str
    plan: str | None
    lock: str | None
    state: StateVersion | None
    commit: str | None

    @property
    def text(self) -> str:
        """One line for the foot of the comment."""
        parts = [f"{code(self.stack)} meaning {code(self.fingerprint[:16])}"]
        parts += [f"plan sha256 {code(self.plan[:16])}"] if self.plan else []
        parts += [f"state serial {self.state.serial}"] if self.state else []
        parts += [f"lock sha256 {code(self.lock[:16])}"] if self.lock else []
        parts += [f"commit {code(self.commit[:12])}"] if self.commit else []
        return " · ".join(parts)

    @property
    def digests(self) -> tuple[str, ...]:
        """What looks random in the outputs and is no secret, as it is shown: in full, or its beginning."""
        full = (part for part in (self.fingerprint, self.plan, self.lock, self.commit) if part)
        return tuple(shown for part in full for shown in (part, part[:16], part[:12]))


def evidence(stack: Stack, folder: Path, commit: str | None) -> Evidence:
    """The digests of the files that lie beside the plan in `folder`."""
    plan, lock = folder / PLAN_FILE, folder / LOCK_FILE
    return Evidence(
        stack=stack.name,
        fingerprint=Meaning(stack).fingerprint,
        plan=digest.of_file(plan) if plan.exists() else None,
        lock=digest.of_file(lock) if lock.exists() else None,
        state=state_of_plan(plan) if plan.exists() else None,
        commit=commit,
    )
