"""One emulated account a test; whatever the checks call in it must be a read."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import boto3
import pytest
from moto import mock_aws

from preflight.stack import Stack, read
from tests.preflight.account import Account
from tests.preflight.dns_server import DnsServer

# What may be called. BatchGetImage is ECR's only way to a manifest; IAM counts it as a read, like the others.
READS = re.compile(r"(Describe|Get|List|Head)[A-Z].*|BatchGetImage")


@pytest.fixture(scope="session")
def prod(outdir: Path) -> Stack:
    return read(outdir, "prod")


@pytest.fixture(scope="session")
def foundation(outdir: Path) -> Stack:
    return read(outdir, "foundation-prod")


@pytest.fixture
def aws_session(monkeypatch: pytest.MonkeyPatch, prod: Stack) -> Iterator[boto3.Session]:
    """A role in the account that the workspace belongs to."""
    for variable in ("AWS_PROFILE", "AWS_ENDPOINT_URL", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(variable, raising=False)
    with mock_aws():
        role = f"arn:aws:iam::{prod.account_id}:role/engineer"
        sts = boto3.client("sts", region_name=prod.region)
        credentials = sts.assume_role(RoleArn=role, RoleSessionName="test")["Credentials"]
        yield boto3.Session(
            aws_access_key_id=credentials["AccessKeyId"],
            aws_secret_access_key=credentials["SecretAccessKey"],
            aws_session_token=credentials["SessionToken"],
        )


@pytest.fixture
def dns() -> Iterator[DnsServer]:
    with DnsServer() as server:
        yield server


@pytest.fixture
def account(prod: Stack, foundation: Stack, aws_session: boto3.Session, dns: DnsServer) -> Iterator[Account]:
    """An empty account."""
    account = Account(prod, foundation, aws_session, dns)
    yield account
    writes = [call for call in account.calls if not READS.fullmatch(call.operation)]
    assert not writes, f"the checks only read, these write: {writes}"


def state_of(**resources: Sequence[Mapping[str, object]]) -> bytes:
    """A Terraform state with the attributes of resources by type."""
    listed = [
        {"mode": "managed", "type": type_, "name": "x", "instances": [{"attributes": attributes}]}
        for type_, instances in resources.items()
        for attributes in instances
    ]
    return json.dumps({"version": 4, "resources": listed}).encode()
