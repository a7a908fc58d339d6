"""Copies as AWS shows them, the limits they have, and the way they go."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto import mock_aws

from delivery import copies, remains, sweep
from delivery.copies import AT_ONCE, MONTHLY_USD, Copy
from delivery.errors import BadInput, Refused
from delivery.github import GitHub
from delivery.stack import Stack, find
from tests.delivery.fake_github import Store

DEV, COPY = find("payments-dev"), find("payments-dev-pr-42")
NOW = datetime(2026, 11, 25, 3, tzinfo=UTC)
FRESH, OLD = NOW - timedelta(hours=1), NOW - timedelta(hours=80)


@pytest.fixture
def session(credentials: None) -> Iterator[Any]:
    """An account with the state bucket in it."""
    with mock_aws():
        session = boto3.Session(region_name="eu-west-1")
        place = {"LocationConstraint": "eu-west-1"}
        session.client("s3").create_bucket(Bucket=DEV.state_bucket, CreateBucketConfiguration=place)
        yield session


def state(session: Any, key: str) -> None:
    session.client("s3").put_object(Bucket=DEV.state_bucket, Key=key, Body=b"{}")


def tagged(session: Any, workspace: str) -> str:
    """A queue of a workspace; returns its ARN."""
    sqs = session.client("sqs")
    url = sqs.create_queue(QueueName=f"payments-{workspace}-payments", tags={"Workspace": workspace})["QueueUrl"]
    return str(sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"])


def listed(session: Any) -> list[Copy]:
    return copies.list_copies(session, "dev", DEV.state_bucket)


def test_found_by_state_and_by_tag(session: Any) -> None:
    for key in (COPY.state_key, DEV.state_key, find("payments-foundation-dev").state_key):
        state(session, key)
    state(session, "payments/dev-pr-9/terraform.tfstate.tflock")
    copies.claim(session.client("s3"), find("payments-dev-pr-8"))
    arns = {name: tagged(session, name) for name in ("dev-pr-42", "dev-pr-7", "dev", "staging-pr-7")}
    first, second, third = listed(session)
    assert (first.workspace, first.arns) == ("dev-pr-42", (arns["dev-pr-42"],))
    assert first.applied is not None and abs(datetime.now(UTC) - first.applied) < timedelta(minutes=1)
    assert second == Copy("dev-pr-7", None, (arns["dev-pr-7"],))
    assert third.workspace == "dev-pr-8" and third.claimed


def test_what_aws_only_remembers_is_no_copy(session: Any) -> None:
    """Or it would count against the limit, and be swept every night until AWS forgets it."""
    kms = session.client("kms")
    key = kms.create_key(Tags=[{"TagKey": "Workspace", "TagValue": "dev-pr-42"}])["KeyMetadata"]
    assert [copy.arns for copy in listed(session)] == [(key["Arn"],)]
    kms.schedule_key_deletion(KeyId=key["KeyId"], PendingWindowInDays=7)
    assert listed(session) == []


def test_no_copies(session: Any) -> None:
    state(session, DEV.state_key)
    tagged(session, "dev")
    assert listed(session) == []


@pytest.mark.parametrize(
    ("copy", "wanted", "why"),
    [
        (Copy("dev-pr-42", FRESH), True, ""),
        (Copy("dev-pr-42", FRESH), False, "pull request #42 is closed or lost the label preview"),
        (Copy("dev-pr-42", OLD), True, "applied 80 h ago"),
        (Copy("dev-pr-42", None, ("arn",)), True, "1 resources without a state"),
        (Copy("dev-mine", None, ("arn",)), False, "1 resources without a state"),
        (Copy("dev-pr-42", None, ("arn",), claimed=FRESH), True, ""),
        (Copy("dev-pr-42", None, claimed=OLD), True, "claimed its place, and was never made"),
        (Copy("dev-mine", OLD), False, ""),
    ],
)
def test_when_a_copy_has_to_go(copy: Copy, wanted: bool, why: str) -> None:
    assert copies.is_due(copy, NOW, wanted) == why


def planned(folder: Path, readers: int) -> Path:
    """The plan of a copy that creates as many of prod's database instances."""
    folder.mkdir()
    after = {"instance_class": "db.r6g.large", "engine": "aurora-postgresql"}
    changes = [
        {
            "address": f"aws_rds_cluster_instance.I{number}", "mode": "managed", "type": "aws_rds_cluster_instance",
            "name": f"I{number}", "provider_name": "registry.terraform.io/hashicorp/aws",
            "change": {"actions": ["create"], "before": None, "after": after, "after_unknown": {}},
        }
        for number in range(readers)
    ]  # fmt: skip
    plan = {"format_version": "1.2", "terraform_version": "1.11.4", "resource_changes": changes, "configuration": {}}
    (folder / "plan.json").write_text(json.dumps(plan))
    return folder


