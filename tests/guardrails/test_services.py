"""The services: deployments that roll back, private and balanced tasks, and room to grow."""

from tests.guardrails.guardrail import (
    PROD,
    Offences,
    change,
    each,
    edit,
    guardrail,
    points_to,
    remove,
    wrong,
)
from tests.stack import Stack

SERVICE = "aws_ecs_service"


@guardrail(
    SERVICE,
    broken_by=[
        change(SERVICE, deployment_circuit_breaker={"enable": True, "rollback": False}),
        change(SERVICE, alarms={"alarm_names": [], "enable": True, "rollback": True}),
        change(SERVICE, alarms={"alarm_names": ["no-such-alarm"], "enable": True, "rollback": True}),
        change(SERVICE, deployment_minimum_healthy_percent=50),
    ],
)
def test_failed_deployments_roll_back(stack: Stack) -> Offences:
    """A deployment that fails or raises an alarm is rolled back, and takes no running task away before its time."""
    yield from wrong(
        stack,
        SERVICE,
        deployment_circuit_breaker={"enable": True, "rollback": True},
        deployment_minimum_healthy_percent=100,
    )
    known = {alarm["alarm_name"] for _, alarm in each(stack, "aws_cloudwatch_metric_alarm")}
    for address, service in each(stack, SERVICE):
        alarms = service["alarms"]
        if not alarms["alarm_names"] or not set(alarms["alarm_names"]) <= known or not alarms["rollback"]:
            yield address, f"does not roll back on existing alarms: {alarms['alarm_names']}"


@guardrail(
    SERVICE,
    broken_by=[
        edit(SERVICE, lambda s: s["network_configuration"].update(assign_public_ip=True)),
        change(SERVICE, platform_version="1.3.0"),
        change(SERVICE, availability_zone_rebalancing="DISABLED"),
        change(SERVICE, lifecycle=None),
    ],
    meets="ECS.2 ECS.10",
)
def test_services_are_private_and_balanced(stack: Stack) -> Offences:
    """Tasks have no public address, run on the newest platform, spread over zones; autoscaling owns their number."""
    yield from wrong(
        stack,
        SERVICE,
        platform_version="LATEST",
        availability_zone_rebalancing="ENABLED",
        lifecycle={"ignore_changes": ["desired_count"]},
    )
    for address, service in each(stack, SERVICE):
        if service["network_configuration"]["assign_public_ip"]:
            yield address, "has a public address"


@guardrail(
    "aws_ecs_cluster",
    broken_by=[
        change("aws_ecs_cluster", setting=[{"name": "containerInsights", "value": "disabled"}]),
        edit("aws_ecs_cluster", lambda c: c["configuration"]["execute_command_configuration"].pop("kms_key_id")),
    ],
    meets="ECS.12",
)
def test_cluster_is_watched_and_commands_are_logged(stack: Stack) -> Offences:
    """Container Insights are on, and commands that people run in tasks are encrypted and logged."""
    yield from wrong(stack, "aws_ecs_cluster", setting=[{"name": "containerInsights", "value": "enhanced"}])
    for address, cluster in each(stack, "aws_ecs_cluster"):
        command = cluster["configuration"]["execute_command_configuration"]
        if "kms_key_id" not in command or command["logging"] != "OVERRIDE":
            yield address, "does not record commands"


@guardrail(SERVICE, on=PROD, broken_by=[change(SERVICE, enable_execute_command=True), change(SERVICE, desired_count=1)])
def test_nobody_enters_production_tasks(stack: Stack) -> Offences:
    """In production nobody enters a task, two or more run of each, and none on Spot."""
    yield from wrong(stack, SERVICE, enable_execute_command=False)
    for address, service in each(stack, SERVICE):
        spot = any("SPOT" in strategy["capacity_provider"] for strategy in service["capacity_provider_strategy"])
        if service["desired_count"] < 2 or spot:
            yield address, "loses its last task, or tasks on Spot"


@guardrail(
    "aws_appautoscaling_target",
    broken_by=[
        remove("aws_appautoscaling_policy", "Backlog"),
        remove("aws_appautoscaling_policy", "Requests"),
        change("aws_appautoscaling_policy", resource_id="service/other/api"),
        change("aws_appautoscaling_target", max_capacity=1),
        change("aws_appautoscaling_target", min_capacity=0),
    ],
)
def test_services_scale_on_what_limits_them(stack: Stack) -> Offences:
    """The API scales on CPU, memory and requests, the worker on the backlog of each task."""
    desired = {service["name"]: service["desired_count"] for _, service in each(stack, "aws_ecs_service")}
    for target, attributes in each(stack, "aws_appautoscaling_target"):
        start = desired.get(attributes["resource_id"].rpartition("/")[2])
        if start != attributes["min_capacity"] or attributes["max_capacity"] <= start:
            yield target, "does not start at its smallest number of tasks, or has no room to grow"
    found = set()
    for _, policy in each(stack, "aws_appautoscaling_policy"):
        for target, attributes in each(stack, "aws_appautoscaling_target"):
            if points_to(policy["resource_id"], target):
                found.add((attributes["resource_id"].rpartition("-")[2], policy["name"].rpartition("-")[2]))
    for component, metric in (("api", "cpu"), ("api", "memory"), ("api", "requests"), ("worker", "backlog")):
        if (component, metric) not in found:
            yield f"aws_appautoscaling_target of {component}", f"does not scale on {metric}"
