"""EC2: what moto loses of security groups' rules, and what it keeps of things that are deleted.

Lost is the description of a rule whose peer is a group or a prefix list. Kept are the network interface of a NAT
gateway, which would hold the VPC's default group for ever, endpoints, a VPC's own network ACL, and the tags of a flow
log, by which a recovery would find it again.
"""

import inspect
from typing import Any

from moto.ec2.models import EC2Backend
from moto.ec2.models.security_groups import SecurityGroupRule

from tests.end_to_end.emulator.extension import extend


def install() -> None:
    original = SecurityGroupRule.__init__
    signature = inspect.signature(original)

    def init(self: Any, *arguments: Any, **named: Any) -> None:
        original(self, *arguments, **named)
        given = signature.bind(self, *arguments, **named).arguments
        self.prefix_list = given.get("prefix_list_id") or {}

    def description(self: Any) -> str | None:
        peers = (self.ip_range, self.source_group, self.prefix_list)
        return next((peer["Description"] for peer in peers if peer.get("Description")), None)

    extend(SecurityGroupRule, __init__=init)
    extend(SecurityGroupRule, description=property(description))
    extend(EC2Backend, delete_nat_gateway=_with_its_interface(EC2Backend.delete_nat_gateway))
    extend(EC2Backend, delete_vpc_endpoints=_gone_from("vpc_end_points", EC2Backend.delete_vpc_endpoints))
    extend(EC2Backend, delete_flow_logs=_gone_from("tags", EC2Backend.delete_flow_logs))
    extend(EC2Backend, delete_vpc=_with_its_acl(EC2Backend.delete_vpc))


def _with_its_interface(original: Any) -> Any:
    def call(self: Any, nat_gateway_id: str) -> Any:
        gateway = original(self, nat_gateway_id)
        self.enis.pop(gateway._eni.id, None)
        return gateway

    return call


def _gone_from(kept: str, original: Any) -> Any:
    """Takes the ids, which are the only parameter, out of the backend's mapping `kept`, too."""

    def call(self: Any, *arguments: Any, **named: Any) -> None:
        original(self, *arguments, **named)
        [ids] = [*arguments, *named.values()]
        for id_ in ids:
            getattr(self, kept).pop(id_, None)

    return call


def _with_its_acl(original: Any) -> Any:
    def call(self: Any, vpc_id: str) -> Any:
        vpc = original(self, vpc_id)
        for acl in [acl for acl in self.network_acls.values() if acl.vpc_id == vpc_id]:
            del self.network_acls[acl.id]
        return vpc

    return call
