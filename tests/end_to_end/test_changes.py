"""Changes of a copy of dev, each planned from the applied state: the actions are these and no others."""

import json
from collections import Counter
from concurrent.futures import Future

import pytest

from plan_review.inputs import Context, read_stack
from plan_review.meaning import Meaning
from tests.addresses.contract import STATEFUL
from tests.end_to_end.change_cases import CASES, STACK, Planned
from tests.end_to_end.changes import UPDATE, actions
from tests.end_to_end.lanes import Lanes, Life
from tests.end_to_end.terraform import Terraform

pytestmark = pytest.mark.end_to_end

# What is reached from outside or stands for an address: gone for a minute is an outage.
SERVING = {
    "aws_ecs_cluster",
    "aws_ecs_service",
    "aws_eip",
    "aws_lb",
    "aws_lb_listener",
    "aws_lb_target_group",
    "aws_nat_gateway",
    "aws_route53_record",
    "aws_subnet",
    "aws_vpc",
}

Plans = dict[str, Future[Planned]]


@pytest.mark.parametrize("name", CASES)
def test_a_change_does_what_it_should_and_nothing_else(name: str, plans: Plans, lanes: Lanes) -> None:
    done = actions(plans[name].result().printed)
    if (expected := CASES[name].expected) is None:
        assert sorted(done) == [(address, UPDATE) for address in tagged(lanes[STACK])]
    else:
        assert Counter((address.partition(".")[0], what) for address, what in done) == expected


@pytest.mark.parametrize("name", CASES)
def test_no_change_replaces_or_destroys_what_holds_data_or_serves(name: str, plans: Plans) -> None:
    kept = {*STATEFUL, *SERVING}
    done = actions(plans[name].result().printed)
    assert not [address for address, what in done if "delete" in what and address.partition(".")[0] in kept]


def test_a_change_of_nearly_everything_means_the_same_with_a_refresh(plans: Plans) -> None:
    """A pull request is planned without one, its deployment with one: the fingerprint has to be the same."""
    module = plans["a tag"].result().module
    parts = meaning(module, "plan.tfplan")
    module.plan("-lock=false", out="refreshed.tfplan")
    assert meaning(module, "refreshed.tfplan") == parts and len(parts) > 100


def meaning(module: Terraform, plan: str) -> dict[str, str]:
    """The fingerprint's parts, by address."""
    shown = module.folder / f"{STACK}.json"
    shown.write_text(json.dumps(module.show(plan)))
    return Meaning(read_stack(shown, Context())).parts


def tagged(life: Life) -> list[str]:
    """The addresses of what carries the tags of the provider's configuration."""
    resources = [one for one in life.state()["resources"] if one["mode"] == "managed"]
    return sorted(
        f"{one['type']}.{one['name']}" for one in resources if one["instances"][0]["attributes"].get("tags_all")
    )
