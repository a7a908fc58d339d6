"""One dashboard a workspace: a row a component, alarms on top."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from cdktf_cdktf_provider_aws.cloudwatch_dashboard import CloudwatchDashboard
from constructs import Construct

from constructs_lib.alarms import Metric

WIDTH = 24  # grid columns of a CloudWatch dashboard
HEIGHT = 6


@dataclass(frozen=True)
class Graph:
    """One graph of a component's row: title and, for each line, its label and metric."""

    title: str
    lines: Mapping[str, Metric]


class Dashboard(Construct):
    """Lays out a heading and a row of graphs for each component, in the order given."""

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        name: str,
        region: str,
        alarm_arns: Sequence[str],
        rows: Mapping[str, Sequence[Graph]],
    ) -> None:
        super().__init__(scope, id_)
        widgets: list[dict[str, object]] = [
            {
                "type": "alarm",
                **_place(0, 0, WIDTH, HEIGHT),
                "properties": {
                    "title": "Alarms",
                    "alarms": list(alarm_arns),
                    "sortBy": "stateUpdatedTimestamp",
                },
            }
        ]
        y = HEIGHT
        for heading, graphs in rows.items():
            widgets.append({"type": "text", **_place(0, y, WIDTH, 1), "properties": {"markdown": f"## {heading}"}})
            width = WIDTH // len(graphs)
            widgets += [
                {
                    "type": "metric",
                    **_place(column * width, y + 1, width, HEIGHT),
                    "properties": _graph(graph, region),
                }
                for column, graph in enumerate(graphs)
            ]
            y += 1 + HEIGHT
        CloudwatchDashboard(
            self,
            "Dashboard",
            dashboard_name=name,
            dashboard_body=json.dumps({"start": "-PT6H", "widgets": widgets}),
        )


def _place(x: int, y: int, width: int, height: int) -> dict[str, int]:
    return {"x": x, "y": y, "width": width, "height": height}


def _graph(graph: Graph, region: str) -> dict[str, object]:
    lines = [
        [
            metric.namespace,
            metric.name,
            *(part for pair in metric.dimensions.items() for part in pair),
            {"label": label, "stat": metric.stat, "period": metric.period},
        ]
        for label, metric in graph.lines.items()
    ]
    return {"title": graph.title, "region": region, "view": "timeSeries", "stacked": False, "metrics": lines}
