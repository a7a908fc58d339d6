"""The fingerprint: equal for two plans of one change, different for any other change."""

import copy
import json
import random
from collections.abc import Iterator
from typing import Any
from unittest import mock

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plan_review.meaning import SCRYPT, SENSITIVE, Meaning
from plan_review.plan import parse_plan
from plan_review.stack import Stack
from tests.plan_review.generated import documents, sides
from tests.plan_review.plans import Made, Values, plan, resource, stack

QUICK = settings(max_examples=150, deadline=None, database=None, derandomize=True)


@pytest.fixture(scope="module", autouse=True)
def quick_hash() -> Iterator[None]:
    """Thousands of plans: how slow the hash of marked values is does not matter here."""
    with mock.patch.dict(SCRYPT, n=2):
        yield


def of(document: Values, name: str = "payments-prod") -> str:
    parsed = parse_plan(json.dumps(document).encode(), "plan.json")
    return Meaning(Stack(name, "prod", "prod", parsed)).fingerprint


def shuffled(value: Any, chance: random.Random) -> Any:
    """Equal JSON with its members in another order."""
    if isinstance(value, dict):
        members = list(value.items())
        chance.shuffle(members)
        return {key: shuffled(item, chance) for key, item in members}
    return [shuffled(item, chance) for item in value] if isinstance(value, list) else value


@QUICK
@given(documents(), st.randoms(use_true_random=False))
def test_a_second_plan_of_the_same_change(document: Values, chance: random.Random) -> None:
    """Another time, another order, other computed values, other resources that nothing happens to."""
    again = shuffled(copy.deepcopy(document), chance)
    again["timestamp"] = "2026-11-26T10:00:00Z"
    again["terraform_version"] = "1.12.0"
    chance.shuffle(again["resource_changes"])
    for item in again["resource_changes"]:
        item["change"].setdefault("generated_config", None)
        if item["change"]["actions"] == ["no-op"]:
            item["change"]["before"] = item["change"]["after"] = {"etag": "other"}
        for name in item["change"]["after_unknown"]:
            if item["change"]["before"]:
                item["change"]["before"][name] = "computed anew"
    again["resource_changes"].append(resource("aws_subnet.New", {"id": "s"}, {"id": "s"}, action="nothing"))
    again["resource_drift"] = [resource("aws_subnet.New", {"id": "s"}, {"id": "t"})]
    assert of(again) == of(document)


@QUICK
@given(documents(), st.data())
def test_another_value(document: Values, data: st.DataObject) -> None:
    choices = sides(document)
    if not choices:
        return
    other = copy.deepcopy(document)
    change, side = data.draw(st.sampled_from(sides(other)))
    name = data.draw(st.sampled_from(sorted(set(change["after"] or change["before"]) - {"id"}) or ["name"]))
    change[side][name] = ["a value that was not there"]
    assert of(other) != of(document)


@QUICK
@given(documents(), st.data())
def test_another_resource_or_action(document: Values, data: st.DataObject) -> None:
    def changed(item: Values) -> bool:
        return bool(item["change"]["actions"] != ["no-op"])

    touched = [n for n, item in enumerate(document["resource_changes"]) if changed(item)]
    if not touched:
        return
    number = data.draw(st.sampled_from(touched))
    gone, renamed, moved, deposed = (copy.deepcopy(document) for _ in range(4))
    del gone["resource_changes"][number]
    renamed["resource_changes"][number]["address"] += "X"
    moved["resource_changes"][number]["previous_address"] = "aws_lb.Elsewhere"
    deposed["resource_changes"][number]["deposed"] = "0a1b2c3d"
    assert len({of(made) for made in (document, gone, renamed, moved, deposed)}) == 5
    turned = copy.deepcopy(document)
    actions = turned["resource_changes"][number]["change"]["actions"]
    if len(actions) == 2:
        actions.reverse()
        assert of(turned) != of(document)


def test_another_stack() -> None:
    document = plan(resource("aws_lb.A", {"port": 1}, {"port": 2})).document
    assert of(document) != of(document, "payments-dev")


STRATEGY = "capacity_provider_strategy"
ON_DEMAND, SPOT = {"base": 1, "capacity_provider": "FARGATE"}, {"base": None, "capacity_provider": "FARGATE_SPOT"}


def updated(before: Any, after: Any) -> str:
    change = resource("aws_ecs_service.A", {"image": "a", STRATEGY: before}, {"image": "b", STRATEGY: after})
    return of(plan(change).document)


