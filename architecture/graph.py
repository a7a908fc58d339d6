"""What a stack consists of and who reaches whom, read from its `cdk.tf.json`."""

import itertools
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

Attributes = dict[str, Any]

# The resources that a reader looks for, and what they are called; like ones of a component are counted together.
SHOWN = {
    "aws_wafv2_web_acl": "WAF",
    "aws_lb": "Application Load Balancer",
    "aws_nat_gateway": "NAT gateway",
    "aws_ecs_service": "ECS Fargate",
    "aws_lambda_function": "Lambda",
    "aws_vpc_endpoint": "VPC endpoint",
    "aws_rds_cluster": "Aurora PostgreSQL",
    "aws_elasticache_replication_group": "Valkey",
    "aws_sqs_queue": "SQS",
    "aws_secretsmanager_secret": "Secrets Manager",
    "aws_cloudwatch_metric_alarm": "CloudWatch alarms",
    "aws_cloudwatch_dashboard": "CloudWatch dashboard",
    "aws_sns_topic": "SNS",
    "aws_backup_vault": "Backup vault",
}
# Told apart by name; the others of a type are one box with a number.
SINGLE = ("aws_ecs_service", "aws_lambda_function", "aws_sqs_queue")
RELATIONS = {
    ("aws_sqs_queue", "aws_sqs_queue"): "given up",
    ("aws_cloudwatch_metric_alarm", "aws_sns_topic"): "alarm, ok",
}
INTERNET = "internet"
_REFERENCE = re.compile(r"\$\{(aws_[a-z0-9_]+)\.([A-Za-z0-9_-]+)[.}]")

Address = tuple[str, str]


@dataclass(frozen=True)
class Node:
    """One box: `tier` is the subnets' tier that its resources live in, "" for a service outside the VPC."""

    id: str
    label: str
    tier: str


@dataclass(frozen=True)
class Edge:
    """`label` is a port for traffic, and an action for a permission."""

    source: str
    target: str
    label: str
    dotted: bool = False


