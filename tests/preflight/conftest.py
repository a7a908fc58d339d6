"""One emulated account a test; whatever the checks call in it must be a read."""

import json
import re
import threading
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import boto3
import pytest
from botocore.awsrequest import AWSPreparedRequest
from moto import mock_aws
from moto.core.models import MockAWS, botocore_stubber

from preflight.aws import Aws
from preflight.stack import Stack, read
from tests.preflight.account import Account, Wire
from tests.preflight.dns_server import DnsServer

# What may be called. BatchGetImage is ECR's only way to a manifest; IAM counts it as a read, like the others.
READS = re.compile(r"(Describe|Get|List|Head)[A-Z].*|BatchGetImage")


@pytest.fixture(scope="session")
def prod(outdir: Path) -> Stack:
    return read(outdir, "prod")


@pytest.fixture(scope="session")
def foundation(outdir: Path) -> Stack:
    return read(outdir, "foundation-prod")


@pytest.fixture(scope="package")
def emulator() -> Iterator[MockAWS]:
    """moto, started once: that and creating clients would be most of the time of these tests.

    It answers one call at a time. werkzeug parses moto's routes at their first use, and Python 3.11 cannot parse in two
    threads at once (https://github.com/python/cpython/issues/106905).
    """
    with mock_aws() as emulator, pytest.MonkeyPatch.context() as patch:
        answer, one_at_a_time = botocore_stubber.process_request, threading.Lock()

        def in_turn(request: AWSPreparedRequest) -> object:
            with one_at_a_time:
                return answer(request)

        patch.setattr(botocore_stubber, "process_request", in_turn)
        yield emulator


@pytest.fixture(scope="package")
def wire(emulator: MockAWS, prod: Stack) -> Wire:
    """The session that the checks get; its clients outlive a test."""
    return Wire(Aws(prod.region, boto3.Session(region_name=prod.region)))


@pytest.fixture(scope="package")
def own(emulator: MockAWS, prod: Stack) -> Aws:
    """The session of the tests."""
    return Aws(prod.region, boto3.Session(region_name=prod.region))


@pytest.fixture
def dns() -> Iterator[DnsServer]:
    with DnsServer() as server:
        yield server


@pytest.fixture
def account(
    monkeypatch: pytest.MonkeyPatch,
    emulator: MockAWS,
    wire: Wire,
    own: Aws,
    prod: Stack,
    foundation: Stack,
    dns: DnsServer,
) -> Iterator[Account]:
    """An empty account, the one that the workspace belongs to."""
    monkeypatch.setenv("MOTO_ACCOUNT_ID", prod.account_id)
    monkeypatch.setenv("MOTO_EC2_LOAD_DEFAULT_AMIS", "false")  # a second for each test
    emulator.reset()
    wire.clear()
    yield Account(prod, foundation, wire, own, dns)
    writes = [call for call in wire.calls if not READS.fullmatch(call.operation)]
    assert not writes, f"the checks only read, these write: {writes}"


def state_of(**resources: Sequence[Mapping[str, object]]) -> bytes:
    """A Terraform state with the attributes of resources by type."""
    listed = [
        {"mode": "managed", "type": type_, "name": "x", "instances": [{"attributes": attributes}]}
        for type_, instances in resources.items()
        for attributes in instances
    ]
    return json.dumps({"version": 4, "resources": listed}).encode()
