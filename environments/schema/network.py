"""Settings of the network: address range, zones, NAT and private endpoints."""

import ipaddress
from collections.abc import Iterator
from typing import Literal

from pydantic import field_validator

from environments.schema.base import Problem, Settings

# The widest that a VPC can be, and the narrowest in which a public subnet still has the 27 bits that an ALB asks for.
WIDEST, NARROWEST = 16, 19

# What the tasks, the migration and the operators of every workspace call; more can be added by setting.
REQUIRED_ENDPOINTS = ("ecr.api", "ecr.dkr", "kms", "logs", "monitoring", "secretsmanager", "sqs", "sts")
OPTIONAL_ENDPOINTS = ("events", "sns", "ssm", "ssmmessages", "xray")


class Network(Settings):
    """One VPC. `zones` are the letters of availability zones; a zone's letter fixes its addresses."""

    cidr: str
    zones: tuple[Literal["a", "b", "c", "d"], ...]
    nat: Literal["single", "per_zone"] = "per_zone"
    extra_endpoints: tuple[Literal["events", "sns", "ssm", "ssmmessages", "xray"], ...] = ()

    @property
    def range(self) -> ipaddress.IPv4Network:
        return ipaddress.IPv4Network(self.cidr)

    @field_validator("cidr")
    @classmethod
    def _private_and_wide_enough(cls, value: str) -> str:
        try:
            network = ipaddress.IPv4Network(value, strict=False)
        except ValueError:
            raise ValueError("write an IPv4 network such as '10.20.0.0/16'") from None
        if not WIDEST <= network.prefixlen <= NARROWEST:
            raise ValueError(f"take a range from /{WIDEST} to /{NARROWEST}; /16 leaves room for more tiers")
        private = ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16")
        if not any(network.subnet_of(ipaddress.IPv4Network(block)) for block in private):
            raise ValueError("take a private range (RFC 1918): 10.0.0.0/8, 172.16.0.0/12 or 192.168.0.0/16")
        if str(network) != value:
            raise ValueError(f"write it as '{network}'")
        return value

    @field_validator("zones")
    @classmethod
    def _two_or_three(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if not 2 <= len(value) <= 3 or len(set(value)) != len(value) or list(value) != sorted(value):
            raise ValueError("name 2 or 3 different zones in order, for example ('a', 'b', 'c')")
        return value

    @field_validator("extra_endpoints")
    @classmethod
    def _once(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if len(set(value)) != len(value):
            raise ValueError("name each endpoint once")
        return value

    def production_problems(self) -> Iterator[Problem]:
        if len(self.zones) < 3:
            yield Problem("zones", self.zones, "prod needs 3 zones, so that losing one leaves two")
        if self.nat != "per_zone":
            yield Problem("nat", self.nat, "prod needs 'per_zone', so that losing a zone cuts off no other")
