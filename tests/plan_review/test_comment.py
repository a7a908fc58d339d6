"""The comment: within its budget, dangerous lines complete, nothing in it can be forged."""

import json
import re
from datetime import date
from pathlib import Path

import jsonschema  # type: ignore[import-untyped]
import pytest

import plan_review
from plan_review.acknowledgements import Acknowledgement
from plan_review.comment import BUDGET, STEPS, comment, report, summary
from plan_review.machine import json_schema
from plan_review.markdown import code
from plan_review.review import review
from plan_review.tier import Tier
from tests.plan_review.outputs import outputs, proofs
from tests.plan_review.plans import Values, plan, resource, reviewed, stack

LOGS = "aws_cloudwatch_log_group"


def logs(number: int, before: int, after: int) -> Values:
    return resource(f"{LOGS}.Component_{number}", {"retention_in_days": before}, {"retention_in_days": after})


@pytest.mark.parametrize("harmless", [0, 100, 3_000])
@pytest.mark.parametrize("dangerous", [0, 1, 50])
def test_the_budget_and_every_dangerous_line(harmless: int, dangerous: int) -> None:
    made = reviewed(
        *(logs(number, 90, 30) for number in range(dangerous)),
        *(logs(number + 1_000, 30, 90) for number in range(harmless)),
        environment="dev",
    )
    text = comment([made], proofs([made])).text
    assert len(text) <= BUDGET
    for number in range(dangerous):
        assert f"`{LOGS}.Component_{number}`: `retention_in_days 90 -> 30`" in text
    assert ("Left out here" in text) == (harmless > 1_000)


def test_what_is_left_out_is_said() -> None:
    made = reviewed(*(logs(number, 30, 90) for number in range(3_000)), environment="dev")
    result = comment([made])
    assert result.fits and result.omitted == STEPS[: len(result.omitted)] and result.omitted
    assert "; ".join(result.omitted) in result.text
    assert "- 3000 x change `aws_cloudwatch_log_group`" in result.text


def test_the_summary_of_a_step_is_no_longer_than_github_takes(monkeypatch: pytest.MonkeyPatch) -> None:
    """With a tenth of the 1 MiB: as many changes as fill it take ten seconds."""
    monkeypatch.setattr("plan_review.comment.SUMMARY", 100_000)
    made = reviewed(logs(0, 90, 30), *(logs(number, 30, 90) for number in range(1, 2_500)), environment="dev")
    full = report([made])
    assert len(full.encode()) > 100_000
    text = summary(full, [made])
    assert len(text.encode()) <= 100_000
    assert f"`{LOGS}.Component_0`: `retention_in_days 90 -> 30`" in text
    assert f"Left out here, where this is run on a laptop (`make review`): {'; '.join(STEPS[:2])}." in text
    assert summary("short", [made]) == "short"


def test_too_many_dangers_for_one_comment() -> None:
    made = reviewed(*(logs(number, 90, 30) for number in range(2_000)), environment="dev")
    result = comment([made], marker="pr=3")
    assert not result.fits and len(result.text) < 500
    assert result.text.startswith("<!-- planreview:v1 pr=3 -->\n") and "split the change" in result.text


@pytest.mark.parametrize("address", ["aws_lb.A`\n## Approved", "aws_lb.@example/admins", "aws_lb.#123", "aws_lb.<img>"])
def test_a_name_cannot_forge_anything(address: str) -> None:
    made = reviewed(resource(address, {"name": "a"}))
    for name, text in outputs(made).items():
        if name in ("comment", "report"):
            without_code = re.sub(r"`[^`\n]*`", "", text)
            assert "Approved" not in text and "@example" not in without_code
            assert "#123" not in without_code and "<img" not in text


def test_a_code_span_stays_one() -> None:
    assert code("a`b\n# c | d\u202e") == "`a b # c / d`"
    assert code("") == "` `"


def test_replacements_count_once() -> None:
    made = reviewed(resource("aws_lb.A", {"name": "a"}, {"name": "b"}, action="replace"))
    assert made.counts["replace"] == 1 and made.counts["create"] == made.counts["destroy"] == 0


def test_the_order_of_a_replacement_is_said() -> None:
    for action, words in (("replace", "destroy first, gap"), ("replace, create first", "create first, overlap")):
        made = reviewed(resource("aws_lb.A", {"name": "a"}, {"name": "b"}, action=action))
        assert f"REPLACE ({words})" in comment([made]).text


def test_stacks_without_changes_take_one_line() -> None:
    quiet = [review(stack(plan(), environment)) for environment in ("dev", "staging")]
    text = comment([*quiet, reviewed(logs(1, 90, 30))]).text
    assert "No changes: `payments-dev`, `payments-staging`" in text
    assert "3 stacks - BLOCKED - 1 needs acknowledgement" in text


