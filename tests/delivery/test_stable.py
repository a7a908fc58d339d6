"""The wait for ECS, over answers in the shape that DescribeServices gives."""

from typing import Any

import pytest

from delivery import stable
from delivery.errors import Refused
from delivery.stable import Service

OLD, NEW = (f"arn:aws:ecs:eu-west-1:111122223333:task-definition/payments-dev-api:{n}" for n in (6, 7))
API = Service("arn:aws:ecs:eu-west-1:111122223333:cluster/payments-dev", "payments-dev-api", NEW)


def deployment(task: str, status: str = "PRIMARY", rollout: str = "COMPLETED", running: int = 2, **more: Any) -> Any:
    return {"taskDefinition": task, "status": status, "rolloutState": rollout, "runningCount": running,
            "desiredCount": 2, "failedTasks": 0, **more}  # fmt: skip


def service(*deployments: Any, **more: Any) -> Any:
    return {"serviceName": API.name, "status": "ACTIVE", "deployments": list(deployments), "events": [], **more}


class Ecs:
    """Answers one after the other; the last one for ever."""

    def __init__(self, *answers: Any) -> None:
        self.answers = list(answers)
        self.asked: list[tuple[str, list[str]]] = []

    def describe_services(self, *, cluster: str, services: list[str]) -> Any:
        self.asked.append((cluster, services))
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        return {"services": [answer] if answer else [], "failures": []}


def wait(*answers: Any, timeout: float = 5.0) -> list[str]:
    said: list[str] = []
    stable.wait(Ecs(*answers), [API], timeout=timeout, interval=0.01, say=said.append)
    return said


def test_stable_at_once() -> None:
    assert wait(service(deployment(NEW))) == ["payments-dev-api: payments-dev-api:7 COMPLETED, 2 of 2 tasks running"]


def test_waits_for_tasks_and_for_the_old_deployment_to_go() -> None:
    said = wait(
        service(deployment(NEW, rollout="IN_PROGRESS", running=0), deployment(OLD, "ACTIVE")),
        service(deployment(NEW, rollout="IN_PROGRESS", running=1), deployment(OLD, "ACTIVE")),
        service(deployment(NEW, rollout="IN_PROGRESS", running=1), deployment(OLD, "ACTIVE")),
        service(deployment(NEW), deployment(OLD, "ACTIVE", running=1)),
        service(deployment(NEW)),
    )
    assert [line.split(": ")[1] for line in said] == [
        "payments-dev-api:7 IN_PROGRESS, 0 of 2 tasks running",
        "payments-dev-api:7 IN_PROGRESS, 1 of 2 tasks running",
        "payments-dev-api:7 COMPLETED, 2 of 2 tasks running",
    ]


def test_failed_tasks_are_shown() -> None:
    said = wait(service(deployment(NEW, rollout="IN_PROGRESS", failedTasks=3)), service(deployment(NEW)))
    assert said[0].endswith("2 of 2 tasks running, 3 failed")


def test_rolled_back_is_stable_and_yet_a_failure() -> None:
    """After a rollback by alarm, the old revision is PRIMARY and complete: `aws ecs wait` would be content."""
    event = {"message": "(service payments-dev-api) rolling back to deployment ecs-svc/1."}
    with pytest.raises(Refused, match=r"runs payments-dev-api:6 instead of payments-dev-api:7.*rolling back"):
        wait(service(deployment(OLD), events=[event]))


def test_rolled_back_while_waiting() -> None:
    with pytest.raises(Refused, match="instead of payments-dev-api:7"):
        wait(
            service(deployment(NEW, rollout="IN_PROGRESS", running=0), deployment(OLD, "ACTIVE")),
            service(deployment(OLD)),
        )


def test_the_circuit_breaker_says_why() -> None:
    reason = "ECS deployment circuit breaker: tasks failed to start."
    failed = deployment(NEW, "ACTIVE", "FAILED", 0, rolloutStateReason=reason)
    with pytest.raises(Refused, match=r"the deployment of payments-dev-api:7 failed: ECS deployment circuit breaker"):
        wait(service(deployment(OLD, rollout="IN_PROGRESS"), failed))


def test_deployed_over_by_somebody_else() -> None:
    newer = NEW.replace(":7", ":8")
    with pytest.raises(Refused, match="runs payments-dev-api:8 instead of payments-dev-api:7"):
        wait(service(deployment(newer, rollout="IN_PROGRESS"), deployment(NEW, "ACTIVE")))


def test_too_slow() -> None:
    with pytest.raises(Refused, match=r"not stable after 0 s: payments-dev-api: .*IN_PROGRESS, 1 of 2 tasks running"):
        wait(service(deployment(NEW, rollout="IN_PROGRESS", running=1)), timeout=0.05)


@pytest.mark.parametrize("answer", [None, service(status="INACTIVE") | {"deployments": []}])
def test_no_such_service(answer: Any) -> None:
    with pytest.raises(Refused, match="there is no such service in payments-dev"):
        wait(answer)


def test_scaled_to_nothing_is_stable() -> None:
    assert wait(service(deployment(NEW, running=0, desiredCount=0)))


def test_every_service_is_waited_for() -> None:
    worker = Service(API.cluster, "payments-dev-worker", NEW)
    ecs = Ecs(service(deployment(NEW)), service(deployment(NEW, rollout="IN_PROGRESS")), service(deployment(NEW)))
    stable.wait(ecs, [API, worker], timeout=5, interval=0.01, say=lambda line: None)
    assert [name for _, (name,) in ecs.asked] == ["payments-dev-api", "payments-dev-worker", "payments-dev-worker"]


def test_services_of_a_state() -> None:
    values = {"cluster": API.cluster, "name": API.name, "task_definition": NEW}
    resources = [{"type": "aws_ecs_service", "values": values}, {"type": "aws_ecs_cluster", "values": {}}]
    assert stable.services(resources) == [API]
    with pytest.raises(Refused, match="holds no ECS service"):
        stable.services(resources[1:])
