"""Where policies stand in resources, and their change by meaning."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import Enum

from plan_review.change import UNKNOWN, Change
from plan_review.iam_documents import EVERYONE, EVERYTHING, Access, Document, beyond, parse_document


class Kind(Enum):
    """What a policy is attached to decides what a change of it means."""

    IDENTITY = "identity"
    RESOURCE = "resource"
    KEY = "key"
    TRUST = "trust"


PLACES: dict[str, tuple[tuple[str, Kind], ...]] = {
    "aws_iam_policy": (("policy", Kind.IDENTITY),),
    "aws_iam_role_policy": (("policy", Kind.IDENTITY),),
    "aws_iam_user_policy": (("policy", Kind.IDENTITY),),
    "aws_iam_group_policy": (("policy", Kind.IDENTITY),),
    "aws_iam_role": (("assume_role_policy", Kind.TRUST),),
    "aws_kms_key": (("policy", Kind.KEY),),
    "aws_kms_key_policy": (("policy", Kind.KEY),),
    "aws_s3_bucket_policy": (("policy", Kind.RESOURCE),),
    "aws_sqs_queue": (("policy", Kind.RESOURCE),),
    "aws_sqs_queue_policy": (("policy", Kind.RESOURCE),),
    "aws_sns_topic": (("policy", Kind.RESOURCE),),
    "aws_sns_topic_policy": (("policy", Kind.RESOURCE),),
    "aws_secretsmanager_secret": (("policy", Kind.RESOURCE),),
    "aws_secretsmanager_secret_policy": (("policy", Kind.RESOURCE),),
    "aws_ecr_repository_policy": (("policy", Kind.RESOURCE),),
    "aws_ecr_registry_policy": (("policy", Kind.RESOURCE),),
    "aws_backup_vault_policy": (("policy", Kind.RESOURCE),),
    "aws_vpc_endpoint": (("policy", Kind.RESOURCE),),
    "aws_vpc_endpoint_policy": (("policy", Kind.RESOURCE),),
    "aws_cloudwatch_log_resource_policy": (("policy_document", Kind.RESOURCE),),
}


@dataclass(frozen=True)
class PolicyChange:
    """One policy before and after.

    `after` is None when it is not known, marked as sensitive, or no policy. `source` is then what the
    configuration says, with references in place of ARNs: good enough to compare actions, not resources.
    """

    change: Change
    path: str
    kind: Kind
    before: Document
    after: Document | None
    source: Document | None = None

    def gained(self) -> list[Access]:
        """What is permitted now and was not; of a policy that is not known, the actions that are certainly new.

        Nothing by a new endpoint's policy: it limits what could be called around the endpoint before.
        """
        if self.change.type == "aws_vpc_endpoint" and self.change.action == "create":
            return []
        if self.after is not None:
            return beyond(self.after.allows(), self.before.allows())
        if self.source is None:
            return []
        anywhere = [Access(a.actions, EVERYTHING, EVERYONE, frozenset()) for a in self.before.allows()]
        return beyond(self.source.allows(), anywhere)

    @property
    def best(self) -> Document:
        """What there will be, or failing that what the configuration says."""
        return self.after or self.source or Document()

    def lost(self) -> list[Access]:
        return beyond(self.before.allows(), self.after.allows()) if self.after else []

    def denials_lost(self) -> list[Access]:
        return beyond(self.before.denies(), self.after.denies()) if self.after else []


def policy_changes(
    changes: Iterable[Change],
    resources: Iterable[Change],
    configured: Callable[[Change, str], bool],
    source: Callable[[Change, str], object],
) -> Iterator[PolicyChange]:
    """Every policy that differs. The policies of one role count together, so that moving a statement is no gain.

    `configured` says whether the configuration sets an attribute (an unknown one that it doesn't set is AWS's default),
    `source` gives what it sets, references unresolved.
    """
    together = _by_role(resources)
    for change in changes:
        for path, kind in (*PLACES.get(change.type, ()), *_inline(change)):
            before, after = change.old(path), change.new(path)
            if before == after or (after is UNKNOWN and not configured(change, path)):
                continue
            old, new = _document(before), None if change.sensitive(path) else _document(after)
            role = change.old("role") or change.new("role")
            if change.type == "aws_iam_role_policy" and isinstance(role, str) and role in together:
                old = (old or Document()) + _sum(c.old("policy") for c in together[role])
                if new is not None:
                    new += _sum(c.new("policy") for c in together[role])
            text = source(change, path) if after is UNKNOWN else None
            yield PolicyChange(change, path, kind, old or Document(), new, _document(text) if text else None)


def _inline(change: Change) -> list[tuple[str, Kind]]:
    if change.type != "aws_iam_role":
        return []
    blocks = max(len(side.get("inline_policy") or ()) for side in (change.before, change.after))
    return [(f"inline_policy.{number}.policy", Kind.IDENTITY) for number in range(blocks)]


def _by_role(resources: Iterable[Change]) -> dict[str, list[Change]]:
    grouped: dict[str, list[Change]] = defaultdict(list)
    for change in resources:
        if change.type == "aws_iam_role_policy":
            role = change.old("role") or change.new("role")
            if isinstance(role, str):
                grouped[role].append(change)
    return grouped


def _document(value: object) -> Document | None:
    if value is None or value == "":
        return Document()
    return parse_document(value) if isinstance(value, str) else None


def _sum(policies: Iterable[object]) -> Document:
    total = Document()
    for policy in policies:
        total += _document(policy) or Document()
    return total
