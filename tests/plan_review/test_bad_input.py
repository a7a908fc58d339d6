"""Malformed, truncated, huge and wrong plans: one sentence, exit code 2, never green, never a traceback."""

import itertools
import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from plan_review.__main__ import CANNOT_REVIEW, FINDINGS, main
from plan_review.plan import LARGEST
from tests.plan_review.plans import Values, plan, resource

FUZZED = 1_000
GOOD = plan(
    resource("aws_cloudwatch_log_group.Api", {"retention_in_days": 90}, {"retention_in_days": 30}),
    resource("aws_iam_role_policy.Api", {"policy": "{}"}, {"policy": '{"Statement": []}'}),
    resource("aws_sqs_queue.Work", None, {"name": "work"}, unknown={"arn": True}),
    output_changes={"address": {"actions": ["create"], "before": None, "after": "x", "after_unknown": False}},
).document
ODD: list[Any] = [None, True, 0, -1, 1e308, "", "x", [], {}, [[]], [None], {"": None}, "\ud800", "9" * 400]
# What Terraform always writes; without one of them a document is no plan.
NEEDED = ("format_version", "terraform_version", "configuration")


def cut(text: str, chance: random.Random) -> bytes:
    return text.encode()[: chance.randrange(len(text) - 1)]


def flipped(text: str, chance: random.Random) -> bytes:
    """Some bytes are others; what is JSON by luck may be a plan still."""
    content = bytearray(text.encode())
    for _ in range(chance.randint(1, 8)):
        content[chance.randrange(len(content))] = chance.randrange(256)
    return bytes(content)


def without_needed(text: str, chance: random.Random) -> bytes:
    document = json.loads(text)
    del document[chance.choice(NEEDED)]
    return json.dumps(document).encode()


def wrong_version(text: str, chance: random.Random) -> bytes:
    version = chance.choice(["2.0", "0.1", "", "x", "10.1", "1", 1.2, None])
    return json.dumps({**json.loads(text), "format_version": version}).encode()


def errored(text: str, chance: random.Random) -> bytes:
    return json.dumps({**json.loads(text), "errored": True}).encode()


def other_shape(text: str, chance: random.Random) -> bytes:
    """One part of a resource is something else."""
    document = json.loads(text)
    item = chance.choice(document["resource_changes"])
    holder = chance.choice([item, item["change"]])
    key = chance.choice(sorted(holder))
    holder[key] = chance.choice([odd for odd in ODD if type(odd) is not type(holder[key])])
    return json.dumps(document).encode("utf-8", "surrogatepass")


def no_plan(text: str, chance: random.Random) -> bytes:
    return chance.choice(
        [b"", b" \n", b"null", b"[]", b"{}", b"\x00" * 99, b'"x"', b"[" * 100_000, b'{"a":' * 50_000, bytes(range(256))]
    )


def state(text: str, chance: random.Random) -> bytes:
    """The JSON of `terraform show` without a plan: a state."""
    return b'{"format_version": "1.0", "terraform_version": "1.11.4", "values": {"root_module": {}}}'


def twice(text: str, chance: random.Random) -> bytes:
    document = json.loads(text)
    document["resource_changes"].append(chance.choice(document["resource_changes"]))
    return json.dumps(document).encode()


ALWAYS_REFUSED = (cut, without_needed, errored, no_plan, state, twice)
BREAKERS: tuple[Callable[[str, random.Random], bytes], ...] = (*ALWAYS_REFUSED, flipped, wrong_version, other_shape)