class Graph:
    """Nodes and edges of one stack."""

    def __init__(self, module: dict[str, Any]) -> None:
        self._stack = module["//"]["metadata"]["stackName"]
        self._resources: dict[Address, Attributes] = {
            (type_, id_): attributes for type_, all_ in module["resource"].items() for id_, attributes in all_.items()
        }
        self._references = {
            address: {found for found in _REFERENCE.findall(json.dumps(a)) if found in self._resources} - {address}
            for address, a in self._resources.items()
        }
        self._boxes = {address: _box(address, a) for address, a in self._resources.items() if address[0] in SHOWN}
        self.nodes = list(self._nodes())
        self.edges = _joined([*self._traffic(), *self._permissions(), *self._relations()])

    def _nodes(self) -> Iterator[Node]:
        for box in dict.fromkeys(self._boxes.values()):
            addresses = [address for address, other in self._boxes.items() if other == box]
            tiers = {tier for address in addresses for tier in self._tiers(address)}
            yield Node(box, self._label(addresses), min(tiers, default=""))

    def _label(self, addresses: list[Address]) -> str:
        type_, _ = addresses[0]
        attributes = self._resources[addresses[0]]
        label = SHOWN[type_]
        if type_ in SINGLE:
            name = attributes.get("name") or attributes["function_name"]
            return f"{label} {name.removeprefix(self._stack + '-')}"
        if type_ == "aws_rds_cluster":
            instances = len([a for a in self._resources if a[0] == "aws_rds_cluster_instance"])
            return f"{label} {attributes['engine_version']}, {_many(instances, 'instance')}"
        if type_ == "aws_elasticache_replication_group":
            return f"{label} {attributes['engine_version']}, {_many(attributes['num_cache_clusters'], 'node')}"
        return label if len(addresses) == 1 else f"{len(addresses)} × {label}"  # noqa: RUF001

    def _tiers(self, address: Address) -> Iterator[str]:
        """The tiers of the subnets that a resource names, or that the subnet group it names does."""
        for found in self._references[address]:
            if found[0] == "aws_subnet":
                yield self._resources[found]["tags"]["Tier"]
            elif found[0].endswith("subnet_group"):
                yield from self._tiers(found)

    def _users(self, target: Address) -> set[str]:
        """Boxes whose resources name `target` themselves, or through a task definition or a role."""
        boxes: set[str] = set()
        for address in self._resources:
            if target in self._references[address]:
                if address in self._boxes:
                    boxes.add(self._boxes[address])
                elif address[0] == "aws_ecs_task_definition":
                    boxes |= self._users(address)
        return boxes

    def _traffic(self) -> Iterator[Edge]:
        nat = {box for (type_, _), box in self._boxes.items() if type_ == "aws_nat_gateway"}
        for (type_, _), rule in self._resources.items():
            if type_ == "aws_vpc_security_group_ingress_rule":
                peer = rule.get("referenced_security_group_id")
                sources = self._users(_only(peer)) if peer else {INTERNET}
                targets = self._users(_only(rule["security_group_id"]))
            elif type_ == "aws_vpc_security_group_egress_rule" and "cidr_ipv4" in rule:
                sources, targets = self._users(_only(rule["security_group_id"])), nat
            else:
                continue
            for source, target in itertools.product(sources, targets):
                yield Edge(source, target, str(rule["from_port"]))
        yield from (Edge(box, INTERNET, "443") for box in nat)

    def _relations(self) -> Iterator[Edge]:
        for address, found in self._references.items():
            for other in found:
                if label := RELATIONS.get((address[0], other[0])):
                    yield Edge(self._boxes[address], self._boxes[other], label, dotted=True)
            if address[0] == "aws_wafv2_web_acl_association":
                box = {other[0]: self._boxes[other] for other in found}
                yield Edge(box["aws_wafv2_web_acl"], box["aws_lb"], "guards", dotted=True)

    def _permissions(self) -> Iterator[Edge]:
        for (type_, _), attributes in self._resources.items():
            if type_ != "aws_iam_role_policy":
                continue
            users = self._users(_only(attributes["role"]))
            for statement in json.loads(attributes["policy"])["Statement"]:
                found = set(_REFERENCE.findall(json.dumps(statement["Resource"])))
                actions = statement["Action"]
                verbs = [actions] if isinstance(actions, str) else actions
                for target in {self._boxes[address] for address in found if address in self._boxes}:
                    for source in users - {target}:
                        yield Edge(source, target, _summary(verbs), dotted=True)


def _box(address: Address, attributes: Attributes) -> str:
    type_, id_ = address
    component = attributes["//"]["metadata"]["path"].split("/")[1]
    return f"{component}_{type_}_{id_}" if type_ in SINGLE else f"{component}_{type_}"


def _joined(edges: list[Edge]) -> list[Edge]:
    """One edge for each pair of boxes, with all labels: ports first, then permissions."""
    pairs: dict[tuple[str, str], list[Edge]] = {}
    for edge in sorted(edges, key=lambda e: (e.dotted, e.source, e.target, e.label)):
        pairs.setdefault((edge.source, edge.target), []).append(edge)
    return [
        Edge(source, target, ", ".join(dict.fromkeys(edge.label for edge in found)), found[0].dotted)
        for (source, target), found in pairs.items()
    ]


def _only(reference: str) -> Address:
    (found,) = _REFERENCE.findall(reference)
    return found[0], found[1]


def _many(count: int, what: str) -> str:
    return f"{count} {what}{'s' * (count != 1)}"


def _summary(actions: list[str]) -> str:
    """The one verb that says most: what changes something before what only looks."""
    verbs = [action.partition(":")[2] for action in actions]
    telling = ("SendMessage", "ReceiveMessage", "PutSecretValue", "GetSecretValue", "connect", "Connect")
    return next((verb for verb in telling if verb in verbs), verbs[0])
