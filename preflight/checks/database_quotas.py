"""RDS's limits of the account leave room for the database."""

from preflight.check import Result, Scope
from preflight.quota import Usage, verdict

# RDS's name of a limit -> (what it counts, resource type); RDS tells limit and use itself.
LIMITS = {
    "DBClusters": ("Aurora clusters", "aws_rds_cluster"),
    "DBInstances": ("database instances", "aws_rds_cluster_instance"),
    "DBClusterParameterGroups": ("cluster parameter groups", "aws_rds_cluster_parameter_group"),
    "DBParameterGroups": ("parameter groups", "aws_db_parameter_group"),
    "DBSubnetGroups": ("database subnet groups", "aws_db_subnet_group"),
    "EventSubscriptions": ("event subscriptions", "aws_db_event_subscription"),
}
RAISE_IT = "ask for more in Service Quotas, service `rds`"


def check(scope: Scope) -> Result | None:
    if not scope.stack.all("aws_rds_cluster"):
        return None
    answer = scope.aws.client("rds").describe_account_attributes()["AccountQuotas"]
    usages = []
    for quota in answer:
        if quota["AccountQuotaName"] in LIMITS:
            what, type_ = LIMITS[quota["AccountQuotaName"]]
            others = max(0, quota["Used"] - scope.state.count(type_))
            usages.append(Usage(what, len(scope.stack.all(type_)), others, quota["Max"], RAISE_IT))
    return verdict(usages)