def test_a_thousand_broken_plans(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """1,000 that are refused; what is a plan after all, as of version 1, has its finding still."""
    chance, text = random.Random(7), json.dumps(GOOD)
    path = tmp_path / "payments-prod.json"
    refused = 0
    for breaker in itertools.cycle(BREAKERS):
        if refused == FUZZED:
            break
        path.write_bytes(breaker(text, chance))
        code = main([str(path), "--comment", str(tmp_path / "comment.md")])
        error = capsys.readouterr().err
        if code == FINDINGS and breaker not in ALWAYS_REFUSED:
            (tmp_path / "comment.md").unlink()
            continue
        refused += 1
        assert code == CANNOT_REVIEW, (breaker.__name__, path.read_bytes()[:300])
        assert error.startswith(f"plan_review: {tmp_path}") or "payments-prod: " in error
        assert error.count("\n") == 1 and len(error) < 500 and "Traceback" not in error
        assert not (tmp_path / "comment.md").exists()


@pytest.mark.parametrize("odd", ODD)
@pytest.mark.parametrize(
    "name", ["policy", "container_definitions", "rule", "ingress", "tags", "cidr_ipv4", "from_port"]
)
def test_an_odd_value_of_an_attribute_is_no_crash(name: str, odd: Any, tmp_path: Path) -> None:
    """Providers may write what they like there: reviewed or refused, but never green by accident or a crash."""
    types = (
        "aws_iam_role_policy",
        "aws_ecs_task_definition",
        "aws_backup_plan",
        "aws_security_group",
        "aws_network_acl_rule",
    )
    changes = [resource(f"{type_}.A", {name: "before", "tags": {}}, {"tags": {}, name: odd}) for type_ in types]
    logs = resource("aws_cloudwatch_log_group.Api", {"retention_in_days": 90}, {"retention_in_days": 30})
    path = tmp_path / "payments-prod.json"
    path.write_bytes(json.dumps(plan(*changes, logs).document).encode("utf-8", "surrogatepass"))
    assert main([str(path)]) in (CANNOT_REVIEW, FINDINGS)


def written(path: Path, document: Values) -> str:
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(document))
    return str(path)


def test_the_sentences_name_what_is_wrong(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def sentence(*arguments: str) -> str:
        assert main(list(arguments)) == CANNOT_REVIEW
        return capsys.readouterr().err

    good = written(tmp_path / "payments-prod.json", GOOD)
    assert "No such file" in sentence(str(tmp_path / "none.json"))
    assert "format_version is not 1.x" in sentence(
        written(tmp_path / "payments-dev.json", {**GOOD, "format_version": "2.0"})
    )
    assert "nothing says which stack" in sentence(written(tmp_path / "plan.json", GOOD))
    assert "--workspace dev, but the plan is of payments-prod" in sentence(good, "--workspace", "dev")
    assert "two plans of payments-prod" in sentence(good, written(tmp_path / "payments-prod" / "plan.json", GOOD))
    (tmp_path / "broken.toml").write_text("[[acknowledgement]]\nfingerprint = 7\n")
    assert "broken.toml: acknowledgement 1: fingerprint" in sentence(
        good, "--acknowledgements", str(tmp_path / "broken.toml")
    )
    (tmp_path / "cdk.tf.json").write_text("[]")
    assert "has no `terraform` block" in sentence(good)


@pytest.mark.parametrize(
    ("option", "sentence"),
    [
        (["--today", "yesterday"], "--today: yesterday is no date; write 2026-11-26"),
        (["--now", "noon"], "--now: noon is no time; write 2026-11-26T10:00:00+00:00"),
        (["--now", "2026-11-26T10:00:00"], "has no offset; write 2026-11-26T10:00:00+00:00"),
    ],
)
def test_a_bad_date_says_what_would_be_right(
    option: list[str], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as end:
        main(["verify", "folder", "--commit", "0" * 40, *option])
    assert end.value.code == CANNOT_REVIEW
    assert sentence in capsys.readouterr().err


def test_a_huge_plan_is_refused_unread(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "payments-prod.json"
    with path.open("wb") as file:
        file.truncate(LARGEST + 1)  # sparse: no block of it is written
    assert main([str(path)]) == CANNOT_REVIEW
    assert capsys.readouterr().err == f"plan_review: {path}: larger than 1024 MiB; split the change\n"


@pytest.mark.parametrize("arguments", [[], ["--marker", "<script>"], ["plan.json", "--commit", "main"], ["manifest"]])
def test_bad_arguments_exit_with_2(arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as end:
        main(["review", *arguments] if arguments[:1] != ["manifest"] else arguments)
    assert end.value.code == CANNOT_REVIEW
