"""ECS: the settings of a service that moto takes and forgets; what was asked for is deployed and runs at once."""

from collections.abc import Callable
from typing import Any

from moto.ecs.models import Service
from moto.ecs.responses import EC2ContainerServiceResponse

from tests.end_to_end.emulator.extension import extend

_KEPT = {
    "availabilityZoneRebalancing": "availability_zone_rebalancing",
    "capacityProviderStrategy": "capacity_provider_strategy",
    "deploymentConfiguration": "deployment_configuration",
    "enableECSManagedTags": "enable_ecs_managed_tags",
    "enableExecuteCommand": "enable_execute_command",
    "healthCheckGracePeriodSeconds": "health_check_grace_period_seconds",
}


def install() -> None:
    extend(EC2ContainerServiceResponse, create_service=_settled(EC2ContainerServiceResponse.create_service))
    extend(EC2ContainerServiceResponse, update_service=_settled(EC2ContainerServiceResponse.update_service))


def _settled(operation: Callable[[Any], Any]) -> Callable[[Any], Any]:
    def call(self: Any) -> Any:
        answer = operation(self)
        service: Service = answer.result["service"]
        for parameter, attribute in _KEPT.items():
            if (value := self._get_param(parameter)) is not None:
                setattr(service, attribute, value)
        service.running_count, service.pending_count = service.desired_count, 0
        newest = service.deployments[0]
        newest |= {"runningCount": service.desired_count, "pendingCount": 0, "rolloutState": "COMPLETED"}
        newest["taskDefinition"] = service.task_definition  # moto leaves the one of the service's creation
        service.deployments = [newest]
        return answer

    return call
