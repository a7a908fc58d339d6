"""An emulated AWS account for the checks: moto's, with answers for the operations that moto 5.2.5 lacks."""

import copy
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from botocore.awsrequest import AWSResponse

from preflight.aws import Aws
from preflight.check import Scope
from preflight.dns import Resolver
from preflight.stack import Stack
from preflight.state import State, read
from tests.preflight.dns_server import DnsServer

Answer = dict[str, Any]


@dataclass(frozen=True)
class Call:
    """One call of the API; `service` is the name that requests are signed for."""

    service: str
    operation: str


class Wire:
    """Between the checks and the emulator: notes every call, and answers where a test has said what."""

    def __init__(self, aws: Aws) -> None:
        self.aws = aws
        self.calls: list[Call] = []
        self.answers: dict[str, Answer] = {}
        aws.session.events.register("before-call", self._before_call)

    def clear(self) -> None:
        self.calls.clear()
        self.answers.clear()

    def _before_call(self, model: Any, **_: Any) -> tuple[AWSResponse, Answer] | None:
        service = model.service_model.signing_name
        self.calls.append(Call(service, model.name))
        if model.name not in self.answers:
            return None
        answer = self.answers[model.name]
        if "Error" not in answer:
            check_shape(model.name, answer, model.output_shape)
        status = 400 if "Error" in answer else 200
        return AWSResponse("", status, {}, None), {"ResponseMetadata": {}, **answer}


@dataclass
class Account:
    """The account of one workspace."""

    stack: Stack
    foundation: Stack
    wire: Wire
    own: Aws
    dns: DnsServer

    @property
    def aws(self) -> Aws:
        return self.wire.aws

    def client(self, service: str, region: str | None = None) -> Any:
        """A client that makes what the checks are to find; its calls are neither noted nor answered."""
        return self.own.client(service, region)

    def answer(self, operation: str, answer: Answer) -> None:
        """What AWS says to an operation, such as `GetAccountSettings`, from now on."""
        self.wire.answers[operation] = answer

    def refuse(self, operation: str, code: str, message: str = "") -> None:
        self.answer(operation, {"Error": {"Code": code, "Message": message}})

    def changed(self) -> Answer:
        """The stack's JSON, to be changed at will; the next scope has it."""
        self.stack = Stack(self.stack.name, copy.deepcopy(self.stack.document))
        return self.stack.document

    def scope(self, state: State | None = None) -> Scope:
        """With a state of the test's choice, or the one in the bucket."""
        known = state or read(self.aws, self.stack.backend)
        return Scope(self.stack, self.aws, self.foundation, Resolver(self.dns.address), known)

    def put_state(self, key: str, body: bytes) -> None:
        """An object beside the states; makes the bucket when there is none."""
        s3 = self.client("s3")
        bucket = self.stack.backend["bucket"]
        if bucket not in {b["Name"] for b in s3.list_buckets()["Buckets"]}:
            self.make_bucket(bucket)
        s3.put_object(Bucket=bucket, Key=key, Body=body)

    def make_bucket(self, name: str, region: str | None = None) -> None:
        region = region or self.stack.region
        s3 = self.client("s3", region)
        s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": region})
        s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})


def check_shape(where: str, value: Any, shape: Any) -> None:
    """Holds a test's answer against AWS's own model of it, so that nobody invents a field; raises AssertionError."""
    match shape.type_name:
        case "structure":
            for name, member in value.items():
                assert name in shape.members, f"{where} has no {name}"
                check_shape(f"{where}.{name}", member, shape.members[name])
        case "list":
            for item in value:
                check_shape(where, item, shape.member)
        case "map":
            for item in value.values():
                check_shape(where, item, shape.value)
        case scalar:
            expected: dict[str, Any] = {
                "integer": int,
                "long": int,
                "double": (int, float),
                "boolean": bool,
                "timestamp": datetime,
            }
            assert isinstance(value, expected.get(scalar, str)), f"{where} = {value!r} is no {scalar}"
