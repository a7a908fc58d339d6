"""EC2: the description of a security group's rule whose peer is a group or a prefix list, which moto loses."""

import inspect
from typing import Any

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
