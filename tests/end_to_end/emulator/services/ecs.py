"""ECS: the settings of a service that moto takes and forgets; what was asked for is deployed and runs at once.

moto makes a cluster or a service that exists a second time: AWS answers with the cluster, and refuses the service.
"""

from collections.abc import Callable
from typing import Any

from moto.ecs.exceptions import InvalidParameterException
from moto.ecs.models import Cluster, EC2ContainerServiceBackend, Service
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
    extend(EC2ContainerServiceBackend, create_cluster=_once(EC2ContainerServiceBackend.create_cluster))
    extend(EC2ContainerServiceBackend, create_service=_refused(EC2ContainerServiceBackend.create_service))
    extend(EC2ContainerServiceResponse, create_service=_settled(EC2ContainerServiceResponse.create_service))
    extend(EC2ContainerServiceResponse, update_service=_settled(EC2ContainerServiceResponse.update_service))


def _once(original: Any) -> Any:
    def call(self: Any, cluster_name: str, *arguments: Any, **named: Any) -> Cluster:
        known: Cluster | None = self.clusters.get(cluster_name)
        return known if known and known.status == "ACTIVE" else original(self, cluster_name, *arguments, **named)

    return call


def _refused(original: Any) -> Any:
    def call(self: Any, cluster_str: str, service_name: str, *arguments: Any, **named: Any) -> Service:
        known = self.services.get(f"{cluster_str.rpartition('/')[2]}:{service_name}")
        if known and known.status == "ACTIVE":
            raise InvalidParameterException("Creation of service was not idempotent.")
        service: Service = original(self, cluster_str, service_name, *arguments, **named)
        return service

    return call


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
