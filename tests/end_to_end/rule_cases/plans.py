"""The plans that the cases share, made by Terraform and read by the plan review."""

import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from plan_review.evidence import LOCK_FILE
from plan_review.inputs import Context, read_stack
from plan_review.lock import read_lock
from plan_review.review import Review, review
from tests.end_to_end.bench import JSON, Bench, module_of
from tests.end_to_end.rule_cases.case import DRIFTED, WEAKENED, Case
from tests.end_to_end.rule_cases.edits import Module
from tests.end_to_end.terraform import Terraform

STACK = "payments-prod"
# The state was just applied, and nobody else touches it: neither a refresh nor a lock is needed.
AS_APPLIED = ("-lock=false", "-refresh=false")
BY_HAND = ("aws_sqs_queue.payments", "aws_sqs_queue.payments_dead_letter", "aws_kms_key.data_key")


def reviewed(applied: Terraform, bench: Bench, stack: Path, plan: str, cases: Iterable[Case]) -> Review:
    """Plans what was applied, production's stack or the extras, with the edits of the cases, and reviews that."""
    module = bench.changed(applied, stack, f"{plan}/{STACK}")
    content = module_of(module.folder)
    locked = read_lock(module.folder / LOCK_FILE).versions
    for name, provider in content["terraform"]["required_providers"].items():
        provider["version"] = locked[f"hashicorp/{name}"]
    content["resource"]["terraform_data"] = {"later": {"input": "later"}}
    for case in cases:
        for edit in case.edits if case.plan == plan else ():
            edit(content)
    (module.folder / JSON).write_text(json.dumps(content))
    if plan == DRIFTED:
        with changed_by_hand(bench, content):
            module.plan("-lock=false", *(f"-target={address}" for address in BY_HAND))
    else:
        module.plan(*AS_APPLIED)
    (module.folder / "plan.json").write_text(json.dumps(module.show()))
    # Before the weakened plan, another Terraform applied.
    last = "1.11.0" if plan == WEAKENED else None
    return read(bench, plan, Context(base=stack / JSON, last_terraform_version=last))


def read(bench: Bench, plan: str, context: Context) -> Review:
    """The review of a plan that was made."""
    return review(read_stack(bench.folder / "changes" / plan / STACK / "plan.json", context))


@contextmanager
def changed_by_hand(bench: Bench, module: Module) -> Iterator[None]:
    """Somebody doubles the visibility of both queues and tags a key."""
    [account], region = module["provider"]["aws"][0]["allowed_account_ids"], module["provider"]["aws"][0]["region"]
    sqs, kms = bench.emulator.client("sqs", account, region), bench.emulator.client("kms", account, region)
    urls = sqs.list_queues()["QueueUrls"]
    key = kms.describe_key(KeyId="alias/payments-prod-data")["KeyMetadata"]["KeyId"]
    before = {url: sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["VisibilityTimeout"]) for url in urls}
    try:
        for url in urls:
            sqs.set_queue_attributes(QueueUrl=url, Attributes={"VisibilityTimeout": "720"})
        kms.tag_resource(KeyId=key, Tags=[{"TagKey": "Incident", "TagValue": "yes"}])
        yield
    finally:
        for url, answer in before.items():
            sqs.set_queue_attributes(QueueUrl=url, Attributes=answer["Attributes"])
        kms.untag_resource(KeyId=key, TagKeys=["Incident"])


def address_in(review: Review, address: str) -> str:
    """The full address of a resource that the plan has, or had."""
    type_, _, start = address.partition(".")
    names = {c.resource.name: c.address for c in review.stack.resources if c.type == type_}
    found = {names[start]} if start in names else {names[n] for n in names if n.startswith(f"{start}_")}
    assert not address or len(found) == 1, f"{address} may be {sorted(found)}"
    return found.pop() if address else ""
