"""Container definitions as the canonical JSON that ECS gives back, so that a second plan shows no difference."""

import json
from collections.abc import Mapping
from typing import Any

# The user `nobody` of Debian, Alpine and distroless images.
USER = "65534:65534"


def container_definition(
    *,
    name: str,
    image: str,
    command: list[str],
    environment: Mapping[str, str],
    secrets: Mapping[str, str],
    log_group: str,
    region: str,
    stop_timeout: int,
    port: int | None,
    health_check: list[str],
) -> str:
    """One hardened container as JSON: non-root, read-only root, no capabilities, an init process that reaps children.

    ECS fills in what is left out (`cpu`, `essential`, empty lists) and answers with environment variables in its own
    order: everything it would add stands here, sorted as it sorts. `secrets` are ARNs by variable.
    """
    ports = [{"containerPort": port, "hostPort": port, "protocol": "tcp", "name": name, "appProtocol": "http"}]
    definition: dict[str, Any] = {
        "name": name,
        "image": image,
        "cpu": 0,
        "essential": True,
        "command": command,
        "environment": [{"name": key, "value": environment[key]} for key in sorted(environment)],
        "portMappings": ports if port else [],
        "mountPoints": [{"sourceVolume": "tmp", "containerPath": "/tmp", "readOnly": False}],
        "volumesFrom": [],
        "systemControls": [],
        "user": USER,
        "privileged": False,
        "readonlyRootFilesystem": True,
        "linuxParameters": {"capabilities": {"drop": ["ALL"]}, "initProcessEnabled": True},
        "stopTimeout": stop_timeout,
        "healthCheck": {
            "command": health_check,
            "interval": 15,
            "timeout": 5,
            "retries": 3,
            "startPeriod": 60,
        },
        "logConfiguration": {
            "logDriver": "awslogs",
            "options": {
                "awslogs-group": log_group,
                "awslogs-region": region,
                "awslogs-stream-prefix": name,
                # A full buffer drops lines instead of stopping payments.
                "max-buffer-size": "25m",
                "mode": "non-blocking",
            },
        },
    }
    if secrets:
        definition["secrets"] = [{"name": key, "valueFrom": secrets[key]} for key in sorted(secrets)]
    return json.dumps([definition], sort_keys=True, separators=(",", ":"))
