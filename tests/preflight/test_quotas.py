"""Limits of the account against what the stack takes."""

from pathlib import Path

import pytest

from preflight import demand
from preflight.checks import database_quotas, fargate, lambda_concurrency, quotas, role_quota
from preflight.quota import applied
from preflight.stack import Stack, read
from tests.preflight import healthy
from tests.preflight.account import Account
from tests.preflight.conftest import state_of

STATE = "payments/prod/terraform.tfstate"


def test_demand_is_computed_from_the_json(prod: Stack) -> None:
    assert demand.nat_gateways(prod) == {"eu-west-1a": 1, "eu-west-1b": 1, "eu-west-1c": 1}
    assert demand.endpoints(prod, "Interface") == 8
    assert demand.endpoints(prod, "Gateway") == 1
    assert demand.cache_nodes(prod) == 3
    assert demand.reserved_concurrency(prod) == 2
    # 30 tasks of 2 vCPU and 30 of 1, none on Spot.
    assert demand.vcpu(prod) == {"FARGATE": 90.0, "FARGATE_SPOT": 0.0}


def test_tasks_spread_over_the_capacity_providers_by_base_and_weight(account: Account) -> None:
    for service in account.changed()["resource"]["aws_ecs_service"].values():
        service["capacity_provider_strategy"] = [
            {"base": 3, "capacity_provider": "FARGATE", "weight": 10},
            {"capacity_provider": "FARGATE_SPOT", "weight": 90},
        ]
    # Of 30 tasks 3 are the base; of the other 27 a tenth runs on demand (2.7, so 3) and 24.3, so 25, on Spot.
    assert demand.vcpu(account.stack) == {"FARGATE": 6 * 2.0 + 6 * 1.0, "FARGATE_SPOT": 25 * 2.0 + 25 * 1.0}


def test_the_rules_of_a_security_group_are_counted_by_direction(account: Account) -> None:
    rule = {"security_group_id": "${aws_security_group.x.id}"}
    account.changed()["resource"] = {
        "aws_vpc_security_group_ingress_rule": {str(i): rule for i in range(4)},
        "aws_vpc_security_group_egress_rule": {str(i): rule for i in range(3)},
    }
    assert demand.security_group_rules(account.stack) == 4


