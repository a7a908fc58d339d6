"""The picture in the README is drawn from the JSON of production, and from nothing else."""

from pathlib import Path

import pytest

from architecture.__main__ import BEGIN, END, drawn_into, main
from architecture.graph import Graph
from tests.stack import Stack

README = Path(__file__).resolve().parents[2] / "README.md"


@pytest.fixture
def prod(stacks: dict[str, Stack]) -> Stack:
    return stacks["payments-prod"]


def labels(graph: Graph) -> dict[str, str]:
    return {**{node.id: node.label for node in graph.nodes}, "internet": "Internet"}


def edges(stack: Stack) -> set[tuple[str, str, str]]:
    graph = Graph(stack.module)
    name = labels(graph)
    return {(name[edge.source], name[edge.target], edge.label) for edge in graph.edges}


def test_readme_shows_production_as_it_is_synthesized(prod: Stack) -> None:
    text = README.read_text()
    assert text == drawn_into(text, prod.module), "the architecture has changed: run `make picture`"


def test_traffic_and_permissions_are_those_of_the_stack(prod: Stack) -> None:
    found = edges(prod)
    for edge in (
        ("Internet", "Application Load Balancer", "443"),
        ("Application Load Balancer", "ECS Fargate api", "8080"),
        ("ECS Fargate worker", "Aurora PostgreSQL 17.7, 3 instances", "5433, connect"),
        ("ECS Fargate worker", "SQS payments", "ReceiveMessage"),
        ("Lambda migration", "Secrets Manager", "GetSecretValue"),
    ):
        assert edge in found
    assert not [edge for edge in found if edge[0] == "Internet" and edge[1] != "Application Load Balancer"]


def test_an_opened_security_group_appears(prod: Stack) -> None:
    broken = prod.changed()
    rules = broken.all("aws_vpc_security_group_ingress_rule")
    rule = next(rule for id_, rule in rules.items() if "DatabaseGroup_FromApi" in id_)
    del rule["referenced_security_group_id"]
    rule["cidr_ipv4"] = "0.0.0.0/0"
    assert ("Internet", "Aurora PostgreSQL 17.7, 3 instances", "5433") in edges(broken)


def test_tiers_are_those_of_the_subnets(prod: Stack) -> None:
    tiers = {node.label: node.tier for node in Graph(prod.module).nodes}
    assert tiers["Application Load Balancer"] == "public"
    assert tiers["ECS Fargate api"] == "private"
    assert tiers["Aurora PostgreSQL 17.7, 3 instances"] == "data"
    assert tiers["Valkey 8.1, 3 nodes"] == "data"


def test_document_without_markers_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source, document = tmp_path / "cdk.tf.json", tmp_path / "README.md"
    source.write_text('{"resource": {}}')
    document.write_text("# Nothing here\n")
    assert main([str(source), str(document)]) == 2
    assert BEGIN in capsys.readouterr().err
    assert document.read_text() == "# Nothing here\n"
    assert END not in document.read_text()
