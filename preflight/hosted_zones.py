"""Hosted zones of the account by name."""

from preflight.aws import Aws
from preflight.stack import Attributes


def named(aws: Aws, name: str) -> list[Attributes]:
    """All hosted zones of exactly this name, public and private; Route 53 lists them in the order of their names."""
    answer = aws.client("route53").list_hosted_zones_by_name(DNSName=name)["HostedZones"]
    return [zone for zone in answer if zone["Name"].rstrip(".") == name.rstrip(".")]
