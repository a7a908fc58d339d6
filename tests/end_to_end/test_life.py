"""Every stack is applied to its account, is as its JSON says then, and keeps its secrets."""

import json
from pathlib import Path

import pytest

from tests.conftest import STACKS
from tests.end_to_end import bootstrap, leaks, mirror
from tests.end_to_end.bench import JSON, OVERRIDE
from tests.end_to_end.lanes import FIRST_PLAN, Lanes, Life, environment_of
from tests.end_to_end.leaks import NO_NOTES

pytestmark = pytest.mark.end_to_end
WORKSPACES = [name for name in STACKS if "foundation" not in name]
FOUNDATIONS = [name for name in STACKS if "foundation" in name]


@pytest.fixture(params=STACKS)
def life(request: pytest.FixtureRequest, lanes: Lanes) -> Life:
    return lanes[request.param]


@pytest.fixture(params=WORKSPACES)
def workspace_life(request: pytest.FixtureRequest, lanes: Lanes) -> Life:
    return lanes[request.param]


def test_the_second_plan_is_empty(life: Life) -> None:
    assert not life.changes, life.module.log.read_text()[-8000:]


def test_terraform_ran_the_json_that_is_shipped(life: Life, outdir: Path) -> None:
    shipped = outdir / "stacks" / life.module.folder.name / JSON
    assert (life.module.folder / JSON).read_bytes() == shipped.read_bytes()
    if life.bench.aws_version is None:
        assert not (life.module.folder / OVERRIDE).exists()
        return
    override = json.loads((life.module.folder / OVERRIDE).read_text())
    version = {"source": "hashicorp/aws", "version": life.bench.aws_version}
    assert override == {"terraform": {"required_providers": {"aws": version}}}


def test_the_emulated_aws_lacked_nothing(life: Life) -> None:
    life.bench.emulator.check()


def test_every_resource_of_the_json_is_in_the_state(life: Life) -> None:
    resources = json.loads((life.module.folder / JSON).read_text())["resource"]
    wanted = {f"{type_}.{name}" for type_, named in resources.items() for name in named}
    assert {f"{one['type']}.{one['name']}" for one in life.state()["resources"] if one["mode"] == "managed"} == wanted


def test_the_state_was_locked_and_unlocked(life: Life) -> None:
    lock = f"/{life.backend['bucket']}/{life.backend['key']}.tflock"
    done = [operation.split("?")[0] for operation, status in life.bench.emulator.ask("requests") if status < 300]
    taken, released = done.count(f"s3 PUT {lock}"), done.count(f"s3 DELETE {lock}")
    assert taken == released >= 2, (taken, released)


@pytest.mark.parametrize("foundation", FOUNDATIONS)
def test_a_foundation_keeps_its_state_in_the_bucket_that_it_made(foundation: str, lanes: Lanes) -> None:
    life = lanes[foundation]
    assert bootstrap.state_file_is_gone(life.module)
    assert {"state"} <= {one["name"] for one in life.state()["resources"] if one["type"] == "aws_s3_bucket"}


def test_the_migration_ran_in_a_real_database(workspace_life: Life) -> None:
    result = json.loads(workspace_life.attributes("aws_lambda_invocation")["result"])
    assert result["before"] == "0000"
    assert len(result["applied"]) == int(result["after"]) > 0


@pytest.mark.skipif(mirror.from_registry(), reason=NO_NOTES)
def test_no_password_is_in_any_file_or_state(workspace_life: Life) -> None:
    bench, module = workspace_life.bench, workspace_life.module
    passwords = bench.passwords.read_text().split()
    if (module.folder / FIRST_PLAN).exists():
        (module.folder / "first.json").write_text(json.dumps(module.show(FIRST_PLAN)))
    assert not leaks.found(bench)
    bucket, key = workspace_life.backend["bucket"], workspace_life.backend["key"]
    s3 = bench.emulator.client("s3", workspace_life.account, workspace_life.backend["region"])
    versions = s3.list_object_versions(Bucket=bucket, Prefix=key)["Versions"]
    assert len(versions) >= 2
    for version in versions:
        stored = s3.get_object(Bucket=bucket, Key=version["Key"], VersionId=version["VersionId"])
        assert not leaks.in_bytes(stored["Body"].read(), passwords), version["VersionId"]


@pytest.mark.skipif(mirror.from_registry(), reason=NO_NOTES)
def test_the_password_that_is_stored_is_the_one_that_the_database_takes(workspace_life: Life) -> None:
    """The migration logged in with the stored one: it is one of those that the stand-in made."""
    bench, module = workspace_life.bench, workspace_life.module
    arn = workspace_life.attributes("aws_secretsmanager_secret")["arn"]
    client = bench.emulator.client("secretsmanager", workspace_life.account)
    stored = json.loads(client.get_secret_value(SecretId=arn)["SecretString"])
    assert stored["password"] in bench.passwords.read_text().split()
    assert environment_of(module.folder.name) in stored["host"]
