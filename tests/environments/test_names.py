"""Names come from one place and fit the strictest service that carries them."""

import pytest

from environments.schema import names
from environments.schema.names import COMPONENTS, Limit, Names
from tests.environments.conftest import workspaces


def of(stack: str) -> Names:
    return Names(stack, "111122223333", "eu-west-1", "payments-foundation-dev")


def test_stack_state_key_and_resource_names() -> None:
    (workspace,) = workspaces(ENVIRONMENT="dev", ENVIRONMENT_SUFFIX="pr-42")
    assert workspace.names.stack == "payments-dev-pr-42"
    assert names.state_key(workspace.names.stack) == "payments/dev-pr-42/terraform.tfstate"
    assert workspace.names.of("database") == "payments-dev-pr-42-database"
    assert workspace.foundation_names.of("state") == "payments-foundation-dev-state-111122223333"
    assert workspace.names.boundary_arn == "arn:aws:iam::111122223333:policy/payments-foundation-dev-boundary"


def test_component_that_nobody_listed_has_no_name() -> None:
    with pytest.raises(KeyError):
        of("payments-dev").of("ledger")


@pytest.mark.parametrize("component", COMPONENTS)
def test_every_name_of_the_longest_accepted_workspace_fits(component: str) -> None:
    """The longest suffix that is accepted; one character more is refused."""

    def refused(length: int) -> list[str]:
        suffix = "x" * length
        return list(names.too_long(of(f"payments-staging-{suffix}"), f"payments-{suffix}.example.com"))

    longest = next(n for n in range(40, 0, -1) if not refused(n))
    assert refused(longest + 1)
    name = of(f"payments-staging-{'x' * longest}").of(component)
    assert len(name) <= COMPONENTS[component].value[1]


def test_limits_are_those_of_the_services() -> None:
    assert {limit.name: limit.value[1] for limit in Limit} == {
        "LOAD_BALANCER": 32,
        "TARGET_GROUP": 32,
        "CACHE": 40,
        "FINAL_SNAPSHOT": 63 - len("-vpc-0123456789abcdef0"),
        "DATABASE": 63,
        "BUCKET": 63,
        "ROLE": 64,
        "FUNCTION": 64,
        "QUEUE": 80,
        "OTHER": 128,
        "CERTIFICATE": 64,
    }
