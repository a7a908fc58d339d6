"""Waits until ECS runs what was applied: a rolled-back service is stable too, and that is a failure."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from delivery.errors import Refused

TIMEOUT, INTERVAL = 1200.0, 10.0  # seconds
SERVICE = "aws_ecs_service"


@dataclass(frozen=True)
class Service:
    """One service of the state that was just applied; `task_definition` is the ARN with its revision."""

    cluster: str
    name: str
    task_definition: str


def services(resources: Sequence[dict[str, Any]]) -> list[Service]:
    """The ECS services among the resources of a state; raises Refused when there is none."""
    values = [resource["values"] for resource in resources if resource["type"] == SERVICE]
    if not values:
        raise Refused("the state holds no ECS service; was the stack applied?")
    return [Service(value["cluster"], value["name"], value["task_definition"]) for value in values]


def wait(
    ecs: Any,
    applied: Sequence[Service],
    *,
    timeout: float = TIMEOUT,
    interval: float = INTERVAL,
    say: Callable[[str], None] = print,
) -> None:
    """Returns when every service has finished deploying its task definition.

    Raises Refused, in one sentence, when one failed, was rolled back, or needs more than `timeout` seconds.
    """
    deadline = time.monotonic() + timeout
    waiting, last = list(applied), dict[str, str]()
    while waiting:
        seen = [(service, _described(ecs, service)) for service in waiting]
        for service, described in seen:
            progress = _progress(service, described)
            if last.get(service.name) != progress:
                say(f"{service.name}: {progress}")
            last[service.name] = progress
        waiting = [service for service, described in seen if not _done(service, described)]
        if waiting and time.monotonic() + interval > deadline:
            unfinished = "; ".join(f"{service.name}: {last[service.name]}" for service in waiting)
            raise Refused(f"not stable after {timeout:.0f} s: {unfinished}")
        if waiting:
            time.sleep(interval)


def _described(ecs: Any, service: Service) -> dict[str, Any]:
    found = ecs.describe_services(cluster=service.cluster, services=[service.name])
    active = [one for one in found["services"] if one["status"] == "ACTIVE"]
    if not active:
        raise Refused(f"{service.name}: there is no such service in {service.cluster.rpartition('/')[2]}")
    return dict(active[0])


def _progress(service: Service, described: dict[str, Any]) -> str:
    """What to show. Raises Refused when the deployment of the applied task definition is lost."""
    applied = _revision(service.task_definition)
    deployments = described["deployments"]
    own = [one for one in deployments if one["taskDefinition"] == service.task_definition]
    for deployment in own:
        if deployment.get("rolloutState") == "FAILED":
            reason = deployment.get("rolloutStateReason") or "ECS gives no reason"
            raise Refused(f"{service.name}: the deployment of {applied} failed: {reason}")
    primary = next(one for one in deployments if one["status"] == "PRIMARY")
    if primary["taskDefinition"] != service.task_definition:
        event = next((one["message"] for one in described.get("events", ())), "ECS gives no reason")
        raise Refused(
            f"{service.name}: runs {_revision(primary['taskDefinition'])} instead of {applied}, which was applied: "
            f"rolled back, or deployed over by somebody else. Last event: {event}"
        )
    failed = primary.get("failedTasks", 0)
    return (
        f"{applied} {primary.get('rolloutState', 'IN_PROGRESS')}, {primary['runningCount']} of "
        f"{primary['desiredCount']} tasks running" + (f", {failed} failed" if failed else "")
    )


def _done(service: Service, described: dict[str, Any]) -> bool:
    """The applied deployment is complete, and no older one still drains."""
    only = described["deployments"][0] if len(described["deployments"]) == 1 else None
    return (
        only is not None
        and only["taskDefinition"] == service.task_definition
        and only.get("rolloutState") == "COMPLETED"
        and only["runningCount"] >= only["desiredCount"]
    )


def _revision(arn: str) -> str:
    return arn.rpartition("/")[2]
