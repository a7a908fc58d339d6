"""The bench runs another version of the AWS provider than is shipped: what the stacks set means the same in both."""

from collections.abc import Mapping
from typing import Any

import pytest

from tests.end_to_end.lanes import Lanes
from tests.end_to_end.provider_versions import Attribute, is_deprecated, of_the_bindings, of_the_provider, used
from tests.stack import Stack

pytestmark = pytest.mark.end_to_end

# Where the two differ, and why it does not matter.
EXCEPTIONS: Mapping[str, str] = {
    "aws_nat_gateway.subnet_id": "needed by 5.100, optional in 6.25, which also knows regional gateways; it is set",
    # Statements nest without end, so the bindings take anything there, and 6.25 reads the same blocks.
    "aws_wafv2_web_acl.rule.statement": "typed as Any",
    "aws_wafv2_web_acl.rule.statement.managed_rule_group_statement": "below Any",
    "aws_wafv2_web_acl.rule.statement.managed_rule_group_statement.name": "below Any",
    "aws_wafv2_web_acl.rule.statement.managed_rule_group_statement.vendor_name": "below Any",
    "aws_wafv2_web_acl.rule.statement.rate_based_statement": "below Any",
    "aws_wafv2_web_acl.rule.statement.rate_based_statement.aggregate_key_type": "below Any",
    "aws_wafv2_web_acl.rule.statement.rate_based_statement.limit": "below Any",
}


@pytest.fixture(scope="module")
def schema(lanes: Lanes) -> dict[str, Any]:
    """What the provider on this machine says of itself."""
    shown = lanes["payments-foundation-dev"].module.schemas()
    found: dict[str, Any] = shown["provider_schemas"]["registry.terraform.io/hashicorp/aws"]
    return found


@pytest.fixture(scope="module")
def attributes(stacks: dict[str, Stack]) -> list[Attribute]:
    """Every attribute that any stack sets."""
    return sorted({one for stack in stacks.values() for one in used(stack.module)}, key=str)


def test_every_attribute_means_the_same(schema: dict[str, Any], attributes: list[Attribute]) -> None:
    differences = {}
    compared = 0
    for attribute in attributes:
        old, new = of_the_provider(schema, attribute), of_the_bindings(attribute)
        compared += old is not None
        if old != new:
            differences[str(attribute)] = f"{old} in the bench, {new} in what is shipped"
    assert compared > 500
    assert {name: why for name, why in differences.items() if name not in EXCEPTIONS} == {}
    assert EXCEPTIONS.keys() == differences.keys()


def test_nothing_deprecated_is_set(schema: dict[str, Any], attributes: list[Attribute]) -> None:
    assert not [str(one) for one in attributes if is_deprecated(schema, one)]
