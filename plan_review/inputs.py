"""From paths on the command line to stacks."""

from dataclasses import dataclass
from pathlib import Path

from environments.schema.names import ENVIRONMENTS, PROJECT
from plan_review.errors import CannotReview
from plan_review.evidence import LOCK_FILE
from plan_review.lock import read_lock
from plan_review.plan import read_plan
from plan_review.project import environment_of
from plan_review.stack import Stack
from plan_review.synthesized import Synthesized, read_synthesized

SYNTHESIZED = "cdk.tf.json"


@dataclass(frozen=True)
class Context:
    """What the caller says about the plans besides their paths."""

    workspace: str | None = None
    # The `cdk.tf.json` of a single stack, or an output folder of `cdktf synth`; beside the plan when not given.
    synthesized: Path | None = None
    # The same from the branch that the change goes to.
    base: Path | None = None
    last_terraform_version: str | None = None
    first_deployment: bool = False


def read_stack(path: Path, context: Context) -> Stack:
    """The stack whose plan is in `path`; its name comes from the folder, the file or the `cdk.tf.json`."""
    plan = read_plan(path)
    beside = path.parent / SYNTHESIZED
    name = _name_from(path)
    synthesized = _synthesized(context.synthesized, name)
    if synthesized is None and context.synthesized is None and beside.exists():
        synthesized = read_synthesized(beside)
    name = name or (synthesized.stack if synthesized else None)
    if name is None and context.workspace is not None:
        name = f"{PROJECT}-{context.workspace}"
    found = environment_of(name) if name else None
    if name is None or found is None:
        raise CannotReview(
            f"{path}: nothing says which stack it belongs to; name its folder {PROJECT}-<workspace>, "
            f"or give --workspace, one of {', '.join(ENVIRONMENTS)} with or without a suffix"
        )
    workspace, environment = found
    if context.workspace is not None and context.workspace != workspace:
        raise CannotReview(f"{path}: --workspace {context.workspace}, but the plan is of {name}")
    if synthesized is not None and synthesized.stack not in (None, name):
        raise CannotReview(f"{path}: the plan is of {name}, the {SYNTHESIZED} of {synthesized.stack}")
    lock = path.parent / LOCK_FILE
    return Stack(
        name=name,
        workspace=workspace,
        environment=environment,
        plan=plan,
        synthesized=synthesized,
        base=_synthesized(context.base, name),
        lock=read_lock(lock) if lock.exists() else None,
        last_terraform_version=context.last_terraform_version,
        first_deployment=context.first_deployment,
    )


def _name_from(path: Path) -> str | None:
    """`payments-prod/plan.json` and `payments-prod.json` both say it."""
    return next((name for name in (path.resolve().parent.name, path.stem) if environment_of(name)), None)


def _synthesized(path: Path | None, stack: str | None) -> Synthesized | None:
    """The stack's file in a folder of stacks; None when the folder has none of that name, as before it was added."""
    if path is None:
        return None
    if not path.is_dir():
        return read_synthesized(path)
    candidates = [path / "stacks" / str(stack) / SYNTHESIZED, path / str(stack) / SYNTHESIZED]
    return next((read_synthesized(file) for file in candidates if file.exists()), None)
