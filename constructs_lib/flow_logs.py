"""VPC flow logs of all traffic, to CloudWatch."""

from cdktf_cdktf_provider_aws.flow_log import FlowLog
from constructs import Construct

from constructs_lib.access import Role, Statement, trust
from constructs_lib.encryption import Key
from constructs_lib.log_group import LogGroup
from environments.schema.names import Names

# The default format and, behind it, what an investigation asks first: who really talked, which AWS service, which way.
FIELDS = (
    *("version", "account-id", "interface-id", "srcaddr", "dstaddr", "srcport", "dstport", "protocol", "packets"),
    *("bytes", "start", "end", "action", "log-status", "vpc-id", "subnet-id", "az-id", "tcp-flags", "pkt-srcaddr"),
    *("pkt-dstaddr", "pkt-src-aws-service", "pkt-dst-aws-service", "flow-direction", "traffic-path"),
)


class FlowLogs(Construct):
    """Accepted and rejected traffic of the whole VPC, in one-minute intervals."""

    def __init__(self, scope: Construct, id_: str, *, names: Names, vpc_id: str, key: Key, retention_days: int) -> None:
        super().__init__(scope, id_)
        log_group = LogGroup(
            self,
            "Logs",
            name=names.log_group("flow-logs"),
            logical_id="flow",
            retention_days=retention_days,
            key=key,
        )
        role = Role(
            self,
            "Delivery",
            name=names.of("flow-logs"),
            description="Delivers VPC flow logs to their log group",
            trust_policy=trust(
                "vpc-flow-logs.amazonaws.com",
                # Confused deputy: only flow logs of this account and region may use the role.
                conditions={
                    "StringEquals": {"aws:SourceAccount": names.account_id},
                    "ArnLike": {"aws:SourceArn": names.arn("ec2", "vpc-flow-log/*")},
                },
            ),
            permissions_boundary=names.boundary_arn,
        )
        role.allow(
            "deliver",
            Statement(
                "Deliver",
                ["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"],
                [log_group.arn, f"{log_group.arn}:*"],
            ),
        )
        FlowLog(
            self,
            "FlowLog",
            vpc_id=vpc_id,
            traffic_type="ALL",
            log_destination_type="cloud-watch-logs",
            log_destination=log_group.arn,
            iam_role_arn=role.arn,
            max_aggregation_interval=60,
            # `$${` is Terraform's escape for a literal `${`.
            log_format=" ".join(f"$${{{name}}}" for name in FIELDS),
            tags={"Name": names.described("flow-logs")},
        )
