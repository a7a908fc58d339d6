"""The roles that GitHub's workflows assume, without any stored key."""

import json

from cdktf_cdktf_provider_aws.iam_openid_connect_provider import IamOpenidConnectProvider
from cdktf_cdktf_provider_aws.iam_policy import IamPolicy
from cdktf_cdktf_provider_aws.iam_role_policy_attachment import IamRolePolicyAttachment
from constructs import Construct

from constructs_lib.access import Role, Statement, decrypt_secrets, policy
from constructs_lib.boundary import boundary, roles_named, services
from environments.schema.names import PLANS, PROJECT, ROLES, Names
from environments.schema.operations import Delivery as DeliverySettings

ISSUER = "token.actions.githubusercontent.com"
AUDIENCE = "sts.amazonaws.com"

# Reads that open data or secrets, which no plan needs: PR plans run with `-refresh=false` (docs/decisions/0003).
SECRETS = (
    *("lambda:GetFunction", "rds-db:connect", "rds:Download*"),
    *("logs:FilterLogEvents", "logs:GetLogEvents", "logs:GetLogRecord", "logs:GetQueryResults"),
    *("logs:StartLiveTail", "logs:StartQuery", "logs:Unmask"),
    *("secretsmanager:GetSecretValue", "sqs:ReceiveMessage", "ssm:GetParameter*"),
)


class Delivery(Construct):
    """The roles `plan`, `drift`, `apply` and, but in prod, `copy`, all under a boundary without users and access keys.

    `plan` reads, for any pull request, and can open no secret. `drift` reads for the default branch, secrets included,
    since a refresh compares them. `apply` changes, for jobs in the GitHub environment of the environment's name,
    whose protection rules say which branch and whose approval. `copy` changes copies for pull requests and nothing
    else, for jobs in the GitHub environment `<environment>-copy`; see docs/decisions/0038. `copies_domain` is the
    pattern of their addresses.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        names: Names,
        settings: DeliverySettings,
        environment: str,
        copies_domain: str,
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
            policy=policy(*boundary(names)),
            tags={"Name": names.of("boundary")},
        )
        repository = f"repo:{settings.repository}"
        self.plan = self._role("Plan", f"{repository}:pull_request", "Plans pull requests: reads")
        self._allow_reading(self.plan)
        self.plan.allow(
            "no-secrets",
            Statement("NoSecrets", SECRETS, effect="Deny"),
            Statement(
                "NoObjectsButStates",
                ["s3:GetObject*"],
                effect="Deny",
                not_resources=[names.bucket_arn(f"{names.of('state')}/{PROJECT}/*")],
            ),
        )
        self.drift = self._role(
            "Drift",
            f"{repository}:ref:refs/heads/{settings.default_branch}",
            "Plans the default branch and compares it with what runs: reads, and stores plans",
        )
        self._allow_reading(self.drift)
        self.drift.allow("no-plans", self._no_plans())
        self.drift.allow(
            "compare-secrets",
            Statement(
                "CompareSecrets",
                ["secretsmanager:GetSecretValue"],
                [names.arn("secretsmanager", "secret:payments-*")],
            ),
            decrypt_secrets(names),
        )
        self.apply = self._role(
            "Apply",
            f"{repository}:environment:{environment}",
            f"Applies reviewed plans, only from the GitHub environment {environment}",
        )
        self.apply.allow("services", services())
        self.apply.allow("roles", *roles_named(names, f"{PROJECT}-"))
        self.copy = None if environment == "prod" else self._copy_role(repository, environment, copies_domain)

    def _copy_role(self, repository: str, environment: str, domain: str) -> Role:
        """May do to copies, `payments-<environment>-pr-<number>`, what `apply` may do to the environment itself."""
        role = self._role(
            "Copy",
            f"{repository}:environment:{environment}-copy",
            f"Makes and destroys copies of {environment} for pull requests",
        )
        role.allow("services", services())
        role.allow("roles", *roles_named(self._names, f"{PROJECT}-{environment}-pr-"))
        role.allow(
            "not-the-environment",
            Statement(
                "NotTheEnvironment",
                ["*"],
                conditions={"StringEquals": {"aws:ResourceTag/Workspace": environment}},
                effect="Deny",
            ),
            # S3 asks for no such tag: only the states of copies, and the buckets that are theirs.
            Statement(
                "NotOthersObjects",
                ["s3:DeleteObject*", "s3:PutObject*"],
                effect="Deny",
                not_resources=[
                    self._names.bucket_arn(f"{self._names.of('state')}/{PROJECT}/{environment}-pr-*"),
                    self._names.bucket_arn(f"{PROJECT}-{environment}-pr-*"),
                ],
            ),
            Statement(
                "NotOthersBuckets",
                ["s3:DeleteBucket*", "s3:Put*Configuration", "s3:PutBucket*"],
                effect="Deny",
                not_resources=[self._names.bucket_arn(f"{PROJECT}-{environment}-pr-*")],
            ),
            # Nor do records have tags: only the addresses of copies, and what validates their certificates.
            Statement(
                "NotOthersRecords",
                ["route53:ChangeResourceRecordSets"],
                conditions={
                    "ForAnyValue:StringNotLike": {
                        "route53:ChangeResourceRecordSetsNormalizedRecordNames": [domain, f"_*.{domain}"]
                    }
                },
                effect="Deny",
            ),
            self._no_plans(),
            Statement("NotTheZone", ["route53:DeleteHostedZone"], effect="Deny"),
            # Copies run images; they neither push nor delete any.
            Statement("NotTheRegistry", ["ecr:BatchDelete*", "ecr:Delete*", "ecr:Put*"], effect="Deny"),
        )
        return role

    def _role(self, id_: str, subject: str, description: str) -> Role:
        return Role(
            self,
            id_,
            name=self._names.of(id_.lower()),
            description=description,
            trust_policy=_trust(self._provider.arn, subject),
            permissions_boundary=self._boundary.arn,
            session_seconds=ROLES[id_.lower()],
        )

    def _no_plans(self) -> Statement:
        """Saved plans hold values in clear, and are read by the job alone that applies them."""
        plans = self._names.bucket_arn(f"{self._names.of('state')}/{PLANS}*")
        return Statement("NoPlans", ["s3:GetObject*"], [plans], effect="Deny")

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
