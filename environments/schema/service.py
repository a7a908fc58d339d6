"""Settings of the two ECS services, `api` and `worker`."""

import re
from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from environments.schema.base import Problem, Settings
from environments.schema.sentences import Misfit, matching

# Fargate's pairs: CPU units -> memory in MiB. Source: "Task CPU and memory" in the Amazon ECS developer guide.
FARGATE: dict[int, range] = {
    256: range(512, 2048 + 1, 512),
    512: range(1024, 4096 + 1, 1024),
    1024: range(2048, 8192 + 1, 1024),
    2048: range(4096, 16384 + 1, 1024),
    4096: range(8192, 30720 + 1, 1024),
    8192: range(16384, 61440 + 1, 4096),
    16384: range(32768, 122880 + 1, 8192),
}
# 256 units take 512, 1024 or 2048 MiB, not 1536.
_NOT_OFFERED = {(256, 1536)}

_IMAGE = re.compile(
    r"(?P<registry>\d{12})\.dkr\.ecr\.(?P<region>[a-z0-9-]+)\.amazonaws\.com/(?P<repository>[a-z0-9][a-z0-9._/-]*)"
    r"(?::(?P<tag>[A-Za-z0-9_][A-Za-z0-9._-]{0,127}))?(?:@(?P<digest>sha256:[0-9a-f]{64}))?"
)
_EXAMPLE = "111122223333.dkr.ecr.eu-west-1.amazonaws.com/payments@sha256:<64 hex digits>"


def check_image(value: str) -> str:
    """Returns an image URI of a private ECR repository with a digest or a fixed tag; raises ValueError otherwise."""
    match = _IMAGE.fullmatch(value)
    if not match:
        raise ValueError(f"write an image of a private ECR repository by digest or tag, like {_EXAMPLE}")
    if match["tag"] == "latest":
        raise ValueError("'latest' is whatever was pushed last; name a release tag or, better, a digest")
    if not match["tag"] and not match["digest"]:
        raise ValueError("the image has neither tag nor digest, which means 'latest'; add a digest (@sha256:...)")
    if match["digest"] and len(set(match["digest"].removeprefix("sha256:"))) < 6:
        raise ValueError("this digest is a placeholder; `docker push` and ECR print the real one")
    return value


Image = Annotated[str, AfterValidator(check_image)]


def image_parts(image: str) -> dict[str, str | None]:
    """registry (account id), region, repository, tag, digest of a checked image."""
    match = _IMAGE.fullmatch(image)
    assert match, image
    return match.groupdict()


class Task(Settings):
    """Size and number of one service's tasks: `cpu` in CPU units (1024 = 1 vCPU), `memory` in MiB."""

    cpu: int
    memory: int
    min_tasks: int = Field(default=2, ge=1, le=500)
    max_tasks: int = Field(default=10, ge=1, le=500)

    @model_validator(mode="after")
    def _offered_by_fargate(self) -> "Task":
        if self.cpu not in FARGATE:
            raise Misfit("cpu", self.cpu, f"Fargate does not offer it; take one of {', '.join(map(str, FARGATE))}")
        offered = FARGATE[self.cpu]
        if self.memory not in offered or (self.cpu, self.memory) in _NOT_OFFERED:
            near = sorted((m for m in offered if (self.cpu, m) not in _NOT_OFFERED), key=lambda m: abs(m - self.memory))
            raise Misfit(
                "memory",
                self.memory,
                f"Fargate does not pair it with cpu {self.cpu}; nearest is {near[0]} "
                f"(offered from {offered[0]} to {offered[-1]} MiB)",
            )
        if self.min_tasks > self.max_tasks:
            raise Misfit("min_tasks", self.min_tasks, f"is above max_tasks {self.max_tasks}; swap them")
        return self

    def production_problems(self) -> Iterator[Problem]:
        if self.min_tasks < 2:
            yield Problem("min_tasks", self.min_tasks, "prod needs 2 or more, so that a task lost is no outage")


class Secret(Settings):
    """An environment variable of both services, whose value ECS takes from Secrets Manager when it starts a task."""

    name: Annotated[str, matching(r"[A-Z][A-Z0-9_]*", "a variable's name in capitals, like 'CARD_NETWORK_KEY'")]
    arn: Annotated[
        str,
        matching(
            r"arn:aws[a-z-]*:secretsmanager:[a-z0-9-]+:\d{12}:secret:[\w/+=.@-]+-[A-Za-z0-9]{6}",
            "the secret's whole ARN, like 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:card-network-AbCdEf'",
        ),
    ]


class Service(Settings):
    """The container image that both services run, and how each runs it."""

    image: Image
    cpu_architecture: Literal["ARM64", "X86_64"] = "ARM64"
    api: Task
    worker: Task
    container_port: int = Field(default=8080, ge=1024, le=65535)
    health_check_path: Annotated[
        str, matching(r"/[A-Za-z0-9/_-]*", "a path of letters, digits and / _ -, like '/health'")
    ] = "/health"
    secrets: tuple[Secret, ...] = ()
    # Share of the tasks above `min_tasks` that run on Fargate Spot, in percent; the others are never interrupted.
    spot_percent: int = Field(default=0, ge=0, le=90)
    # `aws ecs execute-command` into running tasks.
    execute_command: bool = False
    # Seconds a task gets between SIGTERM and SIGKILL; Fargate's longest is 120.
    stop_timeout: int = Field(default=60, ge=2, le=120)

    @model_validator(mode="after")
    def _one_secret_a_name(self) -> "Service":
        names = [secret.name for secret in self.secrets]
        if twice := sorted({name for name in names if names.count(name) > 1}):
            raise Misfit("secrets", names, f"names {', '.join(twice)} twice; each variable has one value")
        return self

    def production_problems(self) -> Iterator[Problem]:
        if "@sha256:" not in self.image:
            yield Problem("image", self.image, "prod needs a digest (@sha256:...), a tag can be pushed again")
        if self.execute_command:
            yield Problem("execute_command", True, "prod needs False, nobody enters a running task")
        for name, task in (("api", self.api), ("worker", self.worker)):
            yield from (problem.under(name) for problem in task.production_problems())
