"""`planreview.json`: a review for machines, with nothing in it that the comment would not show."""

import json
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from plan_review import values
from plan_review.evidence import Evidence
from plan_review.finding import Finding
from plan_review.plan import ACTIONS
from plan_review.review import Review, changed_outputs

TierName = Literal["NOISE", "ROUTINE", "REVIEW", "DANGER", "BLOCK"]


class Part(BaseModel):
    """A piece of the document."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Accepted(Part):
    """The acknowledgement of a finding."""

    ticket: str
    expires: date
    reviewer: str | None


class FoundItem(Part):
    """One finding."""

    fingerprint: str = Field(description="names the finding in environments/acknowledgements.toml")
    rule: str = Field(pattern=r"^[A-Z]-\d\d$")
    tier: TierName
    open: bool = Field(description="has to be acknowledged and is not")
    address: str = Field(description="empty for the plan as a whole")
    construct_path: str | None
    action: str
    replace_order: str
    paths: tuple[str, ...]
    unknown_paths: tuple[str, ...]
    message: str
    advice: str
    owner: str
    acknowledged_by: Accepted | None


class Move(Part):
    """A resource under a new address."""

    from_address: str
    to_address: str


class Cost(Part):
    """Fixed monthly difference in US dollars, from list prices of `as_of`."""

    monthly_usd: float
    not_priced: tuple[str, ...]
    as_of: date


class Digests(Part):
    """What the review was made from; null where a file was not there."""

    fingerprint: str
    plan_sha256: str | None
    lock_sha256: str | None
    state_serial: int | None
    commit: str | None


class StackItem(Part):
    """The review of one stack."""

    stack: str
    workspace: str
    environment: str
    counts: dict[str, int] = Field(description="resources by action; a replacement counts once")
    tiers: dict[TierName, int] = Field(description="lines by their highest tier")
    findings: tuple[FoundItem, ...]
    moves: tuple[Move, ...]
    imports: tuple[str, ...]
    drift: tuple[str, ...] = Field(description="resources that were changed outside Terraform")
    outputs: tuple[str, ...]
    cost: Cost
    computed_values_hidden: int
    digests: Digests


class Document(Part):
    """The whole of `planreview.json`."""

    format: Literal["planreview/v1"] = Field(alias="schema")
    open: int = Field(description="findings that have to be acknowledged and are not")
    omitted_from_comment: tuple[str, ...]
    stacks: tuple[StackItem, ...]


def planreview_json(reviews: Sequence[Review], proofs: Sequence[Evidence], omitted: Iterable[str] = ()) -> str:
    """The document as text: sorted keys, so that equal reviews are equal bytes."""
    document = Document(
        schema="planreview/v1",
        open=sum(len(review.open) for review in reviews),
        omitted_from_comment=tuple(omitted),
        stacks=tuple(_stack(review, proof) for review, proof in zip(reviews, proofs, strict=True)),
    )
    return json.dumps(document.model_dump(mode="json", by_alias=True), sort_keys=True) + "\n"


def json_schema() -> str:
    """The JSON Schema of the document, as kept in planreview.schema.json."""
    return json.dumps(Document.model_json_schema(by_alias=True, mode="serialization"), indent=2, sort_keys=True) + "\n"


def _stack(review: Review, proof: Evidence) -> StackItem:
    stack, still_open = review.stack, {found.fingerprint for found in review.open}
    moved = [change for change in stack.changes if change.moved_from]
    return StackItem(
        stack=stack.name,
        workspace=stack.workspace,
        environment=stack.environment,
        counts=review.counts,
        tiers={tier.name: count for tier, count in review.tiers.items()},
        findings=tuple(_finding(review, found, found.fingerprint in still_open) for found in review.findings),
        moves=tuple(
            Move(from_address=values.address(str(c.moved_from)), to_address=values.address(c.address)) for c in moved
        ),
        imports=tuple(values.address(change.address) for change in stack.changes if change.imported),
        drift=tuple(
            sorted(
                values.address(resource.address)
                for resource in stack.plan.resource_drift
                if ACTIONS[resource.change.actions] != "no-op"
            )
        ),
        outputs=tuple(changed_outputs(stack)),
        cost=Cost(
            monthly_usd=review.cost.monthly,
            not_priced=tuple(map(values.name, review.cost.not_priced)),
            as_of=review.cost.as_of,
        ),
        computed_values_hidden=review.hidden_values,
        digests=Digests(
            fingerprint=proof.fingerprint,
            plan_sha256=proof.plan,
            lock_sha256=proof.lock,
            state_serial=proof.state.serial if proof.state else None,
            commit=proof.commit,
        ),
    )


def _finding(review: Review, found: Finding, still_open: bool) -> FoundItem:
    accepted = review.acknowledged.get(found.fingerprint)
    return FoundItem(
        fingerprint=found.fingerprint,
        rule=found.rule.id,
        tier=found.tier.name,
        open=still_open,
        address=found.address,
        construct_path=found.construct_path,
        action=found.action,
        replace_order=found.order,
        paths=found.paths,
        unknown_paths=found.unknown,
        message=found.detail,
        advice=found.rule.do,
        owner=found.owner,
        acknowledged_by=Accepted(ticket=accepted.ticket, expires=accepted.expires, reviewer=accepted.reviewer)
        if accepted
        else None,
    )
