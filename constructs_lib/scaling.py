"""Autoscaling of ECS services."""

from cdktf_cdktf_provider_aws import appautoscaling_policy as policies
from cdktf_cdktf_provider_aws.appautoscaling_target import AppautoscalingTarget
from constructs import Construct

from constructs_lib.service import FargateService

# Short names for structs that carry their whole path in theirs.
Tracking = policies.AppautoscalingPolicyTargetTrackingScalingPolicyConfiguration
Predefined = policies.AppautoscalingPolicyTargetTrackingScalingPolicyConfigurationPredefinedMetricSpecification
Customized = policies.AppautoscalingPolicyTargetTrackingScalingPolicyConfigurationCustomizedMetricSpecification
Query = policies.AppautoscalingPolicyTargetTrackingScalingPolicyConfigurationCustomizedMetricSpecificationMetrics
_METRICS = "AppautoscalingPolicyTargetTrackingScalingPolicyConfigurationCustomizedMetricSpecificationMetrics"
Stat = getattr(policies, f"{_METRICS}MetricStat")
Metric = getattr(policies, f"{_METRICS}MetricStatMetric")
Dimension = getattr(policies, f"{_METRICS}MetricStatMetricDimensions")

CPU_PERCENT = 60
MEMORY_PERCENT = 70
REQUESTS_PER_TARGET = 1000  # a minute
MESSAGES_PER_TASK = 100
SCALE_OUT_SECONDS, SCALE_IN_SECONDS = 60, 300


class Scaling(Construct):
    """Keeps a service between its smallest and largest number of tasks; the policy that asks for most tasks wins."""

    def __init__(self, scope: Construct, id_: str, *, service: FargateService) -> None:
        super().__init__(scope, id_)
        self._service = service
        self._target = AppautoscalingTarget(
            self,
            "Target",
            service_namespace="ecs",
            resource_id=f"service/{service.cluster_name}/{service.name}",
            scalable_dimension="ecs:service:DesiredCount",
            min_capacity=service.task.min_tasks,
            max_capacity=service.task.max_tasks,
            tags={"Name": service.name},
            depends_on=[service.resource],
        )

    def on_cpu(self) -> None:
        self._track("Cpu", CPU_PERCENT, Predefined(predefined_metric_type="ECSServiceAverageCPUUtilization"))

    def on_memory(self) -> None:
        self._track("Memory", MEMORY_PERCENT, Predefined(predefined_metric_type="ECSServiceAverageMemoryUtilization"))

    def on_requests(self, resource_label: str) -> None:
        """`resource_label` is `<load balancer suffix>/<target group suffix>`."""
        self._track(
            "Requests",
            REQUESTS_PER_TARGET,
            Predefined(predefined_metric_type="ALBRequestCountPerTarget", resource_label=resource_label),
        )

    def on_backlog(self, queue_name: str) -> None:
        """Messages that wait, divided by running tasks: the only number that says how far behind the workers are."""
        backlog = Customized(
            metrics=[
                _query(
                    "waiting",
                    "AWS/SQS",
                    "ApproximateNumberOfMessagesVisible",
                    {"QueueName": queue_name},
                    "Sum",
                ),
                _query(
                    "running",
                    "ECS/ContainerInsights",
                    "RunningTaskCount",
                    {"ClusterName": self._service.cluster_name, "ServiceName": self._service.name},
                    "Average",
                ),
                # With no task running, the backlog counts as if there were one.
                Query(
                    id="backlog",
                    expression="waiting / MAX([running, 1])",
                    label="Backlog per task",
                    return_data=True,
                ),
            ]
        )
        self._track("Backlog", MESSAGES_PER_TASK, backlog)

    def _track(self, id_: str, value: float, metric: Predefined | Customized) -> None:
        policies.AppautoscalingPolicy(
            self,
            id_,
            name=f"{self._service.name}-{id_.lower()}",
            policy_type="TargetTrackingScaling",
            service_namespace=self._target.service_namespace,
            resource_id=self._target.resource_id,
            scalable_dimension=self._target.scalable_dimension,
            target_tracking_scaling_policy_configuration=Tracking(
                target_value=value,
                scale_out_cooldown=SCALE_OUT_SECONDS,
                scale_in_cooldown=SCALE_IN_SECONDS,
                predefined_metric_specification=metric if isinstance(metric, Predefined) else None,
                customized_metric_specification=metric if isinstance(metric, Customized) else None,
            ),
        )


def _query(id_: str, namespace: str, name: str, dimensions: dict[str, str], stat: str) -> Query:
    return Query(
        id=id_,
        return_data=False,
        metric_stat=Stat(
            stat=stat,
            metric=Metric(
                namespace=namespace,
                metric_name=name,
                dimensions=[Dimension(name=key, value=value) for key, value in dimensions.items()],
            ),
        ),
    )
