"""One emulated account a test; whatever the checks call in it must be a read."""

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import boto3
import botocore.session
import pytest
from botocore.loaders import Loader
from moto import mock_aws

from preflight.aws import Aws
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


@pytest.fixture(scope="session")
def service_models() -> Loader:
    """AWS's descriptions of its services, read once: a session of its own would read them again for each test."""
    loader: Loader = botocore.session.Session().get_component("data_loader")
    return loader


@pytest.fixture
def role(monkeypatch: pytest.MonkeyPatch, prod: Stack, service_models: Loader) -> Iterator[Callable[[], boto3.Session]]:
    """Makes sessions of a role in the account that the workspace belongs to."""
    for variable in ("AWS_PROFILE", "AWS_ENDPOINT_URL", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("MOTO_EC2_LOAD_DEFAULT_AMIS", "false")  # a second for each test
    with mock_aws():

        def session(**credentials: str) -> boto3.Session:
            inner = botocore.session.Session()
            inner.register_component("data_loader", service_models)
            return boto3.Session(botocore_session=inner, region_name=prod.region, **credentials)

        arn = f"arn:aws:iam::{prod.account_id}:role/engineer"
        assumed = session().client("sts").assume_role(RoleArn=arn, RoleSessionName="test")["Credentials"]
        yield lambda: session(
            aws_access_key_id=assumed["AccessKeyId"],
            aws_secret_access_key=assumed["SecretAccessKey"],
            aws_session_token=assumed["SessionToken"],
        )


@pytest.fixture
def dns() -> Iterator[DnsServer]:
    with DnsServer() as server:
        yield server


@pytest.fixture
def account(prod: Stack, foundation: Stack, role: Callable[[], boto3.Session], dns: DnsServer) -> Iterator[Account]:
    """An empty account."""
    account = Account(prod, foundation, Aws(prod.region, role()), role(), dns)
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
