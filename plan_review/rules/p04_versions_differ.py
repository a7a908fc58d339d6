"""P-04: another Terraform or provider than the one that was locked or used last."""

import re
from collections.abc import Iterator

from plan_review.rule import Hit, Rule
from plan_review.stack import Stack
from plan_review.tier import Tier

RULE = Rule(
    "P-04",
    Tier.REVIEW,
    what="Terraform or a provider has another version than the lock file or the last apply.",
    why="Another version may plan other changes, and refuse a saved plan.",
    do="Write the lock file again with `make lock`, in a change of its own.",
)

_EXACT = re.compile(r"=?\s*(\d+\.\d+\.\d+)")


def check(stack: Stack) -> Iterator[Hit]:
    last, now = stack.last_terraform_version, stack.plan.terraform_version
    if last is not None and last != now:
        yield Hit(None, "Terraform's version differs from that of the last apply", ("terraform_version",))
    if stack.synthesized is None or stack.lock is None:
        return
    for source, constraint in sorted(stack.synthesized.provider_versions().items()):
        locked = stack.lock.versions.get(source)
        exact = _EXACT.fullmatch(constraint)
        if locked is None:
            yield Hit(None, f"provider {_short(source)} is not in the lock file", ("required_providers",))
        elif exact is None:
            yield Hit(
                None,
                f"provider {_short(source)} is not pinned to one version",
                ("required_providers",),
                ("version",),
            )
        elif exact[1] != locked:
            yield Hit(
                None,
                f"provider {_short(source)}: {exact[1]} required, {locked} locked",
                ("required_providers",),
            )


def _short(source: str) -> str:
    return source.rpartition("/")[2] if re.fullmatch(r"[a-z0-9./-]{1,80}", source) else "(hidden)"
