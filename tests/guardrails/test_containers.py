"""Containers: hardened, from a fixed image of our own, in the JSON that ECS gives back."""

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from tests.guardrails.guardrail import (
    PROD,
    Change,
    Offences,
    change,
    each,
    edit_json,
    guardrail,
    wrong,
)
from tests.stack import Stack

TASK = "aws_ecs_task_definition"
# Every key that ECS would add by itself: what is missing here comes back from the API and shows as a difference.
CANONICAL = {
    *("command", "cpu", "environment", "essential", "healthCheck", "image", "linuxParameters", "logConfiguration"),
    *("mountPoints", "name", "portMappings", "privileged", "readonlyRootFilesystem", "stopTimeout", "systemControls"),
    *("user", "volumesFrom"),
}

NOBODY = "65534:65534"
IMAGE_PAGE = Path(__file__).resolve().parents[2] / "docs" / "image.md"


def _containers(stack: Stack) -> Iterator[tuple[str, dict[str, Any]]]:
    for address, task in each(stack, TASK):
        yield from ((address, container) for container in json.loads(task["container_definitions"]))


def _container(how: Callable[[dict[str, Any]], Any]) -> Change:
    return edit_json(TASK, "container_definitions", lambda containers: how(containers[0]))


@guardrail(
    TASK,
    broken_by=[
        _container(lambda c: c.update(user="0")),
        _container(lambda c: c.pop("user")),
        _container(lambda c: c.update(readonlyRootFilesystem=False)),
        _container(lambda c: c.update(privileged=True)),
        _container(lambda c: c["linuxParameters"].pop("capabilities")),
        _container(lambda c: c["linuxParameters"].update(initProcessEnabled=False)),
    ],
    meets="ECS.4 ECS.5 ECS.20",
)
def test_containers_are_hardened(stack: Stack) -> Offences:
    """Containers run as an unprivileged user on a read-only root, without capabilities, with an init process."""
    for address, container in _containers(stack):
        if container.get("user") != NOBODY:
            yield address, f"runs as {container.get('user', 'root')}"
        if not container["readonlyRootFilesystem"] or container["privileged"]:
            yield address, "writes to its root, or is privileged"
        linux = container["linuxParameters"]
        if linux.get("capabilities", {}).get("drop") != ["ALL"] or not linux.get("initProcessEnabled"):
            yield address, "keeps capabilities, or has no init process"


@guardrail(
    TASK,
    broken_by=[change(TASK, pid_mode="host"), change(TASK, network_mode="host"), change(TASK, task_role_arn=None)],
    meets="ECS.1 ECS.3",
)
def test_tasks_are_isolated(stack: Stack) -> Offences:
    """Tasks share neither network nor processes with a host, and their code has another role than their start."""
    yield from wrong(stack, TASK, network_mode="awsvpc", requires_compatibilities=["FARGATE"], pid_mode=None)
    for address, task in each(stack, TASK):
        if task.get("task_role_arn") in (None, task["execution_role_arn"]):
            yield address, "has no role of its own"


@guardrail(
    TASK,
    broken_by=[
        _container(lambda c: c.update(image="111122223333.dkr.ecr.eu-west-1.amazonaws.com/payments:latest")),
        _container(lambda c: c.update(image="public.ecr.aws/nginx/nginx:1.27")),
        _container(lambda c: c.update(image="111122223333.dkr.ecr.eu-west-1.amazonaws.com/payments")),
        lambda stack: stack.data("aws_ecr_image").clear(),
    ],
)
def test_image_is_our_own_and_fixed(stack: Stack) -> Offences:
    """The image comes from a private registry by digest or release tag, never `latest`, and the plan looks it up."""
    for address, container in _containers(stack):
        image = container["image"]
        if ".dkr.ecr." not in image or image.endswith(":latest") or not ({"@", ":"} & set(image.split("/")[-1])):
            yield address, f"runs {image}"
        if not any(lookup["repository_name"] in image for lookup in stack.data("aws_ecr_image").values()):
            yield address, "runs an image that no plan has looked up"


@guardrail(TASK, on=PROD, broken_by=[_container(lambda c: c.update(image=c["image"].split("@")[0] + ":1.2.3"))])
def test_production_runs_a_digest(stack: Stack) -> Offences:
    """Production runs a digest, which nobody can push again."""
    yield from (
        (address, container["image"])
        for address, container in _containers(stack)
        if "@sha256:" not in container["image"]
    )


@guardrail(
    TASK,
    broken_by=[
        _container(lambda c: c.pop("volumesFrom")),
        _container(lambda c: c["environment"].reverse()),
        _container(lambda c: c["environment"].append({"name": "ZZ", "value": 1})),
        change(TASK, container_definitions="${jsonencode([])}"),
    ],
)
def test_container_json_is_canonical(stack: Stack) -> Offences:
    """The definition holds everything that ECS fills in, in ECS's order: a second plan shows no difference."""
    for address, task in each(stack, TASK):
        if not task["container_definitions"].startswith("[{"):
            yield address, "is no literal JSON"
            return
        text = json.dumps(json.loads(task["container_definitions"]), sort_keys=True, separators=(",", ":"))
        if task["container_definitions"] != text:
            yield address, "is not sorted and compact"
    for address, container in _containers(stack):
        if missing := CANONICAL - set(container):
            yield address, f"lacks {sorted(missing)}"
        names = [variable["name"] for variable in container["environment"]]
        if names != sorted(names) or not all(isinstance(v["value"], str) for v in container["environment"]):
            yield address, "has variables that ECS would sort or convert"


@guardrail(
    TASK,
    broken_by=[
        _container(lambda c: c.pop("logConfiguration")),
        _container(lambda c: c["logConfiguration"]["options"].update({"awslogs-group": "/other"})),
        _container(lambda c: c.pop("healthCheck")),
        _container(lambda c: c.update(stopTimeout=300)),
    ],
    meets="ECS.9",
)
def test_containers_log_report_health_and_stop_in_time(stack: Stack) -> Offences:
    """Containers log to their group, say whether they are healthy, and get the time to finish that Fargate allows."""
    groups = {group["name"] for _, group in each(stack, "aws_cloudwatch_log_group")}
    for address, container in _containers(stack):
        if container.get("logConfiguration", {}).get("options", {}).get("awslogs-group") not in groups:
            yield address, "logs nowhere"
        if not container.get("healthCheck") or not 2 <= container["stopTimeout"] <= 120:
            yield address, "has no health check or no time to stop"


def test_the_images_page_lists_every_variable(stacks: dict[str, Stack]) -> None:
    """docs/image.md tells the image's author which variables the containers get, and no others."""
    found = {v["name"] for _, container in _containers(stacks["payments-prod"]) for v in container["environment"]}
    rows = [line.split("|")[1] for line in IMAGE_PAGE.read_text().splitlines() if line.startswith("| `")]
    assert found == set(re.findall(r"`([A-Z_]+)`", " ".join(rows)))


@guardrail(TASK, broken_by=[change(TASK, volume=[]), _container(lambda c: c.update(mountPoints=[]))])
def test_containers_can_write_to_tmp(stack: Stack) -> Offences:
    """A read-only root leaves /tmp, a volume that lives as long as the task, and nothing else to write to."""
    for address, task in each(stack, TASK):
        volumes = {volume["name"] for volume in task["volume"]}
        mounts = [m for c in json.loads(task["container_definitions"]) for m in c["mountPoints"]]
        if [(m["containerPath"], m["sourceVolume"] in volumes) for m in mounts] != [("/tmp", True)]:
            yield address, f"writes to {mounts}"
