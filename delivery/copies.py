"""Short-lived copies: which there are, by their tags and by their states, and how many there may be."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from delivery import remains
from delivery.errors import BadInput, Refused
from delivery.stack import Stack
from environments.schema.names import PROJECT, stack_name, workspace_name
from plan_review.cost import standing_cost
from plan_review.inputs import Context, read_stack
from plan_review.manifest import PLAN_JSON

AT_ONCE = 5
MONTHLY_USD = 400.0  # list price of the fixed part of one copy; dev itself costs about as much
TIME_TO_LIVE = timedelta(hours=72)  # since the last apply
TAG = "Workspace"
LABEL = "preview"


@dataclass(frozen=True)
class Copy:
    """A copy as AWS shows it; `applied` is when its state was last written, None when it has no state any more."""

    workspace: str
    applied: datetime | None
    arns: tuple[str, ...] = ()

    @property
    def pull_request(self) -> int | None:
        """Of the suffix `pr-<number>`; None for a copy that somebody made by hand."""
        _, found, number = self.workspace.rpartition("-pr-")
        return int(number) if found and number.isdecimal() else None


def list_copies(session: Any, environment: str, bucket: str) -> list[Copy]:
    """Every copy of `environment` that has a state, or resources with its tag that really exist, by name."""
    s3, tagging = session.client("s3"), session.client("resourcegroupstaggingapi")
    start = workspace_name(environment, "x")[:-1]
    states = dict(_states(s3, bucket, f"{PROJECT}/{start}"))
    tagged = defaultdict(list)
    for page in tagging.get_paginator("get_resources").paginate(TagFilters=[{"Key": TAG}]):
        for resource in page["ResourceTagMappingList"]:
            value = next(tag["Value"] for tag in resource["Tags"] if tag["Key"] == TAG)
            if value.startswith(start):
                tagged[value].append(resource["ResourceARN"])
    with_state = [Copy(name, applied, tuple(sorted(tagged.pop(name, ())))) for name, applied in states.items()]
    without = [Copy(name, None, tuple(remains.of(session, sorted(arns)))) for name, arns in tagged.items()]
    return sorted([*with_state, *(copy for copy in without if copy.arns)], key=lambda copy: copy.workspace)


def _states(s3: Any, bucket: str, start: str) -> Iterator[tuple[str, datetime]]:
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=start):
        for item in page.get("Contents", ()):
            if item["Key"].endswith("/terraform.tfstate"):
                yield item["Key"].split("/")[1], item["LastModified"]


def admit(stack: Stack, folder: Path, present: list[Copy]) -> str:
    """Says what the planned copy will cost; raises Refused when it is one too many or too dear."""
    if not stack.workspace.is_copy:
        raise BadInput(f"{stack.name} is no copy; name one such as {stack_name('dev-pr-42')}")
    others = [copy.workspace for copy in present if copy.workspace != stack.workspace.name]
    if len(others) >= AT_ONCE:
        raise Refused(f"{stack.name}: there are {len(others)} copies already ({', '.join(others)}), at most {AT_ONCE}")
    cost = standing_cost(read_stack(folder / PLAN_JSON, Context()))
    if cost.monthly > MONTHLY_USD:
        raise Refused(f"{stack.name}: would cost {cost.amount}, at most ${MONTHLY_USD:.0f}/month for a copy")
    return f"{stack.name}: {cost.amount}; copy {len(others) + 1} of at most {AT_ONCE}"


def announcement(stack: Stack) -> str:
    """What the pull request is told, in Markdown."""
    hours = TIME_TO_LIVE.total_seconds() / 3600
    return (
        f"**A copy of this pull request runs at {stack.address}**: workspace `{stack.workspace.name}`, with a "
        f"database of its own that has its migrations.\n\nIt goes when the pull request is closed, when the label "
        f"`{LABEL}` is taken off, or {hours:.0f} hours after the last push.\n"
    )


def is_due(copy: Copy, now: datetime, wanted: bool) -> str:
    """Why a copy has to go, or nothing while it may stay; `wanted` while its pull request is open and has the label."""
    if copy.applied is None:
        return f"{len(copy.arns)} resources without a state"
    if copy.pull_request is None:
        return ""  # made by hand, and for whoever made it to take away
    if not wanted:
        return f"pull request #{copy.pull_request} is closed or lost the label {LABEL}"
    age = now - copy.applied
    return f"applied {age.total_seconds() / 3600:.0f} h ago" if age > TIME_TO_LIVE else ""
