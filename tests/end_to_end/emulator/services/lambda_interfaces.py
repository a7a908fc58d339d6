"""Lambda and EC2: a function's network interfaces, which outlive it and hold its security groups and subnets.

AWS keeps them for 35 to 60 minutes after the function was deleted, this emulator for LINGER seconds; moto has none.
"""

import threading
import uuid
from typing import Any

from moto.awslambda.models import LambdaBackend
from moto.ec2.exceptions import DependencyViolationError
from moto.ec2.models import EC2Backend, ec2_backends

from tests.end_to_end.emulator.extension import extend

LINGER = 20.0
PREFIX = "AWS Lambda VPC ENI"


def install() -> None:
    extend(
        LambdaBackend,
        create_function=_create(LambdaBackend.create_function),
        update_function_configuration=_update(LambdaBackend.update_function_configuration),
        delete_function=_delete(LambdaBackend.delete_function),
    )
    extend(
        EC2Backend,
        delete_security_group=_refuse_group(EC2Backend.delete_security_group),
        delete_subnet=_refuse_subnet(EC2Backend.delete_subnet),
    )


def _create(original: Any) -> Any:
    def call(self: Any, spec: dict[str, Any]) -> Any:
        function, ec2 = original(self, spec), ec2_backends[self.account_id][self.region_name]
        network = spec.get("VpcConfig") or {}
        for subnet in network.get("SubnetIds", []):
            interface = ec2.create_network_interface(
                subnet,
                private_ip_address="",
                group_ids=network["SecurityGroupIds"],
                description=f"{PREFIX}-{spec['FunctionName']}-{uuid.uuid4()}",
            )
            interface.status, interface.interface_type = "in-use", "lambda"
        return function

    return call


def _update(original: Any) -> Any:
    def call(self: Any, function_name: str, qualifier: str, body: dict[str, Any]) -> Any:
        answer = original(self, function_name, qualifier, body)
        groups = (body.get("VpcConfig") or {}).get("SecurityGroupIds")
        if groups:
            ec2 = ec2_backends[self.account_id][self.region_name]
            for interface in _interfaces(ec2, function_name):
                interface._group_set = [ec2.get_security_group_from_id(group) for group in groups]
        return answer

    return call


def _delete(original: Any) -> Any:
    def call(self: Any, function_name: str, qualifier: str | None = None) -> None:
        original(self, function_name, qualifier)
        ec2 = ec2_backends[self.account_id][self.region_name]
        for interface in _interfaces(ec2, function_name):
            release = threading.Timer(LINGER, ec2.enis.pop, (interface.id, None))
            release.daemon = True
            release.start()

    return call


def _interfaces(ec2: Any, function: str) -> list[Any]:
    """Those of a function, by its name or ARN."""
    name = function.rpartition(":")[2]
    return [one for one in ec2.enis.values() if one.description.startswith(f"{PREFIX}-{name}-")]


def _refuse_group(original: Any) -> Any:
    def call(self: Any, name: str | None = None, group_id: str | None = None) -> Any:
        held = [one.id for one in self.enis.values() if group_id in {group.id for group in one.group_set}]
        if held:
            raise DependencyViolationError(f"resource {group_id} has a dependent object {held[0]}")
        return original(self, name, group_id)

    return call


def _refuse_subnet(original: Any) -> Any:
    def call(self: Any, subnet_id: str) -> Any:
        held = [
            one.id for one in self.enis.values() if one.subnet.id == subnet_id and one.description.startswith(PREFIX)
        ]
        if held:
            raise DependencyViolationError(f"The subnet '{subnet_id}' has dependencies and cannot be deleted.")
        return original(self, subnet_id)

    return call
