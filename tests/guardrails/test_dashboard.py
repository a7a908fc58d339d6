"""The dashboard: everything on one page, alarms on top, a row of graphs for each component."""

import json
from collections.abc import Callable
from typing import Any

from tests.guardrails.guardrail import Change, Offences, add, each, edit_json, guardrail, remove
from tests.guardrails.test_monitoring import ALARM, FILTER, unknown
from tests.stack import Stack

DASHBOARD = "aws_cloudwatch_dashboard"
# A row's heading, and the namespaces that its graphs must come from.
ROWS = {
    "Load balancer": {"AWS/ApplicationELB"},
    "API": {"AWS/ECS", "ECS/ContainerInsights"},
    "Worker": {"AWS/ECS", "ECS/ContainerInsights"},
    "Aurora PostgreSQL": {"AWS/RDS"},
    "Valkey": {"AWS/ElastiCache"},
    "Queue": {"AWS/SQS"},
    "Migration": {"AWS/Lambda"},
    "Backup": {"AWS/Backup"},
    "Firewall and NAT": {"AWS/WAFV2", "AWS/NATGateway"},
}
WIDTH = 24  # columns of CloudWatch's grid


def _widgets(stack: Stack) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(stack.one(DASHBOARD)["dashboard_body"])["widgets"]
    return found


def _change(how: Callable[[list[dict[str, Any]]], Any]) -> Change:
    return edit_json(DASHBOARD, "dashboard_body", lambda body: how(body["widgets"]))


def _without(kind: str) -> Change:
    return _change(lambda widgets: widgets.remove(next(w for w in widgets if w["type"] == kind)))


def _drop(namespace: str) -> Change:
    def how(widgets: list[dict[str, Any]]) -> None:
        widgets[:] = [widget for widget in widgets if namespace not in str(widget)]

    return _change(how)


@guardrail(
    DASHBOARD,
    ALARM,
    broken_by=[
        remove(DASHBOARD),
        _without("alarm"),
        add(ALARM, alarm_name="payments-new"),
        _change(lambda widgets: widgets[0]["properties"]["alarms"].pop()),
        _change(lambda widgets: widgets[0]["properties"]["alarms"].append("arn:aws:cloudwatch:::alarm:gone")),
    ],
)
def test_every_alarm_is_on_the_dashboard(stack: Stack) -> Offences:
    """Where there are alarms there is a dashboard, and it shows the state of every one of them."""
    if not stack.all(DASHBOARD):
        yield DASHBOARD, "there are alarms and no dashboard"
        return
    shown = {
        a.rpartition(":alarm:")[2] for w in _widgets(stack) if w["type"] == "alarm" for a in w["properties"]["alarms"]
    }
    for name in {alarm["alarm_name"] for _, alarm in each(stack, ALARM)} ^ shown:
        yield DASHBOARD, f"{name} is missing, or does not exist"


@guardrail(
    DASHBOARD,
    broken_by=[
        _without("text"),
        _drop("AWS/Lambda"),
        _drop("AWS/Backup"),
        _change(lambda widgets: widgets.pop()),
        _change(lambda widgets: [w["properties"].update(metrics=[]) for w in widgets if w["type"] == "metric"]),
    ],
)
def test_every_component_has_its_row(stack: Stack) -> Offences:
    """Each component has a heading, and graphs of its metrics under it."""
    rows: dict[str, set[str]] = {}
    heading = ""
    for widget in sorted(_widgets(stack), key=lambda w: (w["y"], w["x"])):
        if widget["type"] == "text":
            heading = widget["properties"]["markdown"].removeprefix("## ")
        elif widget["type"] == "metric":
            rows.setdefault(heading, set()).update(line[0] for line in widget["properties"]["metrics"])
    for row, namespaces in ROWS.items():
        if not namespaces <= rows.get(row, set()):
            yield DASHBOARD, f"the row {row!r} lacks {sorted(namespaces - rows.get(row, set()))}"


@guardrail(
    DASHBOARD,
    broken_by=[
        _change(lambda widgets: widgets[2]["properties"]["metrics"][0].__setitem__(3, "${aws_lb.gone.arn_suffix}")),
        _change(lambda widgets: widgets[2]["properties"].update(region="us-east-1")),
        lambda stack: stack.one("aws_rds_cluster").update(cluster_identifier="payments-other"),
    ],
)
def test_graphs_show_what_exists(stack: Stack) -> Offences:
    """Each line is of a resource of this stack, in its region."""
    region = stack.module["provider"]["aws"][0]["region"]
    filtered = {f["metric_transformation"]["namespace"] for _, f in each(stack, FILTER)}
    for widget in _widgets(stack):
        properties = widget["properties"]
        if widget["type"] != "metric":
            continue
        if properties["region"] != region:
            yield DASHBOARD, f"{properties['title']} reads {properties['region']}"
        for namespace, name, *rest in properties["metrics"]:
            dimensions = dict(zip(rest[:-1:2], rest[1:-1:2], strict=True))
            if not dimensions and namespace not in filtered:
                yield DASHBOARD, f"{name} is of nothing"
            for key, value in dimensions.items():
                if key not in ("Region", "Rule") and unknown(stack, key, value):
                    yield DASHBOARD, f"{name} is of {value}, which is not here"


@guardrail(
    DASHBOARD,
    broken_by=[
        _change(lambda widgets: widgets[0].update(width=30)),
        _change(lambda widgets: widgets[3].update(x=widgets[2]["x"])),
    ],
)
def test_widgets_lie_beside_each_other(stack: Stack) -> Offences:
    """No widget covers another, and none is wider than the page."""
    taken: set[tuple[int, int]] = set()
    for widget in _widgets(stack):
        x, y = widget["x"], widget["y"]
        cells = {(a, b) for a in range(x, x + widget["width"]) for b in range(y, y + widget["height"])}
        if x + widget["width"] > WIDTH or cells & taken:
            yield DASHBOARD, f"the widget at {x}, {y} covers another, or leaves the page"
        taken |= cells