def test_quotas_pass(account: Account, foundation: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    healthy.service_quotas(monkeypatch, L_0263D0A3=5)
    result = quotas.check(account.scope())
    assert result
    assert result.text == ("all 12 fit; tightest is Elastic IP addresses: 3 needed, 0 of 5 in use by others")
    account.stack = foundation
    for check in (quotas.check, fargate.check, database_quotas.check, lambda_concurrency.check):
        assert check(account.scope()) is None


def test_what_others_use_counts_and_what_is_ours_does_not(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    ec2 = account.client("ec2")
    default = len(ec2.describe_vpcs()["Vpcs"])
    vpc = ec2.create_vpc(CidrBlock="10.40.0.0/16")["Vpc"]["VpcId"]
    healthy.service_quotas(monkeypatch, L_F678F1CE=default + 1)
    result = quotas.check(account.scope())
    assert result and result.problems == (
        f"VPCs: 1 needed, {default + 1} of {default + 1} in use by others: `aws service-quotas "
        f"request-service-quota-increase --service-code vpc --quota-code L-F678F1CE --desired-value {default + 2}`",
    )
    account.put_state(STATE, state_of(aws_vpc=[{"id": vpc}]))
    result = quotas.check(account.scope())
    assert result and not result.problems


def test_nat_gateways_are_counted_by_zone(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    ec2 = account.client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.9.0.0/16")["Vpc"]["VpcId"]
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.9.0.0/24", AvailabilityZone="eu-west-1b")["Subnet"]["SubnetId"]
    address = ec2.allocate_address(Domain="vpc")["AllocationId"]
    ec2.create_nat_gateway(SubnetId=subnet, AllocationId=address)
    healthy.service_quotas(monkeypatch, L_FE5A380F=1)
    result = quotas.check(account.scope())
    assert result and result.problems == (
        "NAT gateways in eu-west-1b: 1 needed, 1 of 1 in use by others: `aws service-quotas "
        "request-service-quota-increase --service-code vpc --quota-code L-FE5A380F --desired-value 2`",
    )


@pytest.mark.parametrize(
    ("code", "what", "needed"),
    [
        ("L_A4707A72", "internet gateways", 1),
        ("L_0263D0A3", "Elastic IP addresses", 3),
        ("L_29B6F2EB", "interface endpoints of the VPC", 8),
        ("L_1B52E74A", "gateway endpoints", 1),
        ("L_0EA8095F", "rules of one security group", None),
        ("L_53DA6B97", "application load balancers", 1),
        ("L_DFE45DF3", "cache nodes", 3),
        ("L_F141DD1D", "certificates", 1),
    ],
)
def test_each_quota_can_be_too_small(
    account: Account, monkeypatch: pytest.MonkeyPatch, code: str, what: str, needed: int | None
) -> None:
    needed = needed or demand.security_group_rules(account.stack)
    healthy.service_quotas(monkeypatch, **{code: needed - 1})
    result = quotas.check(account.scope())
    assert result
    (problem,) = result.problems
    assert problem.startswith(f"{what}: {needed} needed, 0 of {needed - 1} in use by others: ")
    assert problem.endswith(f"--quota-code {code.replace('_', '-')} --desired-value {needed}`")


def test_a_quota_that_was_never_raised_has_its_default(account: Account) -> None:
    account.refuse("GetServiceQuota", "NoSuchResourceException")
    account.answer("GetAWSDefaultServiceQuota", {"Quota": {"Value": 6.0}})
    assert applied(account.aws, "fargate", "L-3032A538") == 6


def in_use(account: Account, vcpu: float) -> None:
    account.answer("GetMetricStatistics", {"Datapoints": [{"Maximum": vcpu / 2}, {"Maximum": vcpu}]})


def test_fargate_passes(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    healthy.service_quotas(monkeypatch, L_3032A538=100)
    in_use(account, 10)
    result = fargate.check(account.scope())
    assert result
    assert result.text == "Fargate vCPU on demand: 90 needed, 10 of 100 in use by others"


def test_a_new_accounts_fargate_is_too_small(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    healthy.service_quotas(monkeypatch, L_3032A538=6)
    in_use(account, 2)
    result = fargate.check(account.scope())
    assert result and result.problems == (
        "Fargate vCPU on demand: 90 needed, 2 of 6 in use by others: `aws service-quotas "
        "request-service-quota-increase --service-code fargate --quota-code L-3032A538 --desired-value 92`",
    )


def test_the_workspaces_own_tasks_are_not_others(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    healthy.service_quotas(monkeypatch, L_3032A538=91)
    in_use(account, 3)
    account.client("ecs").create_cluster(clusterName="payments-prod")
    account.answer("ListTasks", {"taskArns": ["one"]})
    account.answer("DescribeTasks", {"tasks": [{"cpu": "2048", "capacityProviderName": "FARGATE"}]})
    result = fargate.check(account.scope())
    assert result
    assert result.text == "Fargate vCPU on demand: 90 needed, 1 of 91 in use by others"


def test_spot_has_a_quota_of_its_own(account: Account, monkeypatch: pytest.MonkeyPatch, outdir: Path) -> None:
    account.stack = read(outdir, "dev")
    healthy.service_quotas(monkeypatch, L_36FBB829=1)
    in_use(account, 0)
    needed = demand.vcpu(account.stack)["FARGATE_SPOT"]
    result = fargate.check(account.scope())
    assert result
    (problem,) = result.problems
    assert problem.startswith(f"Fargate vCPU on Spot: {needed:g} needed, 0 of 1 in use by others: ")


def test_database_quotas_pass(account: Account) -> None:
    healthy.database_limits(account, used=37)
    result = database_quotas.check(account.scope())
    assert result
    assert result.text == "all 5 fit; tightest is database instances: 3 needed, 37 of 40 in use by others"


def test_database_quotas_fail_unless_the_instances_are_ours(account: Account) -> None:
    healthy.database_limits(account, used=38)
    result = database_quotas.check(account.scope())
    assert result and result.problems == (
        "database instances: 3 needed, 38 of 40 in use by others: ask for more in Service Quotas, service `rds`",
    )
    account.put_state(STATE, state_of(aws_rds_cluster_instance=[{"id": "1"}, {"id": "2"}, {"id": "3"}]))
    result = database_quotas.check(account.scope())
    assert result and not result.problems


def test_lambda_passes(account: Account) -> None:
    healthy.lambda_limits(account, executions=1000, unreserved=102)
    result = lambda_concurrency.check(account.scope())
    assert result and result.text == "2 to reserve, 2 can be reserved"


def test_a_new_account_can_reserve_nothing(account: Account) -> None:
    healthy.lambda_limits(account, executions=10, unreserved=10)
    result = lambda_concurrency.check(account.scope())
    assert result and result.problems == (
        "2 executions are to be reserved, only 0 can be (Lambda keeps 100 for other functions): `aws service-quotas "
        "request-service-quota-increase --service-code lambda --quota-code L-B99A9384 --desired-value 1000`",
    )


def test_what_the_functions_have_reserved_already_is_theirs(account: Account) -> None:
    healthy.lambda_limits(account, executions=1000, unreserved=100)
    functions = [{"function_name": name, "reserved_concurrent_executions": 1} for name in ("migration", "rotation")]
    account.put_state(STATE, state_of(aws_lambda_function=functions))
    result = lambda_concurrency.check(account.scope())
    assert result and result.text == "2 to reserve, 2 can be reserved"


def test_roles_pass(account: Account) -> None:
    healthy.role_limits(account, roles=991)
    result = role_quota.check(account.scope())
    assert result and result.text == "IAM roles: 9 needed, 991 of 1000 in use by others"


def test_too_many_roles(account: Account) -> None:
    healthy.role_limits(account, roles=992)
    result = role_quota.check(account.scope())
    assert result and result.problems == (
        "IAM roles: 9 needed, 992 of 1000 in use by others: "
        "ask for more in Service Quotas, service `iam`, in us-east-1",
    )
