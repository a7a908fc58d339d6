"""A graph as a Mermaid flowchart, which GitHub draws."""

from collections.abc import Iterator

from architecture.graph import INTERNET, Graph, Node

TIERS = {"public": "Public subnets", "private": "Private subnets", "data": "Data subnets, no route to the internet"}


def flowchart(graph: Graph) -> str:
    """Solid arrows are traffic that security groups let pass, with its port; dotted ones are
    IAM permissions and what else belongs together.
    """
    return "\n".join(_lines(graph)) + "\n"


def _lines(graph: Graph) -> Iterator[str]:
    ids = {node.id: f"n{number}" for number, node in enumerate(graph.nodes)}
    ids[INTERNET] = INTERNET
    yield "flowchart LR"
    yield f"  {INTERNET}((Internet))"
    yield "  subgraph vpc[VPC]"
    for tier, title in TIERS.items():
        yield f"    subgraph {tier}[{title}]"
        yield from (f"      {_node(ids[node.id], node)}" for node in graph.nodes if node.tier == tier)
        yield "    end"
    yield "  end"
    outside = [node for node in graph.nodes if not node.tier]
    connected = {box for edge in graph.edges for box in (edge.source, edge.target)}
    yield from (f"  {_node(ids[node.id], node)}" for node in outside if node.id in connected)
    yield "  subgraph whole[For the whole workspace]"
    yield from (f"    {_node(ids[node.id], node)}" for node in outside if node.id not in connected)
    yield "  end"
    for edge in graph.edges:
        arrow = "-.->" if edge.dotted else "-->"
        yield f"  {ids[edge.source]} {arrow}|{edge.label}| {ids[edge.target]}"


def _node(id_: str, node: Node) -> str:
    return f'{id_}["{node.label}"]'
