"""The roles that GitHub's workflows assume, without any stored key."""

import json

from cdktf_cdktf_provider_aws.iam_openid_connect_provider import IamOpenidConnectProvider
from cdktf_cdktf_provider_aws.iam_policy import IamPolicy
from cdktf_cdktf_provider_aws.iam_role_policy_attachment import IamRolePolicyAttachment
from constructs import Construct

from constructs_lib.access import Role, Statement, policy
from environments.schema.names import Names
from environments.schema.operations import Delivery as DeliverySettings

ISSUER = "token.actions.githubusercontent.com"
AUDIENCE = "sts.amazonaws.com"

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

# Reads that open data or secrets, which no plan needs: PR plans run with `-refresh=false` (docs/decisions/0003).
SECRETS = (
    *("lambda:GetFunction", "rds-db:connect", "rds:Download*"),
    *("logs:FilterLogEvents", "logs:GetLogEvents", "logs:GetLogRecord", "logs:GetQueryResults"),
    *("logs:StartLiveTail", "logs:StartQuery", "logs:Unmask"),
    *("secretsmanager:GetSecretValue", "sqs:ReceiveMessage", "ssm:GetParameter*"),
)


class Delivery(Construct):
    """The roles `plan`, `drift` and `apply`, all under a boundary without IAM users and access keys.

    `plan` reads, for any pull request, and can open no secret. `drift` reads for the default branch, secrets included,
    since a refresh compares them. `apply` changes, for jobs in the GitHub environment of the environment's name,
    whose protection rules say which branch and whose approval.
    """

    def __init__(
        self, scope: Construct, id_: str, *, names: Names, settings: DeliverySettings, environment: str
    ) -> None:
        super().__init__(scope, id_)
        self._names = names
        self._provider = IamOpenidConnectProvider(
            self,
            "GitHub",
            url=f"https://{ISSUER}",
            client_id_list=[AUDIENCE],
            tags={"Name": names.described("github")},
        )
        self._boundary = IamPolicy(
            self,
            "Boundary",
            name=names.of("boundary"),
            description="The most that delivery may do in this account",
            policy=policy(*_boundary(names)),
            tags={"Name": names.of("boundary")},
        )
        repository = f"repo:{settings.repository}"
        self.plan = self._role(
            "Plan", f"{repository}:pull_request", "Plans pull requests: reads, and takes the state's lock"
        )
        self._allow_reading(self.plan)
        self.plan.allow(
            "no-secrets",
            Statement("NoSecrets", SECRETS, effect="Deny"),
            Statement(
                "NoObjectsButStates",
                ["s3:GetObject*"],
                effect="Deny",
                not_resources=[f"arn:{names.partition}:s3:::{names.of('state')}/*"],
            ),
        )
        self.drift = self._role(
            "Drift",
            f"{repository}:ref:refs/heads/{settings.default_branch}",
            "Compares the default branch with what runs: reads, and takes the state's lock",
        )
        self._allow_reading(self.drift)
        self.drift.allow(
            "compare-secrets",
            Statement(
                "CompareSecrets",
                ["secretsmanager:GetSecretValue"],
                [names.arn("secretsmanager", "secret:payments-*")],
            ),
            Statement(
                "Decrypt",
                ["kms:Decrypt"],
                conditions={"StringEquals": {"kms:ViaService": f"secretsmanager.{names.region}.amazonaws.com"}},
            ),
        )
        self.apply = self._role(
            "Apply",
            f"{repository}:environment:{environment}",
            f"Applies reviewed plans, only from the GitHub environment {environment}",
        )
        self.apply.allow("services", Statement("Services", [f"{service}:*" for service in SERVICES]))
        self.apply.allow("roles", *_roles(names))

    def _role(self, id_: str, subject: str, description: str) -> Role:
        return Role(
            self,
            id_,
            name=self._names.of(id_.lower()),
            description=description,
            trust_policy=_trust(self._provider.arn, subject),
            permissions_boundary=self._boundary.arn,
        )

    def _allow_reading(self, role: Role) -> None:
        IamRolePolicyAttachment(
            role,
            "Reads",
            role=role.name,
            policy_arn=f"arn:{self._names.partition}:iam::aws:policy/ReadOnlyAccess",
            depends_on=[role.resource],
        )


def _trust(provider_arn: str, subject: str) -> str:
    statement = {
        "Effect": "Allow",
        "Principal": {"Federated": provider_arn},
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Condition": {"StringEquals": {f"{ISSUER}:aud": AUDIENCE, f"{ISSUER}:sub": subject}},
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def _boundary(names: Names) -> list[Statement]:
    """The most that delivery, and every role that it makes, may do."""
    itself = [
        names.arn("iam", f"role/{names.stack}-*", region=""),
        names.arn("iam", f"policy/{names.stack}-*", region=""),
    ]
    return [
        Statement("Services", [f"{service}:*" for service in SERVICES] + ["sts:GetCallerIdentity"]),
        Statement("Roles", [f"iam:{action}" for action in (*ROLE_ACTIONS, "CreateServiceLinkedRole", "PassRole")]),
        # A role without this boundary could be given everything, and passed to a function that then does everything.
        Statement(
            "RolesInsideTheBoundary",
            [f"iam:{action}" for action in BOUNDED_ROLE_ACTIONS],
            conditions={"StringEquals": {"iam:PermissionsBoundary": names.boundary_arn}},
        ),
        # Delivery may not widen its own reach.
        Statement("NotItself", (), itself, effect="Deny", not_actions=["iam:Get*", "iam:List*"]),
    ]


def _roles(names: Names) -> list[Statement]:
    """Roles of the platform's own services, and no others; each may be passed only to the services that use it."""
    platform = [names.arn("iam", "role/payments-*", region="")]
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
