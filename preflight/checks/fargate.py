"""Fargate's vCPU quotas, on demand and Spot, hold the services when they have scaled out fully."""

from datetime import UTC, datetime, timedelta

from botocore.exceptions import ClientError

from preflight import demand
from preflight.aws import code_of
from preflight.check import Result, Scope
from preflight.quota import Usage, applied, increase, verdict
from preflight.stack import Attributes

# capacity provider -> (quota code, name, class of the usage metric)
QUOTAS = {
    demand.ON_DEMAND: ("L-3032A538", "Fargate vCPU on demand", "Standard/OnDemand"),
    demand.SPOT: ("L-36FBB829", "Fargate vCPU on Spot", "Standard/Spot"),
}


def check(scope: Scope) -> Result | None:
    needed = {provider: vcpu for provider, vcpu in demand.vcpu(scope.stack).items() if vcpu}
    if not needed:
        return None
    ours = _running(scope)
    usages = []
    for provider, vcpu in needed.items():
        code, what, class_ = QUOTAS[provider]
        used = max(0.0, _in_use(scope, class_) - ours.get(provider, 0.0))
        more = increase("fargate", code, used + vcpu)
        usages.append(Usage(what, vcpu, used, applied(scope.aws, "fargate", code), more))
    return verdict(usages)


def _in_use(scope: Scope, class_: str) -> float:
    """vCPU in use in the account and region, EKS's pods included: AWS's own usage metric, at most some minutes old."""
    now = datetime.now(UTC)
    points = scope.aws.client("cloudwatch").get_metric_statistics(
        Namespace="AWS/Usage",
        MetricName="ResourceCount",
        Dimensions=[
            {"Name": "Service", "Value": "Fargate"},
            {"Name": "Type", "Value": "Resource"},
            {"Name": "Resource", "Value": "vCPU"},
            {"Name": "Class", "Value": class_},
        ],
        StartTime=now - timedelta(minutes=30),
        EndTime=now,
        Period=300,
        Statistics=["Maximum"],
    )["Datapoints"]
    return max((point["Maximum"] for point in points), default=0.0)


def _running(scope: Scope) -> dict[str, float]:
    """vCPU by capacity provider of this stack's own tasks, which the usage metric counts too."""
    total: dict[str, float] = {}
    for cluster in scope.stack.values("aws_ecs_cluster", "name"):
        for task in _tasks(scope, cluster):
            provider = task.get("capacityProviderName", demand.ON_DEMAND)
            total[provider] = total.get(provider, 0.0) + int(task["cpu"]) / 1024
    return total


def _tasks(scope: Scope, cluster: str) -> list[Attributes]:
    try:
        arns = scope.aws.pages("ecs", "list_tasks", "taskArns", cluster=cluster)
    except ClientError as error:
        if code_of(error) == "ClusterNotFoundException":
            return []
        raise
    client = scope.aws.client("ecs")
    groups = [arns[i : i + 100] for i in range(0, len(arns), 100)]  # as many as one call takes
    return [task for group in groups for task in client.describe_tasks(cluster=cluster, tasks=group)["tasks"]]
