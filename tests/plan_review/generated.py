"""Plans made by Hypothesis: realistic in form, arbitrary in content."""

import copy
import json
from typing import Any

from hypothesis import strategies as st

from tests.plan_review.plans import Values, plan, resource

NAMES = st.from_regex(r"[A-Z][a-zA-Z]{0,8}_[0-9A-F]{4}", fullmatch=True)
TYPES = st.sampled_from(
    ["aws_rds_cluster", "aws_sqs_queue", "aws_iam_role_policy", "aws_lb", "aws_cloudwatch_log_group", "aws_s3_bucket"]
)
LEAVES = st.one_of(st.booleans(), st.integers(-5, 5), st.text('abc{}[]"0', max_size=6), st.none())
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.sampled_from("klmn"), inner, max_size=3)),
    max_leaves=6,
)
STATEMENTS = st.fixed_dictionaries(
    {
        "Effect": st.sampled_from(["Allow", "Deny"]),
        "Action": st.lists(st.sampled_from(["sqs:SendMessage", "sqs:*", "kms:Decrypt"]), min_size=1, max_size=2),
        "Resource": st.sampled_from(["*", "arn:aws:sqs:eu-west-1:111122223333:a"]),
    }
)
POLICIES = st.lists(STATEMENTS, max_size=2).map(lambda statements: json.dumps({"Statement": statements}))
SIDES = st.dictionaries(
    st.sampled_from(["name", "policy", "port", "rule", "tags", "kms_key_id"]), st.one_of(VALUES, POLICIES), min_size=1
)
# Marked values cost a slow hash each time.
SELDOM = st.integers(0, 4).map(lambda number: number == 0)
ACTIONS = st.sampled_from(["create", "change", "replace", "replace, create first", "destroy", "forget", "nothing"])


@st.composite
def resources(draw: st.DrawFn, address: str) -> Values:
    """One changed resource: some attributes known only after apply, some marked; now and then moved or imported."""
    action = draw(ACTIONS)
    before, after = draw(SIDES), draw(SIDES)
    if action == "nothing":
        after = before
    unknown = dict.fromkeys(draw(st.sets(st.sampled_from(["arn", "id"]))), True)
    marks = dict.fromkeys(draw(st.sets(st.sampled_from(["name", "policy", "rule"]))) if draw(SELDOM) else (), True)
    kept: Values = {"importing": draw(st.sampled_from([{"id": "i-1"}, {"id": "i-2"}]))} if draw(SELDOM) else {}
    if draw(SELDOM):
        kept["previous_address"] = f"{address.partition('.')[0]}.Before"
    return resource(
        address,
        None if action == "create" else {**before, "id": draw(st.sampled_from(["i-1", "i-2"]))},
        None if action in ("destroy", "forget") else after,
        action=action,
        unknown=unknown if action not in ("destroy", "forget", "nothing") else {},
        before_sensitive=marks,
        after_sensitive=marks,
        **kept,
    )


@st.composite
def documents(draw: st.DrawFn) -> Values:
    """A whole plan document with one to five resources and up to two outputs."""
    addresses = draw(st.lists(st.builds("{}.{}".format, TYPES, NAMES), min_size=1, max_size=5, unique=True))
    outputs = {
        name: {"actions": ["update"], "before": draw(LEAVES), "after": draw(LEAVES), "after_unknown": False}
        for name in draw(st.sets(st.sampled_from(["address", "cluster"])))
    }
    made = [draw(resources(address)) for address in addresses]
    return copy.deepcopy(plan(*made, output_changes=outputs).document)


def sides(document: Values) -> list[tuple[Values, str]]:
    """Every side of a change that an apply would touch, as (change, name of the side)."""
    found: list[tuple[Values, str]] = []
    for item in document["resource_changes"]:
        change: dict[str, Any] = item["change"]
        if change["actions"] not in (["no-op"], ["delete"], ["forget"]):
            found += [(change, side) for side in ("before", "after") if change[side] is not None]
    return found
