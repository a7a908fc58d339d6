"""Security groups: each rule a resource of its own, from a named peer to one port; the internet reaches 443 alone."""

import json

from tests.guardrails.guardrail import Offences, add, change, each, guardrail, remove
from tests.stack import Stack

INGRESS, EGRESS = "aws_vpc_security_group_ingress_rule", "aws_vpc_security_group_egress_rule"
ANYWHERE = ("0.0.0.0/0", "::/0")
# Who may call the internet: card networks and banks are reached by the two services alone.
CALL_OUT = ("ApiGroup", "WorkerGroup")
# What only answers, and so opens no connection of its own.
ANSWER = ("DatabaseGroup", "CacheGroup", "EndpointGroup")


@guardrail(
    "aws_security_group",
    broken_by=[
        change("aws_security_group", ingress=[{"from_port": 22}]),
        change("aws_security_group", egress=[{"from_port": 0}]),
        add("aws_security_group_rule", type="ingress"),
    ],
)
def test_rules_stand_alone(stack: Stack) -> Offences:
    """Rules are resources of their own: inline rules and standalone ones undo each other for ever."""
    for address, group in each(stack, "aws_security_group"):
        yield from ((address, f"has inline {key} rules") for key in ("ingress", "egress") if key in group)
    yield from ((address, "is the old kind of rule") for address, _ in each(stack, "aws_security_group_rule"))


@guardrail(
    INGRESS,
    broken_by=[
        change(INGRESS, "FromInternet", from_port=22, to_port=22),
        change(INGRESS, "FromInternet", ip_protocol="-1"),
        change(INGRESS, "DatabaseGroup", referenced_security_group_id=None, cidr_ipv4="0.0.0.0/0"),
        add(INGRESS, security_group_id="sg-1", cidr_ipv6="::/0", from_port=443, to_port=443, ip_protocol="tcp"),
        add(INGRESS, security_group_id="sg-1", cidr_ipv4="0.0.0.0/0", from_port=443, to_port=443, ip_protocol="tcp"),
    ],
    meets="EC2.13 EC2.14 EC2.18 EC2.19 EC2.53 EC2.54",
)
def test_internet_reaches_the_load_balancer_on_443_alone(stack: Stack) -> Offences:
    """From the internet only the load balancer is reached, and only on port 443."""
    for address, rule in each(stack, INGRESS):
        if rule.get("cidr_ipv4") not in ANYWHERE and rule.get("cidr_ipv6") not in ANYWHERE:
            continue
        https = (rule["ip_protocol"], rule.get("from_port"), rule.get("to_port")) == ("tcp", 443, 443)
        if "LoadBalancerGroup" not in rule["security_group_id"] or not https or "cidr_ipv6" in rule:
            yield address, "is open to the internet"


@guardrail(
    INGRESS,
    EGRESS,
    broken_by=[
        change(INGRESS, "DatabaseGroup", ip_protocol="-1"),
        change(INGRESS, "DatabaseGroup", from_port=0),
        change(INGRESS, "DatabaseGroup", cidr_ipv4="10.0.0.0/8"),
        change(EGRESS, "ToDatabase", description=None),
    ],
)
def test_each_rule_opens_one_port_to_one_peer(stack: Stack) -> Offences:
    """A rule opens one TCP port to one named group or list, and says what for."""
    for address, rule in each(stack, INGRESS, EGRESS):
        peers = [k for k in ("referenced_security_group_id", "prefix_list_id", "cidr_ipv4", "cidr_ipv6") if k in rule]
        if len(peers) != 1 or ("cidr_ipv4" in rule and rule["cidr_ipv4"] not in ANYWHERE):
            yield address, "does not name one peer"
        if rule["ip_protocol"] != "tcp" or rule.get("from_port") != rule.get("to_port"):
            yield address, "opens more than one port"
        if not rule.get("description"):
            yield address, "does not say what for"


@guardrail(
    EGRESS,
    broken_by=[
        change(EGRESS, "ToInternet", from_port=80, to_port=80),
        change(EGRESS, "ToInternet", security_group_id="${aws_security_group.Network_MigrationGroup_1.id}"),
        change(EGRESS, "ToDatabase", security_group_id="${aws_security_group.Network_DatabaseGroup_1.id}"),
        change(EGRESS, "ToDatabase", referenced_security_group_id=None, cidr_ipv4="0.0.0.0/0"),
    ],
)
def test_egress_is_narrow(stack: Stack) -> Offences:
    """Only the services call the internet, over HTTPS; database, cache and endpoints open no connection at all."""
    for address, rule in each(stack, EGRESS):
        owner = rule["security_group_id"]
        if rule.get("cidr_ipv4") in ANYWHERE and (rule["to_port"] != 443 or not any(g in owner for g in CALL_OUT)):
            yield address, "reaches the whole internet"
        if any(group in owner for group in ANSWER):
            yield address, "lets a component call out that only answers"


@guardrail(INGRESS, broken_by=[remove(EGRESS, "ToDatabase"), change(INGRESS, "DatabaseGroup", from_port=9, to_port=9)])
def test_both_ends_of_a_connection_are_open(stack: Stack) -> Offences:
    """What one group lets in, its peer lets out: the same port, between the same two groups."""
    out = {
        (rule["security_group_id"], rule.get("referenced_security_group_id"), rule["to_port"])
        for _, rule in each(stack, EGRESS)
    }
    for address, rule in each(stack, INGRESS):
        peer = rule.get("referenced_security_group_id")
        if peer and (peer, rule["security_group_id"], rule["to_port"]) not in out:
            yield address, "waits for a peer that may not call"


@guardrail(
    "aws_vpc",
    "aws_default_security_group",
    broken_by=[
        remove("aws_default_security_group"),
        change("aws_default_security_group", ingress=[{"protocol": "-1", "self": True}]),
        change("aws_default_security_group", egress=[{"protocol": "-1"}]),
    ],
    meets="EC2.2",
)
def test_default_security_group_is_empty(stack: Stack) -> Offences:
    """Each VPC's default security group is taken over and has no rule."""
    groups = list(each(stack, "aws_default_security_group"))
    if len(groups) != len(stack.all("aws_vpc")):
        yield "aws_vpc", "keeps a default security group with AWS's rules"
    for address, group in groups:
        yield from ((address, f"has {key} rules") for key in ("ingress", "egress") if group.get(key))


@guardrail("aws_security_group", broken_by=[change("aws_ecs_service", network_configuration={"security_groups": []})])
def test_every_security_group_is_used(stack: Stack) -> Offences:
    """Every security group guards something."""
    users = json.dumps([a for type_, _, a in stack.each() if "security_group" not in type_])
    for address, _ in each(stack, "aws_security_group"):
        if f"${{{address}.id}}" not in users:
            yield address, "is attached to nothing"


@guardrail("aws_security_group", broken_by=[change("aws_security_group", lifecycle=None)])
def test_groups_are_replaced_without_a_gap(stack: Stack) -> Offences:
    """A group that must be replaced exists beside the old one while its users move over."""
    for address, group in each(stack, "aws_security_group"):
        if not group.get("lifecycle", {}).get("create_before_destroy") or "name_prefix" not in group:
            yield address, "is destroyed first, while it is still in use"
