"""The saved plan's way from one job to the next."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto import mock_aws

from delivery import handover
from delivery.errors import Refused
from delivery.stack import find

PROD = find("payments-prod")


@pytest.fixture
def s3(credentials: None) -> Iterator[Any]:
    with mock_aws():
        s3 = boto3.client("s3", region_name="eu-west-1")
        place: Any = {"LocationConstraint": "eu-west-1"}
        s3.create_bucket(Bucket=PROD.state_bucket, CreateBucketConfiguration=place)
        yield s3


def test_arrives_as_it_left(s3: Any, tmp_path_factory: pytest.TempPathFactory) -> None:
    here, there = tmp_path_factory.mktemp("plan"), tmp_path_factory.mktemp("apply")
    for number, name in enumerate(handover.FILES):
        (here / name).write_bytes(bytes([number, 0, 255]))
    handover.put(s3, PROD, "12-1", here)
    handover.get(s3, PROD, "12-1", there)
    assert [(there / name).read_bytes() for name in handover.FILES] == [b"\0\0\xff", b"\1\0\xff"]
    keys = [item["Key"] for item in s3.list_objects_v2(Bucket=PROD.state_bucket)["Contents"]]
    assert keys == [f"plans/payments-prod/12-1/{name}" for name in sorted(handover.FILES)]


def test_not_there(s3: Any, tmp_path_factory: pytest.TempPathFactory) -> None:
    folder: Path = tmp_path_factory.mktemp("apply")
    with pytest.raises(Refused, match=r"plans/payments-prod/12-2/plan.tfplan: there is no such plan"):
        handover.get(s3, PROD, "12-2", folder)
