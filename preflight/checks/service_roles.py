"""Service-linked roles: there, or AWS may make them at the first use."""

import json
from collections.abc import Iterator

from botocore.exceptions import ClientError

from preflight.aws import code_of
from preflight.check import Result, Scope, judge
from preflight.stack import Stack

# resource type -> (service that takes the role, its name)
ROLES = {
    "aws_appautoscaling_target": (
        "ecs.application-autoscaling.amazonaws.com",
        "AWSServiceRoleForApplicationAutoScaling_ECSService",
    ),
    "aws_backup_plan": ("backup.amazonaws.com", "AWSServiceRoleForBackup"),
    "aws_ecs_cluster": ("ecs.amazonaws.com", "AWSServiceRoleForECS"),
    "aws_elasticache_replication_group": ("elasticache.amazonaws.com", "AWSServiceRoleForElastiCache"),
    "aws_lb": ("elasticloadbalancing.amazonaws.com", "AWSServiceRoleForElasticLoadBalancing"),
    "aws_rds_cluster": ("rds.amazonaws.com", "AWSServiceRoleForRDS"),
}
CREATE = "iam:CreateServiceLinkedRole"


def check(scope: Scope) -> Result | None:
    needed = {role: service for type_, (service, role) in ROLES.items() if scope.stack.all(type_)}
    if not needed:
        return None
    missing = [role for role in sorted(needed) if not _there(scope, role)]
    if missing and scope.foundation and CREATE in _allowed(scope.foundation):
        short = ", ".join(role.removeprefix("AWSServiceRoleFor") for role in missing)
        return Result(f"{len(needed) - len(missing)} there, AWS makes the others at the first use: {short}")
    problems = [
        f"{role} is missing, and the foundation lets nobody make it: "
        f"`aws iam create-service-linked-role --aws-service-name {needed[role]}`"
        for role in missing
    ]
    return judge(f"all {len(needed)} there", problems)


def _there(scope: Scope, role: str) -> bool:
    try:
        scope.aws.client("iam").get_role(RoleName=role)
    except ClientError as error:
        if code_of(error) != "NoSuchEntity":
            raise
        return False
    return True


def _allowed(foundation: Stack) -> Iterator[str]:
    """The actions that the roles of the foundation's stack allow."""
    for policy in foundation.values("aws_iam_role_policy", "policy"):
        for statement in json.loads(policy)["Statement"]:
            if statement["Effect"] == "Allow":
                actions = statement.get("Action", [])
                yield from [actions] if isinstance(actions, str) else actions
