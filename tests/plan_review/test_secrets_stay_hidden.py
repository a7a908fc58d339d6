"""Canaries in every position of plans, and the last gate before a text is written."""

import copy
import json
import random
import re
import string
from pathlib import Path
from typing import Any

import pytest

from plan_review.__main__ import main
from plan_review.errors import CannotReview
from plan_review.output import refuse_leaks, secrets_of
from plan_review.plan import parse_plan
from plan_review.review import review
from plan_review.secret_shapes import looks_random, looks_secret
from plan_review.stack import Stack
from plan_review.synthesized import Synthesized
from tests.plan_review.cases import OF_THE_PLAN, Case
from tests.plan_review.outputs import outputs
from tests.plan_review.plans import Values, plan, resource, reviewed
from tests.plan_review.rules.test_all import GROUPS

CASES: list[Case] = [case for group in GROUPS for case in group.CASES]
# Members of these are named by users.
DATA = {"before", "after", "after_unknown", "before_sensitive", "after_sensitive", "output_changes", "expressions"}
SHARE = 0.12
# Without these a plan is none, and nothing would be shown of it anyway.
STRUCTURE = {"actions", "mode", "format_version", "complete", "errored", "applyable", "deposed"}


def canary(chance: random.Random) -> str:
    """A secret as generators and vendors make them."""
    letters = string.ascii_letters + string.digits
    while True:
        text = chance.choice(
            (
                "".join(chance.choices(letters, k=chance.randint(16, 40))),
                "AKIA" + "".join(chance.choices("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", k=16)),
                "ghp_" + "".join(chance.choices(letters, k=36)),
                "sk_live_" + "".join(chance.choices(letters, k=24)),
                "postgres://payments:" + "".join(chance.choices(letters, k=12)) + "@db/payments",
                "eyJ" + "".join(chance.choices(letters, k=20)) + "." + "".join(chance.choices(letters, k=20)),
            )
        )
        if looks_secret(text):
            return text


WORDS = ("velvet", "otter", "maple", "anchor", "copper", "lantern", "saddle", "pepper")
# Attributes whose values are names: a secret of plain words is shown there, as docs/plan_review.md says.
NAMES = {"name", "principal", "policy_arn", "action"}


def plain(chance: random.Random) -> str:
    """A secret that somebody made up: no shape gives it away, so nothing but the allow-list hides it."""
    return chance.choice(WORDS).title() + chance.choice(WORDS) + str(chance.randrange(10, 100))


def with_plain(value: Any, chance: random.Random, planted: list[str], key: str = "") -> Any:
    """The sides of a change with plain canaries instead of or behind texts and numbers, but where names stand."""
    if isinstance(value, dict):
        return {name: with_plain(item, chance, planted, name) for name, item in value.items()}
    if isinstance(value, list):
        return [with_plain(item, chance, planted, key) for item in value]
    embedded = isinstance(value, str) and value[:1] in ("{", "[")
    if value is None or isinstance(value, bool) or embedded or chance.random() > 0.3:
        return value
    if key in NAMES:
        return value
    planted.append(plain(chance))
    return planted[-1] if chance.random() < 0.7 else f"{value}{planted[-1]}"


def with_plain_canaries(document: Values, chance: random.Random, planted: list[str]) -> Values:
    for item in (*document["resource_changes"], *document.get("resource_drift", ())):
        for side in ("before", "after"):
            item["change"][side] = with_plain(item["change"][side], chance, planted)
    for change in document.get("output_changes", {}).values():
        for side in ("before", "after"):
            change[side] = with_plain(change.get(side), chance, planted)
    return document


def seeded(value: Any, chance: random.Random, planted: list[str], rename: bool = False) -> Any:
    """The document with canaries instead of, inside and beside its values; keys of data are renamed."""

    def plant() -> bool:
        return chance.random() < SHARE

    if isinstance(value, dict):
        found = {}
        for key, item in value.items():
            if key in STRUCTURE:
                found[key] = item
                continue
            name = f"{key}{new(chance, planted)}" if rename and plant() else key
            found[name] = seeded(item, chance, planted, rename or key in DATA)
        return found
    if isinstance(value, list):
        return [seeded(item, chance, planted, rename) for item in value]
    if isinstance(value, str) and value[:1] in ("{", "["):
        try:
            return json.dumps(seeded(json.loads(value), chance, planted, rename=True))
        except ValueError:
            return value
    if not plant():
        return value
    secret = new(chance, planted)
    return f"{value}{secret}" if isinstance(value, str) and chance.random() < 0.5 else secret


def new(chance: random.Random, planted: list[str]) -> str:
    planted.append(canary(chance))
    return planted[-1]


def document_of(case: Case) -> Values:
    return plan(*case.resources, **{k: v for k, v in case.fields.items() if k in OF_THE_PLAN}).document