def test_what_says_nothing_in_an_old_value_does_not_count() -> None:
    """As the provider stores it after an apply, and after a refresh."""
    applied = updated([ON_DEMAND, SPOT], [ON_DEMAND, SPOT])
    assert updated([SPOT | {"base": 0}, ON_DEMAND], [ON_DEMAND, SPOT]) == applied
    assert updated([], None) == updated(None, None) == updated("", None) == applied
    assert updated([SPOT | {"base": 0, "name": ""}, ON_DEMAND], [ON_DEMAND, SPOT | {"name": ""}]) == applied
    more = [ON_DEMAND, SPOT | {"weight": 3}]
    assert updated([SPOT | {"base": 0}, ON_DEMAND], more) == updated([ON_DEMAND, SPOT], more) != applied


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ([ON_DEMAND, SPOT], [SPOT, ON_DEMAND]),
        ([ON_DEMAND, SPOT], [ON_DEMAND, SPOT | {"base": 2}]),
        ([ON_DEMAND, SPOT | {"base": 2}], [ON_DEMAND, SPOT]),
        ([ON_DEMAND, SPOT], [ON_DEMAND]),
        (None, False),
        (None, 0),
        (True, None),
        (7, None),
    ],
)
def test_what_says_something_counts(before: Any, after: Any) -> None:
    assert updated(before, after) != updated(before, before)


@pytest.mark.parametrize(
    ("written", "counts"),
    [
        ({}, False),
        ({"period": {"constant_value": 0}}, True),
        ({"period": {"references": ["var.period"]}}, True),
    ],
)
def test_a_new_zero_counts_when_the_configuration_writes_it(written: Values, counts: bool) -> None:
    """An alarm's `period`, null after its first apply: the provider plans zero for it by itself."""
    change = resource("aws_cloudwatch_metric_alarm.A", {"name": "a", "query": []}, {"name": "b", "query": []})

    def with_period(value: Any) -> str:
        before, after = ([{"id": id_, "period": period} for id_ in ("part", "whole")] for period in (value, 0))
        change["change"]["before"]["query"], change["change"]["after"]["query"] = before, after
        document = plan(change).document
        [configured] = document["configuration"]["root_module"]["resources"]
        configured["expressions"]["query"] = [{"id": {"constant_value": "part"}}, {"id": {}, **written}]
        return of(document)

    assert (with_period(None) != with_period(0)) is counts


def test_a_tag_of_the_provider_s_is_the_same_change_with_a_refresh() -> None:
    """A refresh takes the old tag for the resource's own, since the provider's is another one now."""

    def retagged(own: Values, **sides: Any) -> str:
        after = {"tags": {"Name": "a"}, "tags_all": {"Name": "a", "CostCenter": "new"}}
        before = {"tags": own, "tags_all": {"Name": "a", "CostCenter": "old"}}
        return of(plan(resource("aws_vpc.A", before, after | sides)).document)

    assert retagged({"Name": "a", "CostCenter": "old"}) == retagged({"Name": "a"})
    assert retagged({"Name": "a"}, tags={"Name": "b"}, tags_all={"Name": "b", "CostCenter": "new"}) != retagged({})


def test_the_form_of_embedded_json_does_not_count_but_its_content_does() -> None:
    def policy(text: str) -> str:
        return of(plan(resource("aws_iam_policy.A", {"policy": "{}"}, {"policy": text})).document)

    assert policy('{"A": 1, "B": [2]}') == policy('{"B":[2],"A":1}')
    assert policy('{"A": 1, "B": [2]}') != policy('{"A": 1, "B": [3]}')


def test_an_unknown_value_counts_as_its_expression() -> None:
    def attached(reference: str) -> str:
        change = resource("aws_iam_role_policy.A", {"policy": "{}"}, {}, unknown={"policy": True})
        return of(plan(change, references={"aws_iam_role_policy.A": {"policy": [reference]}}).document)

    assert attached("aws_kms_key.A.arn") == attached("aws_kms_key.A.arn")
    assert attached("aws_kms_key.A.arn") != attached("aws_kms_key.B.arn")


def secret(value: str) -> Made:
    mark = {"secret": True}
    return plan(resource("aws_x.A", {"secret": "old"}, {"secret": value}, before_sensitive=mark, after_sensitive=mark))


def test_a_marked_value_counts_but_only_through_a_slow_hash() -> None:
    one, two = Meaning(stack(secret("one"))), Meaning(stack(secret("two")))
    assert one.fingerprint != two.fingerprint
    assert one.parts["aws_x.A"] == two.parts["aws_x.A"]
    assert one.parts[SENSITIVE] != two.parts[SENSITIVE]
