"""Finds a resource by its name, for every kind whose creation fails when the name is taken."""

from collections.abc import Callable
from dataclasses import dataclass

from botocore.exceptions import ClientError

from preflight.aws import Aws, code_of


@dataclass(frozen=True)
class Found:
    """A resource that is there: what `terraform import` calls it, or why it can be neither imported nor used."""

    import_id: str
    obstacle: str = ""


Find = Callable[[Aws, str, str], Found | None]


@dataclass(frozen=True)
class Kind:
    """A resource type, the attribute that names it, and how to find one by (aws, region, name)."""

    type: str
    attribute: str
    what: str
    find: Find


def _described(service: str, operation: str, argument: str, absent: str, *, many: bool = False) -> Find:
    """Asks for one by its name; the error code `absent` says that there is none. Its import id is its name."""

    def find(aws: Aws, region: str, name: str) -> Found | None:
        try:
            getattr(aws.client(service, region), operation)(**{argument: [name] if many else name})
        except ClientError as error:
            if code_of(error) != absent:
                raise
            return None
        return Found(name)

    return find


def _listed(service: str, operation: str, key: str, name_key: str) -> Find:
    """Looks through a list, where asking for one by its name is not to be had. Its import id is its name."""

    def find(aws: Aws, region: str, name: str) -> Found | None:
        for item in aws.pages(service, operation, key, region=region):
            if item[name_key] == name:
                return Found(name)
        return None

    return find


def _bucket(aws: Aws, region: str, name: str) -> Found | None:
    try:
        aws.client("s3", region).head_bucket(Bucket=name)
    except ClientError as error:
        match code_of(error):
            case "404":
                return None
            case "403":
                return Found(
                    name, "belongs to another account: bucket names are one space for all of AWS, take another"
                )
        raise
    return Found(name)


def _log_group(aws: Aws, region: str, name: str) -> Found | None:
    groups = aws.client("logs", region).describe_log_groups(logGroupNamePrefix=name)["logGroups"]
    return Found(name) if any(group["logGroupName"] == name for group in groups) else None


def _secret(aws: Aws, region: str, name: str) -> Found | None:
    try:
        secret = aws.client("secretsmanager", region).describe_secret(SecretId=name)
    except ClientError as error:
        if code_of(error) != "ResourceNotFoundException":
            raise
        return None
    if "DeletedDate" not in secret:
        return Found(secret["ARN"])
    return Found(
        secret["ARN"],
        f"was deleted on {secret['DeletedDate']:%Y-%m-%d} and keeps its name until the recovery window ends: "
        f"`aws secretsmanager restore-secret --secret-id {name}`, then import it",
    )


def _load_balancer_part(operation: str, absent: str, key: str, arn: str) -> Find:
    """Load balancers and target groups are imported by ARN."""

    def find(aws: Aws, region: str, name: str) -> Found | None:
        try:
            answer = getattr(aws.client("elbv2", region), operation)(Names=[name])
        except ClientError as error:
            if code_of(error) != absent:
                raise
            return None
        return Found(answer[key][0][arn])

    return find


def _web_acl(aws: Aws, region: str, name: str) -> Found | None:
    for acl in aws.client("wafv2", region).list_web_acls(Scope="REGIONAL", Limit=100)["WebACLs"]:
        if acl["Name"] == name:
            return Found(f"{acl['Id']}/{name}/REGIONAL")
    return None


def _identity_provider(aws: Aws, region: str, url: str) -> Found | None:
    host = url.removeprefix("https://")
    for provider in aws.client("iam", region).list_open_id_connect_providers()["OpenIDConnectProviderList"]:
        if provider["Arn"].endswith(f":oidc-provider/{host}"):
            return Found(provider["Arn"])
    return None


KINDS = (
    Kind("aws_s3_bucket", "bucket", "bucket", _bucket),
    Kind("aws_cloudwatch_log_group", "name", "log group", _log_group),
    Kind("aws_iam_role", "name", "role", _described("iam", "get_role", "RoleName", "NoSuchEntity")),
    Kind("aws_iam_openid_connect_provider", "url", "identity provider", _identity_provider),
    Kind("aws_kms_alias", "name", "key alias", _listed("kms", "list_aliases", "Aliases", "AliasName")),
    Kind("aws_secretsmanager_secret", "name", "secret", _secret),
    Kind(
        "aws_rds_cluster",
        "cluster_identifier",
        "database cluster",
        _described("rds", "describe_db_clusters", "DBClusterIdentifier", "DBClusterNotFoundFault"),
    ),
    Kind(
        "aws_db_subnet_group",
        "name",
        "database subnet group",
        _described("rds", "describe_db_subnet_groups", "DBSubnetGroupName", "DBSubnetGroupNotFoundFault"),
    ),
    Kind(
        "aws_elasticache_replication_group",
        "replication_group_id",
        "cache",
        _described("elasticache", "describe_replication_groups", "ReplicationGroupId", "ReplicationGroupNotFoundFault"),
    ),
    Kind(
        "aws_lb",
        "name",
        "load balancer",
        _load_balancer_part("describe_load_balancers", "LoadBalancerNotFound", "LoadBalancers", "LoadBalancerArn"),
    ),
    Kind(
        "aws_lb_target_group",
        "name",
        "target group",
        _load_balancer_part("describe_target_groups", "TargetGroupNotFound", "TargetGroups", "TargetGroupArn"),
    ),
    Kind(
        "aws_lambda_function",
        "function_name",
        "function",
        _described("lambda", "get_function_configuration", "FunctionName", "ResourceNotFoundException"),
    ),
    Kind("aws_wafv2_web_acl", "name", "web ACL", _web_acl),
    # DescribeBackupVault refuses access to a vault that is not there.
    Kind(
        "aws_backup_vault",
        "name",
        "backup vault",
        _listed("backup", "list_backup_vaults", "BackupVaultList", "BackupVaultName"),
    ),
    Kind(
        "aws_ecr_repository",
        "name",
        "repository",
        _described("ecr", "describe_repositories", "repositoryNames", "RepositoryNotFoundException", many=True),
    ),
)