def test_everything_is_shown_the_same_in_another_order() -> None:
    changes = [logs(1, 90, 30), logs(2, 30, 90), resource("aws_lb.A", {"name": "a"}), resource("aws_sqs_queue.Q", {})]
    assert outputs(reviewed(*changes)) == outputs(reviewed(*reversed(changes)))


def test_an_acknowledged_danger_is_listed_and_does_not_block() -> None:
    made = plan(logs(1, 90, 30))
    [finding] = review(stack(made)).open

    def accepted(reviewer: str | None) -> Acknowledgement:
        return Acknowledgement(finding.fingerprint, "long enough a reason", "PAY-1", date(2026, 12, 1), reviewer)

    assert review(stack(made), [accepted(None)]).open, "production needs a second person"
    second = review(stack(made), [accepted("@dba")])
    assert not second.open
    text = comment([second]).text
    assert "acknowledged" in text and "until 2026-12-01, `PAY-1`" in text and "BLOCKED" not in text


def test_an_acknowledgement_does_not_cover_more_than_was_read() -> None:
    one, wider = review(stack(plan(logs(1, 90, 30)))).open, review(stack(plan(logs(1, 90, 7)))).open
    assert one[0].fingerprint != wider[0].fingerprint
    dev = review(stack(plan(logs(1, 90, 30)), "dev")).findings
    assert one[0].fingerprint != dev[0].fingerprint


def test_the_threshold_is_lower_in_production() -> None:
    changes = plan(logs(1, 90, 30))
    assert [found.tier for found in review(stack(changes)).open] == [Tier.BLOCK]
    assert not review(stack(changes, "dev")).open
    assert review(stack(plan(resource("aws_sqs_queue.Q", {})), "dev")).open


def test_json_is_as_its_schema_says() -> None:
    path = Path(plan_review.__file__).parent / "planreview.schema.json"
    assert path.read_text() == json_schema(), "write it anew: see docs/plan_review.md"
    changes = [logs(1, 90, 30), resource("aws_lb.A", None, {"name": "a"}, importing={"id": "a"})]
    moved = resource(
        "aws_sqs_queue.New", {"n": "a"}, {"n": "a"}, action="nothing", previous_address="aws_sqs_queue.Old"
    )
    document = json.loads(outputs(reviewed(*changes, moved))["json"])
    jsonschema.Draft202012Validator(json.loads(path.read_text())).validate(document)
    assert document["stacks"][0]["moves"] == [{"from_address": "aws_sqs_queue.Old", "to_address": "aws_sqs_queue.New"}]
    assert document["open"] == 1


def test_sarif_names_every_finding() -> None:
    made = reviewed(logs(1, 90, 30), resource("aws_sqs_queue.Q", {}))
    [run] = json.loads(outputs(made)["sarif"])["runs"]
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    assert len(rules) == 53
    for result in run["results"]:
        assert rules[result["ruleIndex"]] == result["ruleId"]
        assert result["level"] in ("error", "warning", "note")
        assert result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "environments/prod.py"
    assert {r["partialFingerprints"]["planreview/v1"] for r in run["results"]} == {
        found.fingerprint for found in made.findings if found.tier > Tier.NOISE
    }


def test_a_change_that_sets_an_unknown_value_is_not_noise() -> None:
    change = resource(
        "aws_ecs_service.Api", {"task_definition": "arn:1", "etag": "a"}, {}, unknown={"task_definition": True}
    )
    assert [line.tier for line in reviewed(change).lines] == [Tier.ROUTINE]
    computed = resource(
        "aws_ecs_service.Api",
        {"task_definition": "arn:1", "etag": "a"},
        {"task_definition": "arn:1"},
        unknown={"etag": True},
    )
    unset = {"root_module": {"resources": [{"address": "aws_ecs_service.Api", "expressions": {}}]}}
    made = review(stack(plan(computed, configuration=unset)))
    assert [line.tier for line in made.lines] == [Tier.NOISE]


def test_what_a_policy_no_longer_permits_is_said() -> None:
    def policy(*actions: str) -> Values:
        return {"policy": json.dumps({"Statement": [{"Effect": "Allow", "Action": actions, "Resource": "*"}]})}

    change = resource("aws_iam_role_policy.Api", policy("sqs:SendMessage", "sqs:PurgeQueue"), policy("sqs:SendMessage"))
    for name in ("comment", "terminal"):
        assert "no longer permitted: sqs:PurgeQueue on * (condition none)" in outputs(reviewed(change))[name]