@pytest.fixture
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("plan") / COPY.name


def test_admitted(folder: Path) -> None:
    line = copies.admit(COPY, planned(folder, 1), [Copy("dev-pr-1", FRESH)])
    assert line.startswith("payments-dev-pr-42: +$") and line.endswith(f"copy 2 of at most {AT_ONCE}")


def test_too_dear(folder: Path) -> None:
    with pytest.raises(Refused, match=rf"would cost \+\$\d,?\d+/month, at most \${MONTHLY_USD:.0f}/month"):
        copies.admit(COPY, planned(folder, 4), [])


def test_too_dear_with_what_it_has(folder: Path) -> None:
    """Each push adds little, and all of it is there the next month."""
    planned(folder, 4)
    plan = json.loads((folder / "plan.json").read_text())
    for item in plan["resource_changes"][1:]:
        item["change"] |= {"actions": ["no-op"], "before": item["change"]["after"]}
    (folder / "plan.json").write_text(json.dumps(plan))
    with pytest.raises(Refused, match="would cost"):
        copies.admit(COPY, folder, [])


def test_too_many(folder: Path) -> None:
    present = [Copy(f"dev-pr-{number}", FRESH) for number in range(AT_ONCE)]
    with pytest.raises(Refused, match=r"there are 5 copies already \(dev-pr-0, .*\), at most 5"):
        copies.admit(COPY, planned(folder, 1), present)


def test_a_copy_that_is_there_may_be_updated(folder: Path) -> None:
    present = [Copy(f"dev-pr-{number}", FRESH) for number in range(AT_ONCE - 1)]
    assert copies.admit(COPY, planned(folder, 1), [*present, Copy("dev-pr-42", FRESH)])


def test_only_copies_are_admitted_and_taken_down(folder: Path, session: Any) -> None:
    with pytest.raises(BadInput, match="payments-dev is no copy"):
        copies.claim(session.client("s3"), DEV)
    with pytest.raises(Refused, match="payments-dev is no copy, and nothing else is ever destroyed"):
        sweep.down(DEV, folder, folder, session)


def test_the_announcement() -> None:
    text = copies.announcement(COPY)
    assert "https://payments-pr-42.dev.example.com" in text and "72 hours" in text


def test_sweep_takes_down_what_is_due_and_goes_on_after_a_failure(github: GitHub, store: Store) -> None:
    store.pull_request(1, "a" * 40, labels=("preview",))
    store.pull_request(2, "b" * 40, merge="c" * 40, labels=("preview",))
    store.pull_request(3, "d" * 40)
    store.pull_request(4, "e" * 40, labels=("preview",))
    asked: list[str] = []

    def take_down(stack: Stack) -> str:
        asked.append(stack.name)
        if stack.name == "payments-dev-pr-2":
            raise Refused("payments-dev-pr-2: the apply failed")
        return f"{stack.name}: nothing is left"

    present = [Copy(f"dev-pr-{number}", FRESH) for number in (1, 2, 3)]
    # Of number 5 GitHub knows nothing.
    present += [Copy("dev-pr-5", OLD), Copy("dev-pr-4", OLD), Copy("dev-mine", OLD)]
    with pytest.raises(Refused) as refused:
        sweep.sweep("dev", github, NOW, present, take_down)
    assert asked == ["payments-dev-pr-2", "payments-dev-pr-3", "payments-dev-pr-4"]
    *lines, unknown = str(refused.value).splitlines()
    assert unknown.startswith("dev-pr-5: GitHub: GET ") and unknown.endswith("404 Not Found")
    assert lines == [
        "dev-pr-1: stays",
        "payments-dev-pr-3: nothing is left (pull request #3 is closed or lost the label preview)",
        "payments-dev-pr-4: nothing is left (applied 80 h ago)",
        "dev-mine: stays",
        "dev-pr-2: payments-dev-pr-2: the apply failed",
    ]


