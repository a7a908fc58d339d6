"""VPC endpoints: AWS services are reached without leaving Amazon's network, and only for this account."""

from collections.abc import Sequence

from cdktf_cdktf_provider_aws.vpc_endpoint import VpcEndpoint
from constructs import Construct

from constructs_lib.access import SecurityGroup, Statement, policy
from environments.schema.names import Names
from environments.schema.network import REQUIRED_ENDPOINTS

# What the platform's own roles call through each endpoint; an endpoint's policy lets nothing else pass.
ACTIONS: dict[str, tuple[str, ...]] = {
    "ecr.api": (
        "ecr:BatchCheckLayerAvailability",
        "ecr:BatchGetImage",
        "ecr:GetAuthorizationToken",
        "ecr:GetDownloadUrlForLayer",
    ),
    "ecr.dkr": (
        "ecr:BatchCheckLayerAvailability",
        "ecr:BatchGetImage",
        "ecr:GetAuthorizationToken",
        "ecr:GetDownloadUrlForLayer",
    ),
    "kms": ("kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*"),
    "logs": ("logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"),
    "monitoring": ("cloudwatch:PutMetricData",),
    "secretsmanager": (
        "secretsmanager:DescribeSecret",
        "secretsmanager:GetRandomPassword",
        "secretsmanager:GetSecretValue",
        "secretsmanager:PutSecretValue",
        "secretsmanager:UpdateSecretVersionStage",
    ),
    "sqs": (
        "sqs:ChangeMessageVisibility",
        "sqs:DeleteMessage",
        "sqs:GetQueueAttributes",
        "sqs:GetQueueUrl",
        "sqs:ReceiveMessage",
        "sqs:SendMessage",
    ),
    "sts": ("sts:AssumeRole", "sts:GetCallerIdentity"),
    "events": ("events:PutEvents",),
    "sns": ("sns:Publish",),
    "ssm": ("ssm:GetParameter", "ssm:GetParameters", "ssm:GetParametersByPath"),
    "ssmmessages": (
        "ssmmessages:CreateControlChannel",
        "ssmmessages:CreateDataChannel",
        "ssmmessages:OpenControlChannel",
        "ssmmessages:OpenDataChannel",
    ),
    "xray": (
        "xray:GetSamplingRules",
        "xray:GetSamplingTargets",
        "xray:PutTelemetryRecords",
        "xray:PutTraceSegments",
    ),
}
HTTPS = 443


class Endpoints(Construct):
    """A gateway endpoint for S3 and interface endpoints, with private DNS, for every service that tasks call."""

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        names: Names,
        vpc_id: str,
        subnet_ids: Sequence[str],
        route_table_ids: Sequence[str],
        extra: Sequence[str],
        security_group: SecurityGroup,
    ) -> None:
        super().__init__(scope, id_)
        self._security_group = security_group
        s3 = VpcEndpoint(
            self,
            "S3",
            vpc_id=vpc_id,
            service_name=f"com.amazonaws.{names.region}.s3",
            vpc_endpoint_type="Gateway",
            route_table_ids=list(route_table_ids),
            policy=policy(_image_layers(names), _own_account(names, ("s3:GetObject", "s3:PutObject", "s3:ListBucket"))),
            tags={"Name": names.described("s3")},
        )
        self._s3_prefix_list_id = s3.prefix_list_id
        for service in (*REQUIRED_ENDPOINTS, *extra):
            VpcEndpoint(
                self,
                "".join(part.capitalize() for part in service.split(".")),
                vpc_id=vpc_id,
                service_name=f"com.amazonaws.{names.region}.{service}",
                vpc_endpoint_type="Interface",
                private_dns_enabled=True,
                subnet_ids=list(subnet_ids),
                security_group_ids=[security_group.id],
                policy=policy(_own_account(names, ACTIONS[service])),
                tags={"Name": names.described(service.replace(".", "-"))},
            )

    def allow_from(self, peer: SecurityGroup) -> None:
        """Lets a peer call every endpoint, S3 included."""
        self._security_group.allow_from(peer, HTTPS, "AWS services")
        peer.allow_to_prefix_list("S3", self._s3_prefix_list_id, HTTPS, "Image layers and objects")


def _own_account(names: Names, actions: Sequence[str]) -> Statement:
    """Stops a stolen key of another account from carrying data out through our endpoint."""
    return Statement(
        "OwnAccountOnly",
        actions,
        principals="*",
        conditions={"StringEquals": {"aws:PrincipalAccount": names.account_id}},
    )


def _image_layers(names: Names) -> Statement:
    """ECR keeps image layers in a bucket of Amazon's; source: "Amazon ECR interface VPC endpoints" in the ECR guide."""
    return Statement(
        "ImageLayers",
        ["s3:GetObject"],
        [names.bucket_arn(f"prod-{names.region}-starport-layer-bucket/*")],
        principals="*",
    )
