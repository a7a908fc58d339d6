"""The two roles that GitHub's workflows assume, without any stored key."""

import json
from collections.abc import Sequence

from cdktf_cdktf_provider_aws.iam_openid_connect_provider import IamOpenidConnectProvider
from cdktf_cdktf_provider_aws.iam_policy import IamPolicy
from cdktf_cdktf_provider_aws.iam_role_policy_attachment import IamRolePolicyAttachment
from constructs import Construct

from constructs_lib.access import Role, Statement, policy
from environments.schema.names import Names
from environments.schema.operations import Delivery as DeliverySettings

ISSUER = "token.actions.githubusercontent.com"
AUDIENCE = "sts.amazonaws.com"

# The services that the stacks are made of; the boundary ends there, whatever a policy inside it says.
SERVICES = (
    *(
        "acm",
        "application-autoscaling",
        "backup",
        "backup-storage",
        "budgets",
        "ce",
        "cloudwatch",
        "ec2",
        "ecr",
        "ecs",
    ),
    *(
        "elasticache",
        "elasticloadbalancing",
        "kms",
        "lambda",
        "logs",
        "rds",
        "route53",
        "s3",
        "secretsmanager",
        "sns",
    ),
    *("sqs", "tag", "wafv2", "xray"),
)
# Reads that open data or secrets, which no plan needs: PR plans run with `-refresh=false` (docs/decisions/0003).
SECRETS = (
    *("dynamodb:GetItem", "lambda:GetFunction", "rds-db:connect", "rds:DownloadDBLogFilePortion"),
    *("secretsmanager:GetSecretValue", "sqs:ReceiveMessage", "ssm:GetParameter*"),
)


class Delivery(Construct):
    """A plan role that reads and an apply role that changes, both under a boundary without IAM users and access keys.

    Any workflow of the repository may plan; only one that runs in the GitHub environment of the same name, which its
    protection rules guard, may apply.
    """

    def __init__(
        self, scope: Construct, id_: str, *, names: Names, settings: DeliverySettings, environment: str
    ) -> None:
        super().__init__(scope, id_)
        provider = IamOpenidConnectProvider(
            self,
            "GitHub",
            url=f"https://{ISSUER}",
            client_id_list=[AUDIENCE],
            tags={"Name": names.described("github")},
        )
        repository = settings.repository
        boundary = IamPolicy(
            self,
            "Boundary",
            name=names.of("boundary"),
            description="The most that delivery may do in this account",
            policy=policy(*_boundary(names)),
            tags={"Name": names.of("boundary")},
        )
        self.plan = Role(
            self,
            "Plan",
            name=names.of("plan"),
            description="Plans pull requests: reads, and takes the state's lock",
            trust_policy=_trust(
                provider.arn,
                [
                    f"repo:{repository}:pull_request",
                    f"repo:{repository}:ref:refs/heads/{settings.default_branch}",
                ],
            ),
            permissions_boundary=boundary.arn,
        )
        IamRolePolicyAttachment(
            self,
            "PlanReads",
            role=self.plan.name,
            policy_arn=f"arn:{names.partition}:iam::aws:policy/ReadOnlyAccess",
            depends_on=[self.plan.resource],
        )
        self.plan.allow("no-secrets", Statement("NoSecrets", list(SECRETS), effect="Deny"))
        self.apply = Role(
            self,
            "Apply",
            name=names.of("apply"),
            description=f"Applies reviewed plans, only from the GitHub environment {environment}",
            trust_policy=_trust(provider.arn, [f"repo:{repository}:environment:{environment}"]),
            permissions_boundary=boundary.arn,
        )
        self.apply.allow("services", Statement("Services", [f"{service}:*" for service in SERVICES]))
        self.apply.allow("roles", *_roles(names, boundary.arn))


def _trust(provider_arn: str, subjects: Sequence[str]) -> str:
    statement = {
        "Effect": "Allow",
        "Principal": {"Federated": provider_arn},
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Condition": {"StringEquals": {f"{ISSUER}:aud": AUDIENCE, f"{ISSUER}:sub": list(subjects)}},
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def _boundary(names: Names) -> list[Statement]:
    return [
        Statement("Services", [f"{service}:*" for service in SERVICES] + ["sts:GetCallerIdentity"]),
        Statement("Roles", ["iam:*Role*", "iam:Get*", "iam:List*"]),
        # Delivery may not widen its own reach.
        Statement(
            "NotItself",
            (),
            [
                names.arn("iam", f"role/{names.stack}-*", region=""),
                names.arn("iam", f"policy/{names.stack}-*", region=""),
            ],
            effect="Deny",
            not_actions=["iam:Get*", "iam:List*"],
        ),
    ]


def _roles(names: Names, boundary_arn: str) -> list[Statement]:
    """Roles of the platform's own services, and no others; each may be passed only to the services that use it."""
    platform = [names.arn("iam", "role/payments-*", region="")]
    changes = [
        "AttachRolePolicy",
        "CreateRole",
        "DeleteRole",
        "DeleteRolePolicy",
        "DetachRolePolicy",
        "PutRolePolicy",
    ]
    changes += ["TagRole", "UntagRole", "UpdateAssumeRolePolicy", "UpdateRole", "UpdateRoleDescription"]
    return [
        Statement("ChangeRoles", [f"iam:{action}" for action in changes], platform),
        Statement(
            "ReadRoles",
            [
                "iam:GetRole",
                "iam:GetRolePolicy",
                "iam:ListAttachedRolePolicies",
                "iam:ListInstanceProfilesForRole",
                "iam:ListRolePolicies",
            ],
            platform,
        ),
        Statement(
            "PassRoles",
            ["iam:PassRole"],
            platform,
            conditions={
                "StringEquals": {
                    "iam:PassedToService": [
                        "backup.amazonaws.com",
                        "ecs-tasks.amazonaws.com",
                        "lambda.amazonaws.com",
                        "monitoring.rds.amazonaws.com",
                        "vpc-flow-logs.amazonaws.com",
                    ]
                }
            },
        ),
        Statement(
            "ServiceLinkedRoles",
            ["iam:CreateServiceLinkedRole"],
            [names.arn("iam", "role/aws-service-role/*", region="")],
        ),
    ]