@pytest.mark.parametrize("plans", [2_000, pytest.param(10_000, marks=pytest.mark.long)])
def test_no_canary_in_any_output(plans: int) -> None:
    """Plans of all rules' cases: half with generated secrets as values, inside them, in embedded JSON, as keys;
    half with plain words wherever a value stands."""
    chance = random.Random(5)
    reviews = refused = 0
    while reviews < plans:
        case = chance.choice(CASES)
        planted: list[str] = []
        modules = {name: case.fields[name] for name in ("synthesized", "base") if name in case.fields}
        if reviews % 2:
            document = with_plain_canaries(copy.deepcopy(document_of(case)), chance, planted)
        else:
            document = seeded(document_of(case), chance, planted)
            modules = {name: seeded(module, chance, planted, rename=True) for name, module in modules.items()}
        if not planted:
            continue
        synthesized, base = (
            Synthesized(modules[name]) if name in modules else None for name in ("synthesized", "base")
        )
        try:
            parsed = parse_plan(json.dumps(document).encode(), "plan.json")
            made = review(Stack("payments-prod", "prod", "prod", parsed, synthesized, base))
        except CannotReview as refusal:
            refused += 1
            assert not any(secret in str(refusal) for secret in planted)
            continue
        reviews += 1
        secrets = secrets_of(made.stack)
        own = {found.fingerprint for found in made.findings}
        for name, text in outputs(made).items():
            shown = [secret for secret in planted if secret in text]
            assert not shown, (str(case), name, shown)
            if name == "report":
                own |= set(re.findall(r"meaning `([0-9a-f]{16})`", text))
                refuse_leaks(name, text, secrets, own)
    assert reviews > 5 * refused, "most of the plans have to be reviewed for this to mean anything"


PASSWORD = {"master_password": "correct horse battery 9"}


@pytest.mark.parametrize("mask", [True, {"master_password": True}])
def test_a_marked_value_is_never_shown(mask: Any) -> None:
    change = resource(
        "aws_rds_cluster.Main",
        PASSWORD,
        {"master_password": "staple 77 tr0ub4dor"},
        before_sensitive=mask,
        after_sensitive=mask,
    )
    made = reviewed(change)
    assert [found.rule.id for found in made.findings] == ["S-02"]
    for text in outputs(made).values():
        assert "battery" not in text and "tr0ub4dor" not in text


def test_only_listed_attributes_are_shown() -> None:
    made = reviewed(
        resource("aws_rds_cluster.Main", {"port": 1, "database_name": "a"}, {"port": 2, "database_name": "hunter"})
    )
    text = outputs(made)["report"]
    assert "port 1 -> 2" in text and "hunter" not in text


def test_a_listed_attribute_shows_only_its_own_form() -> None:
    change = resource("aws_cloudwatch_log_group.Api", {"retention_in_days": 90}, {"retention_in_days": "7 hunter"})
    made = reviewed(change, resource("aws_lb.Main", {"internal": True}, {"internal": "hunter"}))
    assert made.findings
    assert all("hunter" not in text for text in outputs(made).values())


@pytest.mark.parametrize(
    "text",
    [
        "key AKIAIOSFODNN7EXAMPLE",
        "-----BEGIN RSA PRIVATE KEY-----",
        "postgres://user:secret@host/db",
        "password=hunter22",
        "token ghp_" + "a1B2" * 9,
        "a random q7Zk2mX9vB4nT8wL1pR6 text",
        "the marked value tr0ub4dor&3",
    ],
)
def test_the_last_gate_stops_a_text(text: str) -> None:
    with pytest.raises(CannotReview, match="not written") as refusal:
        refuse_leaks("comment", text, {"tr0ub4dor&3"}, set())
    assert text.split()[-1] not in str(refusal.value)


def test_the_last_gate_lets_digests_of_the_review_pass() -> None:
    digest = "0a1b2c3d4e5f6a7b"
    refuse_leaks("comment", f"finding {digest}", set(), {digest})
    with pytest.raises(CannotReview):
        refuse_leaks("comment", f"finding {digest}", set(), set())


def test_many_marked_values_are_found_as_well() -> None:
    many = {f"value-{number:06d}" for number in range(100_000)}
    with pytest.raises(CannotReview):
        refuse_leaks("comment", "x" * 20_000 + " value-054321 ", many, set())
    refuse_leaks("comment", "x" * 20_000, many, set())


@pytest.mark.parametrize(
    "name",
    [
        "payments-dev-pr-42",
        "ELBSecurityPolicy-TLS13-1-2-2021-06",
        "arn:aws:kms:eu-west-1:111122223333:key/1a2b3c4d-5e6f-7a8b-9c0d-1e2f3a4b5c6d",
        "aws_vpc_security_group_ingress_rule.LoadBalancer_FromInternet443_0F718DFC",
        "sg-0a1b2c3d4e5f67890",
        "db.r7g.2xlarge",
        "arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy",
    ],
)
def test_names_do_not_look_random(name: str) -> None:
    assert not looks_random(name)


def test_nothing_is_written_when_something_leaks(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The name of an output equals a value that another output marks: nobody may see it, so nothing is written."""
    outputs = {
        "hunter2-hunter2": {"actions": ["create"], "before": None, "after": "x"},
        "b": {"actions": ["create"], "before": None, "after": "hunter2-hunter2", "after_sensitive": True},
    }
    change = resource("aws_lb.Main", {"port": 1}, {"port": 2})
    path = plan(change, output_changes=outputs).write(tmp_path / "payments-prod")
    assert main([str(path), "--comment", str(tmp_path / "c.md"), "--json", str(tmp_path / "c.json")]) == 2
    assert not (tmp_path / "c.md").exists() and not (tmp_path / "c.json").exists()
    captured = capsys.readouterr()
    assert "hunter2" not in captured.out + captured.err
