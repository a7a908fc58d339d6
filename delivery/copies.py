"""Short-lived copies: which there are, by their tags and by their states, and how many there may be."""

from collections import defaultdict
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
STATE = "terraform.tfstate"
# The object beside a copy's state that is there before the state is: whoever counts copies sees one that is being made.
CLAIM = "claim"
CLAIM_HOLDS = timedelta(hours=2)  # longer than the job that makes a copy


@dataclass(frozen=True)
class Copy:
    """A copy as AWS shows it; `applied` is when its state was last written, None when it has no state.

    `claimed` is when somebody last set about making or changing it.
    """

    workspace: str
    applied: datetime | None
    arns: tuple[str, ...] = ()
    claimed: datetime | None = None

    @property
    def pull_request(self) -> int | None:
        """Of the suffix `pr-<number>`; None for a copy that somebody made by hand."""
        _, found, number = self.workspace.rpartition("-pr-")
        return int(number) if found and number.isdecimal() else None


def list_copies(session: Any, environment: str, bucket: str) -> list[Copy]:
    """Every copy of `environment` with a state, a claim, or resources with its tag that really exist, by name."""
    s3, tagging = session.client("s3"), session.client("resourcegroupstaggingapi")
    start = workspace_name(environment, "x")[:-1]
    written = _written(s3, bucket, f"{PROJECT}/{start}")
    tagged = defaultdict(list)
    for page in tagging.get_paginator("get_resources").paginate(TagFilters=[{"Key": TAG}]):
        for resource in page["ResourceTagMappingList"]:
            value = next(tag["Value"] for tag in resource["Tags"] if tag["Key"] == TAG)
            if value.startswith(start):
                tagged[value].append(resource["ResourceARN"])
    found = []
    for name in sorted({*written, *tagged}):
        applied, arns = written[name].get(STATE), sorted(tagged[name])
        there = arns if applied else remains.of(session, arns)
        found.append(Copy(name, applied, tuple(there), written[name].get(CLAIM)))
    return [copy for copy in found if copy.applied or copy.arns or copy.claimed]


def _written(s3: Any, bucket: str, start: str) -> dict[str, dict[str, datetime]]:
    """When each object of a copy was written, by workspace and name; nothing for a workspace without any."""
    written: dict[str, dict[str, datetime]] = defaultdict(dict)
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=start):
        for item in page.get("Contents", ()):
            _, workspace, name = item["Key"].split("/", 2)
            written[workspace][name] = item["LastModified"]
    return written


def claim(s3: Any, stack: Stack) -> None:
    """So that of two copies made at the same time neither is overlooked: both claim a place, and count then."""
    if not stack.workspace.is_copy:
        raise BadInput(f"{stack.name} is no copy; name one such as {stack_name('dev-pr-42')}")
    s3.put_object(Bucket=stack.state_bucket, Key=_claim_key(stack), Body=b"")


def release(s3: Any, stack: Stack) -> None:
    s3.delete_object(Bucket=stack.state_bucket, Key=_claim_key(stack))


def _claim_key(stack: Stack) -> str:
    return f"{stack.state_key.removesuffix(STATE)}{CLAIM}"


def admit(stack: Stack, folder: Path, present: list[Copy]) -> str:
    """Says what the planned copy will cost; raises Refused when it is one too many or too dear."""
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
        if copy.claimed and now - copy.claimed < CLAIM_HOLDS:
            return ""  # it is being made
        return f"{len(copy.arns)} resources without a state" if copy.arns else "claimed its place, and was never made"
    if copy.pull_request is None:
        return ""  # made by hand, and for whoever made it to take away
    if not wanted:
        return f"pull request #{copy.pull_request} is closed or lost the label {LABEL}"
    age = now - copy.applied
    return f"applied {age.total_seconds() / 3600:.0f} h ago" if age > TIME_TO_LIVE else ""
