"""The permissions boundary of an account: the most that delivery, and every role that it makes, may do."""

from constructs_lib.access import Statement
from environments.schema.names import Names

# The services that the stacks are made of, and that their tasks call; the boundary ends there, whatever a policy says.
SERVICES = (
    *("acm", "application-autoscaling", "backup", "backup-storage", "budgets", "ce", "cloudwatch", "ec2", "ecr"),
    *("ecs", "elasticache", "elasticloadbalancing", "kms", "lambda", "logs", "rds", "rds-db", "route53", "s3"),
    *("secretsmanager", "sns", "sqs", "ssmmessages", "tag", "wafv2", "xray"),
)
ROLE_ACTIONS = (
    *("DeleteRole", "GetRole", "GetRolePolicy", "ListAttachedRolePolicies", "ListInstanceProfilesForRole"),
    *("ListRolePolicies", "TagRole", "UntagRole", "UpdateAssumeRolePolicy", "UpdateRole", "UpdateRoleDescription"),
)
# What IAM checks `iam:PermissionsBoundary` for.
BOUNDED_ROLE_ACTIONS = ("AttachRolePolicy", "CreateRole", "DeleteRolePolicy", "DetachRolePolicy", "PutRolePolicy")
ROLES_ARE_PASSED_TO = (
    *("backup.amazonaws.com", "ecs-tasks.amazonaws.com", "lambda.amazonaws.com", "monitoring.rds.amazonaws.com"),
    "vpc-flow-logs.amazonaws.com",
)
# A refresh of the foundation reads these.
FOUNDATION_READS = ("GetOpenIDConnectProvider", "GetPolicy", "GetPolicyVersion", "ListPolicyVersions")


def services() -> Statement:
    """Everything in the services that the platform is made of."""
    return Statement("Services", [f"{service}:*" for service in SERVICES])


def boundary(names: Names) -> list[Statement]:
    """Services and roles without a way out: no user, no key, no role without this boundary, no hand on itself."""
    itself = [
        names.arn("iam", f"role/{names.stack}-*", region=""),
        names.arn("iam", f"policy/{names.stack}-*", region=""),
    ]
    return [
        services(),
        Statement("Identity", ["sts:GetCallerIdentity"]),
        Statement(
            "Roles",
            [f"iam:{action}" for action in (*ROLE_ACTIONS, *FOUNDATION_READS, "CreateServiceLinkedRole", "PassRole")],
        ),
        # A role without this boundary could be given everything, and passed to a function that then does everything.
        Statement(
            "RolesInsideTheBoundary",
            [f"iam:{action}" for action in BOUNDED_ROLE_ACTIONS],
            conditions={"StringEquals": {"iam:PermissionsBoundary": names.boundary_arn}},
        ),
        # Delivery may not widen its own reach.
        Statement("NotItself", (), itself, effect="Deny", not_actions=["iam:Get*", "iam:List*"]),
        # Nor loosen what keeps the states and the images. S3 knows no tags of buckets here, hence the names.
        Statement(
            "NotItsBuckets",
            ["s3:DeleteBucket*", "s3:Put*Configuration", "s3:PutBucket*"],
            [names.bucket_arn(f"{names.stack}-*")],
            effect="Deny",
        ),
        Statement(
            "NotItsKeyAndRegistry",
            [
                *("ecr:DeleteRepository*", "ecr:PutImageTagMutability", "ecr:SetRepositoryPolicy"),
                *("kms:DisableKey*", "kms:PutKeyPolicy", "kms:ScheduleKeyDeletion"),
            ],
            conditions={"StringEquals": {"aws:ResourceTag/Workspace": names.workspace}},
            effect="Deny",
        ),
    ]


def roles_named(names: Names, start: str) -> list[Statement]:
    """Making and passing roles whose names begin with `start`, each only to the services that the platform uses."""
    platform = [names.arn("iam", f"role/{start}*", region="")]
    linked = [names.arn("iam", "role/aws-service-role/*", region="")]
    return [
        Statement("Roles", [f"iam:{action}" for action in (*ROLE_ACTIONS, *BOUNDED_ROLE_ACTIONS)], platform),
        Statement(
            "PassRoles",
            ["iam:PassRole"],
            platform,
            conditions={"StringEquals": {"iam:PassedToService": list(ROLES_ARE_PASSED_TO)}},
        ),
        Statement("ServiceLinkedRoles", ["iam:CreateServiceLinkedRole"], linked),
    ]
