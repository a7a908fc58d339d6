"""What the emulated AWS adds to moto, without Terraform."""

import io
import json
import time
import zipfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.end_to_end.emulator.client import Emulator, emulator
from tests.end_to_end.emulator.services.lambda_interfaces import LINGER

ACCOUNT = "111122223333"
TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}],
}


@pytest.fixture
def aws(tmp_path: Path) -> Iterator[Emulator]:
    with emulator(tmp_path) as running:
        yield running


def archive(handler: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as zipped:
        zipped.writestr("code.py", handler)
    return buffer.getvalue()


def function(aws: Emulator, handler: str, **settings: Any) -> Any:
    """A function `it` with this code, and the client that knows it."""
    role = aws.client("iam", ACCOUNT).create_role(RoleName="it", AssumeRolePolicyDocument=json.dumps(TRUST))
    lambda_ = aws.client("lambda", ACCOUNT)
    lambda_.create_function(
        FunctionName="it",
        Role=role["Role"]["Arn"],
        Runtime="python3.13",
        Handler="code.handle",
        Code={"ZipFile": archive(handler)},
        **settings,
    )
    return lambda_


def test_an_operation_that_is_missing_fails_at_once_with_its_name(aws: Emulator) -> None:
    begun = time.monotonic()
    with pytest.raises(ClientError, match=r"rds\.DescribePendingMaintenanceActions"):
        aws.client("rds", ACCOUNT).describe_pending_maintenance_actions()
    assert time.monotonic() - begun < 20
    with pytest.raises(AssertionError, match=r"rds\.DescribePendingMaintenanceActions"):
        aws.check()


def as_the_same_invocation(request: Any, **_: Any) -> None:
    request.headers["amz-sdk-invocation-id"] = "the same"


def test_a_client_that_lost_an_answer_gets_it_on_its_next_attempt(aws: Emulator) -> None:
    sqs = aws.client("sqs", ACCOUNT)
    url = sqs.create_queue(QueueName="it")["QueueUrl"]
    sqs.meta.events.register("before-send", as_the_same_invocation)
    for _ in range(2):
        sqs.delete_queue(QueueUrl=url)
    with pytest.raises(ClientError, match="NonExistentQueue"):
        aws.client("sqs", ACCOUNT).delete_queue(QueueUrl=url)


def test_the_access_key_says_whose_account_it_is(aws: Emulator) -> None:
    for account in (ACCOUNT, "444455556666"):
        assert aws.client("sts", account).get_caller_identity()["Account"] == account


def test_a_function_runs_its_code_and_fails_with_it(aws: Emulator) -> None:
    lambda_ = function(aws, "def handle(event, context):\n    return 1 / event['by']\n")
    answer = lambda_.invoke(FunctionName="it", Payload=b'{"by": 4}')
    assert json.load(answer["Payload"]) == 0.25
    answer = lambda_.invoke(FunctionName="it", Payload=b'{"by": 0}')
    assert answer["FunctionError"] == "Unhandled"
    assert json.load(answer["Payload"])["errorType"] == "ZeroDivisionError"


def test_it_settles_when_what_was_asked_for_is_done(aws: Emulator) -> None:
    lambda_ = function(aws, "import time\n\ndef handle(event, context):\n    time.sleep(5)\n", Timeout=30)
    with ThreadPoolExecutor() as pool:
        invoked = pool.submit(lambda_.invoke, FunctionName="it")
        while not aws.ask("open"):
            time.sleep(0.1)
        assert not invoked.done()
        aws.settle()
        assert not aws.ask("open") and invoked.result(timeout=2)


def test_what_exists_is_not_made_again(aws: Emulator) -> None:
    rds, ecs, cache = (aws.client(service, ACCOUNT) for service in ("rds", "ecs", "elasticache"))
    ecs.create_cluster(clusterName="it")
    ecs.register_task_definition(family="it", containerDefinitions=[{"name": "it", "image": "it", "memory": 128}])
    wanted: list[tuple[Callable[..., object], dict[str, object]]] = [
        (
            rds.create_db_cluster,
            {
                "DBClusterIdentifier": "it",
                "Engine": "aurora-postgresql",
                "MasterUsername": "payments",
                "MasterUserPassword": "not a secret",
            },
        ),
        (ecs.create_service, {"cluster": "it", "serviceName": "it", "taskDefinition": "it", "desiredCount": 1}),
        (
            cache.create_replication_group,
            {
                "ReplicationGroupId": "it",
                "ReplicationGroupDescription": "it",
                "Engine": "valkey",
                "CacheNodeType": "cache.t4g.micro",
                "CacheParameterGroupName": "it",
                "NumCacheClusters": 1,
                "SecurityGroupIds": [],
            },
        ),
    ]
    for create, parameters in wanted:
        create(**parameters)
    ecs.create_cluster(clusterName="it")  # AWS answers with the one that is there
    for create, parameters in wanted:
        with pytest.raises(ClientError, match=r"already exists|not idempotent"):
            create(**parameters)


def test_a_function_s_interfaces_outlive_it(aws: Emulator) -> None:
    ec2 = aws.client("ec2", ACCOUNT)
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.0.0.0/24")["Subnet"]["SubnetId"]
    own, other = (
        ec2.create_security_group(GroupName=name, Description=name, VpcId=vpc)["GroupId"] for name in ("own", "other")
    )
    network = {"SubnetIds": [subnet], "SecurityGroupIds": [own]}
    lambda_ = function(aws, "", VpcConfig=network)
    with pytest.raises(ClientError, match="DependencyViolation"):
        ec2.delete_security_group(GroupId=own)
    lambda_.update_function_configuration(FunctionName="it", VpcConfig={**network, "SecurityGroupIds": [other]})
    ec2.delete_security_group(GroupId=own)
    lambda_.delete_function(FunctionName="it")
    with pytest.raises(ClientError, match="DependencyViolation"):
        ec2.delete_subnet(SubnetId=subnet)
    time.sleep(LINGER + 1)
    ec2.delete_subnet(SubnetId=subnet)


def test_faults_are_injected_until_they_are_used_up(aws: Emulator) -> None:
    sts = aws.client("sts", ACCOUNT)
    aws.ask("faults", left=1, every=2, status=503)
    sts.get_caller_identity()
    with pytest.raises(ClientError, match="Injected by the test"):
        sts.get_caller_identity()
    for _ in range(4):
        sts.get_caller_identity()
    assert aws.ask("faults")["left"] == 0
    aws.check()