def test_sweep_of_nothing(github: GitHub) -> None:
    assert sweep.sweep("dev", github, NOW, [], lambda stack: "") == ["dev: no copies"]


def test_orphans_without_a_state_are_named(session: Any, folder: Path) -> None:
    arn = tagged(session, "dev-pr-42")
    with pytest.raises(Refused, match="no state knows these, remove them by hand") as refused:
        sweep.down(COPY, folder, folder, session)
    assert arn in str(refused.value)


def test_taken_down_twice(session: Any, folder: Path) -> None:
    assert sweep.down(COPY, folder, folder, session) == "payments-dev-pr-42: nothing is left"


def test_a_copy_that_was_never_made_leaves_no_claim(session: Any, folder: Path) -> None:
    copies.claim(session.client("s3"), COPY)
    assert sweep.down(COPY, folder, folder, session) == "payments-dev-pr-42: nothing is left"
    assert listed(session) == []


def test_of_two_that_claim_the_last_place_none_is_overlooked(session: Any, folder: Path) -> None:
    for number in range(AT_ONCE - 1):
        state(session, f"payments/dev-pr-{number}/terraform.tfstate")
    s3, other = session.client("s3"), find("payments-dev-pr-43")
    copies.claim(s3, COPY)
    assert copies.admit(COPY, planned(folder, 1), listed(session))
    copies.claim(s3, other)
    with pytest.raises(Refused, match="dev-pr-42"):
        copies.admit(other, folder, listed(session))
    copies.release(s3, COPY)
    assert copies.admit(other, folder, listed(session))


def test_what_aws_still_lists_after_its_deletion(session: Any) -> None:
    kms, secrets, ecs = (session.client(name) for name in ("kms", "secretsmanager", "ecs"))
    made_keys = [kms.create_key()["KeyMetadata"] for _ in range(2)]
    keys = [key["Arn"] for key in made_keys]
    kms.schedule_key_deletion(KeyId=made_keys[0]["KeyId"], PendingWindowInDays=7)
    made = [secrets.create_secret(Name=name, SecretString="x")["ARN"] for name in ("gone", "kept")]
    secrets.delete_secret(SecretId=made[0])
    container: Any = [{"name": "api", "image": "i", "memory": 64}]
    tasks = [
        ecs.register_task_definition(family=name, containerDefinitions=container)["taskDefinition"]["taskDefinitionArn"]
        for name in ("old", "new")
    ]
    ecs.deregister_task_definition(taskDefinition=tasks[0])
    clusters = [ecs.create_cluster(clusterName=name)["cluster"]["clusterArn"] for name in ("gone", "kept")]
    services = []
    for name in ("gone", "kept"):
        service = ecs.create_service(cluster="kept", serviceName=name, taskDefinition="new", desiredCount=0)
        services.append(service["service"]["serviceArn"])
    ecs.delete_service(cluster="kept", service="gone", force=True)
    ecs.delete_cluster(cluster="gone")
    snapshots = [
        f"arn:aws:rds:eu-west-1:111122223333:cluster-snapshot:{name}" for name in ("rds:automated", "made-by-hand")
    ]
    queue = tagged(session, "dev-pr-42")
    forgotten = keys[0].rpartition("/")[0] + "/00000000-0000-4000-8000-000000000000"
    both = (keys, made, tasks, clusters, services, snapshots)
    kept = [pair[1] for pair in both]
    assert remains.of(session, [*(arn for pair in both for arn in pair), forgotten, queue]) == [*kept, queue]
