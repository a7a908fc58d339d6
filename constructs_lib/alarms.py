"""Alarms: every component's in its own terms, all to one topic, each with a link to its runbook."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from cdktf_cdktf_provider_aws.cloudwatch_metric_alarm import (
    CloudwatchMetricAlarm,
    CloudwatchMetricAlarmMetricQuery,
    CloudwatchMetricAlarmMetricQueryMetric,
)
from constructs import Construct

from constructs_lib.alerts import Alerts
from environments.schema.names import Names


@dataclass(frozen=True)
class Metric:
    """One CloudWatch metric; `period` in seconds."""

    namespace: str
    name: str
    dimensions: Mapping[str, str]
    stat: str = "Average"
    period: int = 60


@dataclass(frozen=True)
class Ratio:
    """`part` in percent of `whole`; no requests are no errors."""

    part: tuple[Metric, ...]
    whole: Metric


class Alarms(Construct):
    """Makes alarms named `<stack>-<what>`, and remembers them for the dashboard.

    An alarm tells the topic when it starts and when it ends.
    """

    def __init__(
        self, scope: Construct, id_: str, *, names: Names, alerts: Alerts, runbook: Callable[[str], str]
    ) -> None:
        super().__init__(scope, id_)
        self._names = names
        self._alerts = alerts
        self._runbook = runbook
        self.all_arns: list[str] = []

    def add(
        self,
        component: str,
        what: str,
        sentence: str,
        metric: Metric | Ratio,
        *,
        above: float | None = None,
        below: float | None = None,
        minutes: int = 5,
        missing: str = "notBreaching",
        part: str = "",
    ) -> None:
        """One alarm, named `<component>-<what>` and, for one of several like parts, the part: a node, a zone.

        It fires when three of `minutes` periods (all of them when fewer) are out of bounds.

        `missing` says what silence means: "notBreaching" where a metric comes only with traffic, "breaching" where
        silence itself is the failure.
        """
        assert (above is None) != (below is None), f"{what}: give one bound"
        runbook = f"{component}-{what}"
        key = f"{runbook}-{part}" if part else runbook
        name = self._names.described(key)
        common = {
            "alarm_name": name,
            "alarm_description": f"{sentence} {self._runbook(runbook)}",
            "comparison_operator": "GreaterThanThreshold" if above is not None else "LessThanThreshold",
            "threshold": above if above is not None else below,
            "evaluation_periods": minutes,
            "datapoints_to_alarm": min(3, minutes),
            "treat_missing_data": missing,
            "alarm_actions": [self._alerts.topic_arn],
            "ok_actions": [self._alerts.topic_arn],
            "tags": {"Name": name},
        }
        id_ = "".join(part.capitalize() for part in key.split("-"))
        measured = {"metric_query": _ratio_queries(metric)} if isinstance(metric, Ratio) else _single(metric)
        CloudwatchMetricAlarm(self, id_, **measured, **common)  # type: ignore[arg-type]
        self.all_arns.append(self._names.arn("cloudwatch", f"alarm:{name}"))

    def name(self, key: str) -> str:
        """The name of the alarm `<component>-<what>`, for deployments that roll back on it."""
        name = self._names.described(key)
        assert self._names.arn("cloudwatch", f"alarm:{name}") in self.all_arns, f"there is no alarm {key}"
        return name


def _single(metric: Metric) -> dict[str, object]:
    percentile = metric.stat.startswith("p")
    return {
        "namespace": metric.namespace,
        "metric_name": metric.name,
        "dimensions": dict(metric.dimensions),
        "period": metric.period,
        "statistic": None if percentile else metric.stat,
        "extended_statistic": metric.stat if percentile else None,
    }


def _ratio_queries(ratio: Ratio) -> list[CloudwatchMetricAlarmMetricQuery]:
    parts = [_query(f"part{number}", metric) for number, metric in enumerate(ratio.part)]
    total = " + ".join(f"FILL(part{number}, 0)" for number in range(len(parts)))
    percent = CloudwatchMetricAlarmMetricQuery(
        id="percent",
        expression=f"IF(whole > 0, 100 * ({total}) / whole, 0)",
        label="Percent",
        return_data=True,
    )
    return [percent, *parts, _query("whole", ratio.whole)]


def _query(id_: str, metric: Metric) -> CloudwatchMetricAlarmMetricQuery:
    return CloudwatchMetricAlarmMetricQuery(
        id=id_,
        return_data=False,
        metric=CloudwatchMetricAlarmMetricQueryMetric(
            namespace=metric.namespace,
            metric_name=metric.name,
            dimensions=dict(metric.dimensions),
            period=metric.period,
            stat=metric.stat,
        ),
    )
