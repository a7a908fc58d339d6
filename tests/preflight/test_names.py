"""Names that are taken already."""

from collections.abc import Callable

import pytest

from preflight.checks.names import check
from preflight.stack import Stack
from tests.preflight.account import Account
from tests.preflight.conftest import state_of

TRUST = '{"Version": "2012-10-17", "Statement": []}'


def test_passes(account: Account) -> None:
    result = check(account.scope())
    assert result and result.text.endswith(" free, 0 ours")


def test_what_the_state_has_is_ours(account: Account) -> None:
    name = "/payments-prod/api"
    account.client("logs").create_log_group(logGroupName=name)
    account.client("logs").create_log_group(logGroupName=f"{name}-of-others")
    result = check(account.scope())
    assert result and result.problems == (
        f"log group {name} exists, but not in this stack's state: "
        f"`terraform import aws_cloudwatch_log_group.api_logs '{name}'`, or delete it",
    )
    account.put_state("payments/prod/terraform.tfstate", state_of(aws_cloudwatch_log_group=[{"name": name}]))
    result = check(account.scope())
    assert result and result.text.endswith(" free, 1 ours")


def role(account: Account) -> str:
    account.client("iam").create_role(RoleName="payments-prod-api-task", AssumeRolePolicyDocument=TRUST)
    return "role payments-prod-api-task|payments-prod-api-task"


def bucket(account: Account) -> str:
    account.make_bucket("payments-prod-alb-logs-777788889999")
    return "bucket payments-prod-alb-logs-777788889999|payments-prod-alb-logs-777788889999"


def alias(account: Account) -> str:
    kms = account.client("kms")
    kms.create_alias(AliasName="alias/payments-prod-data", TargetKeyId=kms.create_key()["KeyMetadata"]["KeyId"])
    return "key alias alias/payments-prod-data|alias/payments-prod-data"


def cluster(account: Account) -> str:
    account.client("rds").create_db_cluster(
        DBClusterIdentifier="payments-prod-database",
        Engine="aurora-postgresql",
        MasterUsername="someone",
        MasterUserPassword="a password",
    )
    return "database cluster payments-prod-database|payments-prod-database"


def replication_group(account: Account) -> str:
    account.client("elasticache").create_replication_group(
        ReplicationGroupId="payments-prod-cache", ReplicationGroupDescription="left over", Engine="redis"
    )
    return "cache payments-prod-cache|payments-prod-cache"


def load_balancer(account: Account) -> str:
    ec2 = account.client("ec2")
    subnets = [subnet["SubnetId"] for subnet in ec2.describe_subnets()["Subnets"]][:2]
    made = account.client("elbv2").create_load_balancer(Name="payments-prod-alb", Subnets=subnets)
    return f"load balancer payments-prod-alb|{made['LoadBalancers'][0]['LoadBalancerArn']}"


def target_group(account: Account) -> str:
    vpc = account.client("ec2").describe_vpcs()["Vpcs"][0]["VpcId"]
    made = account.client("elbv2").create_target_group(Name="payments-prod-api", Protocol="HTTP", Port=80, VpcId=vpc)
    return f"target group payments-prod-api|{made['TargetGroups'][0]['TargetGroupArn']}"


def function(account: Account) -> str:
    account.answer("GetFunctionConfiguration", {"FunctionName": "payments-prod-migration"})
    functions = account.changed()["resource"]["aws_lambda_function"]
    for id_ in [i for i, f in functions.items() if f["function_name"] != "payments-prod-migration"]:
        del functions[id_]
    return "function payments-prod-migration|payments-prod-migration"


def web_acl(account: Account) -> str:
    visibility = {"SampledRequestsEnabled": False, "CloudWatchMetricsEnabled": False, "MetricName": "x"}
    made = account.client("wafv2").create_web_acl(
        Name="payments-prod", Scope="REGIONAL", DefaultAction={"Allow": {}}, VisibilityConfig=visibility
    )
    return f"web ACL payments-prod|{made['Summary']['Id']}/payments-prod/REGIONAL"


def vault_of_copies(account: Account) -> str:
    account.client("backup", "eu-central-1").create_backup_vault(BackupVaultName="payments-prod-backup")
    return "backup vault payments-prod-backup|payments-prod-backup"


def subnet_group(account: Account) -> str:
    ec2, rds = account.client("ec2"), account.client("rds")
    subnets = [subnet["SubnetId"] for subnet in ec2.describe_subnets()["Subnets"]]
    (name,) = account.stack.values("aws_db_subnet_group", "name")
    rds.create_db_subnet_group(DBSubnetGroupName=name, DBSubnetGroupDescription="left over", SubnetIds=subnets)
    return f"database subnet group {name}|{name}"


@pytest.mark.parametrize(
    "taken",
    [
        *(role, bucket, alias, cluster, replication_group, load_balancer, target_group, function, web_acl),
        *(vault_of_copies, subnet_group),
    ],
    ids=lambda taken: str(taken.__name__),
)
def test_taken(account: Account, taken: Callable[[Account], str]) -> None:
    what, _, import_id = taken(account).partition("|")
    result = check(account.scope())
    assert result
    (problem,) = result.problems
    assert problem.startswith(f"{what} exists, but not in this stack's state: `terraform import aws_")
    assert problem.endswith(f" '{import_id}'`, or delete it")


def test_a_bucket_of_another_account(account: Account) -> None:
    buckets = account.changed()["resource"]["aws_s3_bucket"]
    del buckets["access_logs"]
    account.refuse("HeadBucket", "403")
    result = check(account.scope())
    assert result and result.problems == (
        "bucket payments-prod-alb-logs-777788889999 belongs to another account: "
        "bucket names are one space for all of AWS, take another",
    )


def test_the_names_of_a_foundation(account: Account, foundation: Stack) -> None:
    account.stack = foundation
    iam = account.client("iam")
    url = "https://token.actions.githubusercontent.com"
    provider = iam.create_open_id_connect_provider(Url=url, ThumbprintList=["0" * 40])["OpenIDConnectProviderArn"]
    account.client("ecr").create_repository(repositoryName="payments-foundation-prod")
    result = check(account.scope())
    assert result
    by_identity, by_registry = result.problems
    assert by_identity.startswith(f"identity provider {url} exists, ")
    assert by_identity.endswith(f" '{provider}'`, or delete it")
    assert by_registry.startswith("repository payments-foundation-prod exists, ")


def test_a_secret_that_waits_for_its_deletion(account: Account) -> None:
    """The shipped secret has a random suffix, so that this cannot happen; one with a fixed name is told apart."""
    secret = next(iter(account.changed()["resource"]["aws_secretsmanager_secret"].values()))
    secret.pop("name_prefix", None)
    secret["name"] = "payments-prod-database-master"
    client = account.client("secretsmanager")
    client.create_secret(Name=secret["name"], SecretString="x")
    result = check(account.scope())
    assert result and result.problems[0].startswith("secret payments-prod-database-master exists, ")
    day = client.delete_secret(SecretId=secret["name"], RecoveryWindowInDays=30)["DeletionDate"]
    deleted = client.describe_secret(SecretId=secret["name"])["DeletedDate"]
    assert day and deleted
    result = check(account.scope())
    assert result and result.problems == (
        f"secret payments-prod-database-master was deleted on {deleted:%Y-%m-%d} and keeps its name until the "
        "recovery window ends: `aws secretsmanager restore-secret --secret-id payments-prod-database-master`, "
        "then import it",
    )
