"""A pull request's way to production: the workflows' own scripts, real Terraform, an emulated AWS (flow.py)."""

import json
import re
from collections.abc import Iterator

import pytest

from environments.schema.names import ENVIRONMENTS
from tests.delivery.flow import NUMBER, Flow, begin
from tests.delivery.runner import Result

pytestmark = pytest.mark.end_to_end


# Dev in full takes eight minutes more than all three thinned out.
@pytest.fixture(
    scope="module",
    params=[(), pytest.param(("payments-dev",), marks=pytest.mark.long)],
    ids=["thinned out", "dev in full"],
)
def flow(
    request: pytest.FixtureRequest, terraform_is_here: None, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Flow]:
    with begin(tmp_path_factory.mktemp("flow"), request.param) as flow:
        yield flow


def test_the_way_to_production(flow: Flow) -> None:
    """One story, since each part needs what the one before left."""
    head = flow.change("first", 61)

    # Nothing is deployed: plans that create everything look like a lost state, and the check fails.
    opened = flow.open("first", head)
    assert opened.failed == "Review", opened.log
    assert opened.roles == [f"payments-foundation-{name}-plan" for name in ENVIRONMENTS]
    (comment,) = flow.store.comments[NUMBER]
    assert "BLOCK" in comment["body"] and "P-02" in comment["body"]
    assert flow.store.artifacts == []

    flow.first_deployment()
    assert flow.timeouts("payments-prod") == {"360"}

    # The same commit again: now it is one harmless change an environment, and the comment is brought up to date.
    opened = flow.open("first", head)
    assert opened.ok, opened.log
    (again,) = flow.store.comments[NUMBER]
    assert again["id"] == comment["id"] and "BLOCKED" not in again["body"]
    assert opened.summary
    (artifact,) = flow.store.artifacts
    assert artifact["name"] == f"reviewed-{head}"

    # Merged: dev gets exactly that, from the merge commit, whose plan has the same meaning.
    merge = flow.merge("first", head)
    assert merge != head
    plan = flow.plan("dev", merge)
    assert plan.ok and f"reviewed in #{NUMBER} at {head[:12]}" in plan.log, plan.log
    assert plan.roles == ["payments-foundation-dev-drift"] and plan.outputs["changes"] == "true"
    apply = flow.apply("dev", merge, plan)
    assert apply.ok, apply.log
    assert apply.roles == ["payments-foundation-dev-apply"]
    assert flow.timeouts("payments-dev") == {"366"} and flow.timeouts("payments-prod") == {"360"}
    (recorded,) = flow.store.deployments
    assert (recorded["environment"], recorded["ref"]) == ("dev", merge)

    # Once more: there is nothing to do, which needs no review and no approval.
    plan = flow.plan("dev", merge)
    assert plan.ok and plan.outputs["changes"] == "false", plan.log
    assert [one["environment"] for one in flow.store.deployments] == ["dev", "dev"]

    # Production before staging: refused.
    early = flow.apply("prod", merge, plan)
    assert early.failed == "Check that this commit and its image ran in the environment before"

    # The state moves on between plan and apply: refused, and nothing is applied.
    plan = flow.plan("staging", merge)
    flow.write_state("payments-staging", flow.state("payments-staging"))
    apply = flow.apply("staging", merge, plan)
    assert apply.failed == "Check that this is what was approved"
    assert "the state moved on from serial 1 to serial 2; plan again" in apply.log
    assert flow.timeouts("payments-staging") == {"360"}

    # Planned again it still means what was reviewed.
    plan = flow.plan("staging", merge)
    assert plan.ok, plan.log
    apply = flow.apply("staging", merge, plan)
    assert apply.ok, apply.log

    # Another plan laid in the place of the approved one: its manifest has another digest.
    plan = flow.plan("prod", merge)
    assert plan.ok, plan.log
    forged = Result(outputs=plan.outputs | {"manifest": "0" * 64})
    apply = flow.apply("prod", merge, forged)
    assert "the manifest is another than the one that was approved" in apply.log

    # Somebody changes production by hand after the review: its plan is another one now.
    state = flow.state("payments-prod")
    changed = json.loads(json.dumps(state).replace('"360"', '"30"'))
    flow.write_state("payments-prod", changed)
    plan = flow.plan("prod", merge)
    assert plan.failed == "Hold it against what was reviewed"
    assert "planned otherwise: terraform_data.queues" in plan.log, plan.log
    told = flow.store.comments[NUMBER][-1]["body"]
    assert "- `planned otherwise: terraform_data.queues`" in told and "planned otherwise" in plan.summary

    # Read on the run's page, and started by hand with the fingerprint that stands there.
    shown = re.search(r"`payments-prod` meaning `([0-9a-f]{16})`", plan.summary)
    assert shown, plan.summary
    plan = flow.plan("prod", merge, shown[1])
    assert plan.ok and "approved by hand" in plan.log, plan.log
    apply = flow.apply("prod", merge, plan)
    assert apply.ok, apply.log
    assert flow.timeouts("payments-prod") == {"366"}
    assert [one["environment"] for one in flow.store.deployments] == ["dev", "dev", "staging", "prod"]
    assert [one["name"] for one in flow.store.artifacts if "applied" in one["name"]] == [
        f"applied-payments-{name}" for name in ENVIRONMENTS
    ]

    # At night: no difference, no issue; then one, with an issue that goes when the difference goes.
    night = flow.drift("prod", merge)
    assert night.ok and flow.store.issues == [], night.log
    flow.write_state("payments-prod", json.loads(json.dumps(flow.state("payments-prod")).replace('"366"', '"30"')))
    night = flow.drift("prod", merge)
    assert night.roles == ["payments-foundation-prod-drift"]
    (issue,) = flow.store.issues
    assert issue["title"] == "Drift: prod differs from the default branch" and "queues" in issue["body"]
    flow.write_state("payments-prod", json.loads(json.dumps(flow.state("payments-prod")).replace('"30"', '"366"')))
    flow.drift("prod", merge)
    assert issue["state"] == "closed"
