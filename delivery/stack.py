"""A stack by its name, with everything that a workflow needs to know of it; all of it comes from environments/."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from delivery.errors import BadInput
from environments.loading import load
from environments.schema.names import ENVIRONMENTS, PROJECT, ROLES, Names, foundation_name, stack_name, state_key
from environments.schema.workspace import Workspace
from plan_review.evidence import LOCK_FILE


@dataclass(frozen=True)
class Stack:
    """`payments-<workspace>` or `payments-foundation-<environment>`."""

    name: str
    workspace: Workspace

    @cached_property
    def foundation(self) -> Names:
        return self.workspace.foundation_names

    @property
    def is_foundation(self) -> bool:
        return self.name == self.foundation.stack

    @property
    def environment(self) -> str:
        return self.workspace.environment.name

    @property
    def region(self) -> str:
        return self.workspace.environment.region

    @property
    def state_key(self) -> str:
        return state_key(self.name)

    @property
    def state_bucket(self) -> str:
        return self.foundation.of("state")

    @property
    def address(self) -> str:
        return f"https://{self.workspace.domain}"

    @property
    def lock(self) -> str:
        """File name of the provider lock in locks/; a copy has the providers of what it is a copy of."""
        owner = self.name if self.is_foundation else stack_name(self.environment)
        return f"{owner}{LOCK_FILE}"

    def folder(self, outdir: Path) -> Path:
        """Where synthesis wrote it; raises BadInput when it did not."""
        folder = outdir / "stacks" / self.name
        if not (folder / "cdk.tf.json").exists():
            suffix = f" ENVIRONMENT_SUFFIX={self.workspace.suffix}" if self.workspace.suffix else ""
            raise BadInput(
                f"{folder}: no cdk.tf.json; synthesize first: make synth ENVIRONMENT={self.environment}{suffix}"
            )
        return folder

    def role(self, name: str) -> str:
        """The ARN of one of ROLES; raises BadInput where there is none of that name."""
        there = [role for role in ROLES if (self.environment, role) != ("prod", "copy")]
        if name not in there:
            raise BadInput(f"role {name!r}: {self.environment} has {', '.join(there)}")
        return self.foundation.arn("iam", f"role/{self.foundation.of(name)}", region="")


def find(name: str) -> Stack:
    """The stack of that name. Raises BadInput, or SettingsError when its environment's file is wrong."""
    for environment in ENVIRONMENTS:
        if name == foundation_name(environment):
            return Stack(name, load({"ENVIRONMENT": environment})[0])
    environment, _, suffix = name.removeprefix(f"{PROJECT}-").partition("-")
    if not name.startswith(f"{PROJECT}-") or environment not in ENVIRONMENTS:
        known = ", ".join(stack_name(environment) for environment in ENVIRONMENTS)
        raise BadInput(
            f"stack {name!r}: there are {known}, their copies such as {stack_name('dev-pr-42')}, "
            f"and {foundation_name('<environment>')}"
        )
    return Stack(name, load({"ENVIRONMENT": environment, "ENVIRONMENT_SUFFIX": suffix})[0])
