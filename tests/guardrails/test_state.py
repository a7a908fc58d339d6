"""State: one key a workspace, encrypted and locked; credentials of another account stop before any change."""

import json
import re

import pytest

from tests.guardrails.guardrail import FOUNDATIONS, WORKSPACES, Change, Offences, change, edit_module, guardrail
from tests.stack import Stack

EVERY = WORKSPACES + FOUNDATIONS
# What Terraform's S3 backend takes offline: a key's id has a UUID's version and variant digits, an alias any name.
KEY = re.compile(
    r"arn:aws:kms:[a-z0-9-]+:\d{12}:"
    r"(alias/[\w/-]+|key/[0-9a-f]{8}-[0-9a-f]{4}-[1-5][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12})"
)
ALL_ONES = "11111111-1111-1111-1111-111111111111"
ABSOLUTE = re.compile(r'"(/(?:home|root|tmp|Users|work|var|opt)/|[A-Z]:\\\\)')


def _backend(**values: object) -> Change:
    def how(module: dict[str, dict[str, dict[str, dict[str, object]]]]) -> None:
        module["terraform"]["backend"]["s3"].update(values)

    return edit_module(how)


@guardrail(
    "terraform.backend.s3",
    on=EVERY,
    broken_by=[
        edit_module(lambda module: module["terraform"].update(backend={"local": {"path": "terraform.tfstate"}})),
        _backend(key="terraform.tfstate"),
        _backend(use_lockfile=False),
        _backend(encrypt=False),
        _backend(dynamodb_table="locks"),
        _backend(kms_key_id=f"arn:aws:kms:eu-west-1:111122223333:key/{ALL_ONES}"),
        _backend(bucket="another-bucket"),
    ],
)
def test_state_is_remote_locked_and_encrypted(stack: Stack) -> Offences:
    """The state lies in the foundation's bucket, under the workspace's key, encrypted, and locked without DynamoDB."""
    backend = stack.module["terraform"]["backend"].get("s3")
    if backend is None:
        yield "terraform.backend", "is not S3"
        return
    account = stack.module["provider"]["aws"][0]["allowed_account_ids"][0]
    workspace = stack.name.removeprefix("payments-")
    expected = {
        "bucket": f"payments-foundation-{stack.environment}-state-{account}",
        "key": f"payments/{workspace}/terraform.tfstate",
        "encrypt": True,
        "use_lockfile": True,
    }
    for key, value in expected.items():
        if backend.get(key) != value:
            yield "terraform.backend", f"{key} is {backend.get(key)!r}, not {value!r}"
    if "dynamodb_table" in backend:
        yield "terraform.backend", "locks with DynamoDB"
    key_id = backend.get("kms_key_id", "")
    if (
        not KEY.fullmatch(key_id)
        or account not in key_id
        or f"payments-foundation-{stack.environment}-state" not in key_id
    ):
        yield "terraform.backend", f"{key_id!r} is not the foundation's key in a form that the backend takes"


def test_a_key_id_needs_the_digits_of_a_uuid() -> None:
    arn = "arn:aws:kms:eu-west-1:111122223333:key/"
    assert KEY.fullmatch(f"{arn}11111111-1111-4111-8111-111111111111") and not KEY.fullmatch(arn + ALL_ONES)


def test_every_stack_has_its_own_state(stacks: dict[str, Stack]) -> None:
    backends = [stack.module["terraform"]["backend"]["s3"] for stack in stacks.values()]
    assert len({(backend["bucket"], backend["key"]) for backend in backends}) == len(stacks)


@guardrail(
    "terraform",
    on=EVERY,
    broken_by=[
        edit_module(lambda module: module["terraform"].update(required_version=">= 1.5")),
        edit_module(lambda module: module["terraform"]["required_providers"]["aws"].update(version="~> 6.0")),
        edit_module(lambda module: module["terraform"]["required_providers"].pop("aws")),
    ],
)
def test_versions_are_pinned(stack: Stack) -> Offences:
    """Terraform is 1.11 or later, which write-only arguments need; each provider has one exact version."""
    if not re.fullmatch(r">= 1\.1[1-9]", stack.module["terraform"]["required_version"]):
        yield "terraform.required_version", stack.module["terraform"]["required_version"]
    providers = stack.module["terraform"]["required_providers"]
    for name in stack.module["provider"]:
        if not re.fullmatch(r"\d+\.\d+\.\d+", providers.get(name, {}).get("version", "")):
            yield f"required_providers.{name}", f"{providers.get(name)} is not one version"


@guardrail(
    "provider.aws",
    on=EVERY,
    broken_by=[
        edit_module(lambda module: module["provider"]["aws"][0].pop("allowed_account_ids")),
        edit_module(lambda module: module["provider"]["aws"][0].update(allowed_account_ids=["999999999999"])),
        edit_module(lambda module: module["provider"]["aws"][0].update(access_key="AKIAIOSFODNN7EXAMPLE")),
        edit_module(lambda module: module["provider"]["aws"].append({"alias": "us", "region": "us-east-1"})),
    ],
)
def test_credentials_of_another_account_are_refused(stack: Stack) -> Offences:
    """Every provider is bound to the account that also owns the state, and holds no credentials."""
    bucket = stack.module["terraform"]["backend"]["s3"]["bucket"]
    for provider in stack.module["provider"]["aws"]:
        where = f"provider.aws {provider.get('alias', '')}"
        accounts = provider.get("allowed_account_ids", [])
        if len(accounts) != 1 or not bucket.endswith(accounts[0]):
            yield where, f"may be applied to {accounts or 'any account'}"
        yield from (
            (where, f"holds {key}") for key in ("access_key", "secret_key", "profile", "token") if key in provider
        )


@guardrail(
    "aws_kms_key",
    on=EVERY,
    broken_by=[
        change("aws_kms_key", description="/home/someone/payments"),
        change("aws_kms_key", description="built 2026-11-25T08:00:00Z"),
    ],
)
def test_output_is_the_same_everywhere(stack: Stack) -> Offences:
    """Nothing in the JSON names a machine's path or a moment."""
    text = json.dumps(stack.module)
    yield from (("module", f"holds the path {found}") for found in ABSOLUTE.findall(text))
    yield from (("module", f"holds the moment {found}") for found in re.findall(r"\d{4}-\d\d-\d\dT\d\d:\d\d", text))


@pytest.mark.parametrize("name", WORKSPACES + FOUNDATIONS)
def test_the_foundation_makes_what_backends_name(stacks: dict[str, Stack], name: str) -> None:
    """The bucket and the key's alias of each backend are made by the foundation of its environment."""
    backend = stacks[name].module["terraform"]["backend"]["s3"]
    foundation = stacks[f"payments-foundation-{stacks[name].environment}"]
    assert foundation.all("aws_s3_bucket")["state"]["bucket"] == backend["bucket"]
    alias = foundation.one("aws_kms_alias")
    assert backend["kms_key_id"].endswith(f":{alias['name']}")
    assert alias["target_key_id"] == "${aws_kms_key.state_key.key_id}"
