"""The workflows agree with environments/, the Makefile, the commands and the roles; and they give nothing away."""

import argparse
import json
import re
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest

from delivery import __main__ as delivery
from delivery.reviewed import ACKNOWLEDGEMENTS
from delivery.stack import find
from environments.loading import load
from environments.schema.names import ENVIRONMENTS, ROLES
from plan_review import __main__ as plan_review
from tests.delivery.workflows import (
    ACTIONS,
    OWN,
    PROJECT,
    WORKFLOWS,
    Job,
    commands,
    jobs,
    read,
    scripts,
    texts,
    triggers,
)

JOBS = jobs()
WITH_STEPS = [job for job in JOBS if job.steps]
DEFAULT_BRANCH = load({})[0].environment.delivery.default_branch
APPLIES = "deploy-workspace.yml:apply"
# They speak to GitHub about a run of its own, or carry a plan from one of its jobs to the next.
HANDING_ON = {"role", "put-plan", "get-plan", "last-applied", "hold", "promoted", "record"}
TELLING = {"comment", "drift-issue", "announce"}
REVIEWING = ("review", "manifest", "hold", "verify")
# Where a file has an expression, any value of it makes a name that exists.
EXAMPLES = {
    r"\$\{\{ github\.event\.pull_request\.number \}\}": "42",
    r"\$\{\{ (inputs|matrix)\.environment \}\}": "staging",
}


def filled(text: str) -> str:
    for pattern, value in EXAMPLES.items():
        text = re.sub(pattern, value, text)
    return text


def test_every_file_was_found() -> None:
    names = {"deploy.yml", "deploy-workspace.yml", "drift.yml", "pull-request.yml", "pull-request-copy.yml"}
    assert {path.name for path in WORKFLOWS} == names
    assert {path.parent.name for path in ACTIONS} == {"setup", "credentials"}


@pytest.mark.parametrize(("where", "text"), texts())
def test_every_stack_that_is_named_exists(where: str, text: str) -> None:
    named = set(re.findall(r"(?<![\w/-])payments-[a-z0-9-]+", filled(text)))
    for name in sorted(named):
        assert find(name).name == name, where


def test_a_stack_that_does_not_exist_would_be_found() -> None:
    with pytest.raises(Exception, match="payments-qa"):
        find("payments-qa")


def test_pull_requests_plan_every_stack() -> None:
    planned = [name for where, words in commands("delivery") if words[0] == "plan" for name in words[1:]]
    stacks = {stack for w in load({}) for stack in (w.names.stack, w.foundation_names.stack)}
    assert stacks <= set(planned)


def test_the_environments_in_their_order() -> None:
    deploy = read(PROJECT / ".github/workflows/deploy.yml")["jobs"]
    assert tuple(deploy) == ENVIRONMENTS
    assert [job["with"]["environment"] for job in deploy.values()] == list(ENVIRONMENTS)
    assert [job.get("needs") for job in deploy.values()] == [None, "dev", "staging"]
    assert triggers(PROJECT / ".github/workflows/deploy.yml")["push"]["branches"] == [DEFAULT_BRANCH]
    choice = triggers(PROJECT / ".github/workflows/deploy.yml")["workflow_dispatch"]["inputs"]["environment"]
    assert choice["options"] == list(ENVIRONMENTS)
    (drift,) = read(PROJECT / ".github/workflows/drift.yml")["jobs"].values()
    assert drift["strategy"]["matrix"]["environment"] == list(ENVIRONMENTS)


@pytest.mark.parametrize("job", WITH_STEPS, ids=str)
def test_each_role_is_taken_where_it_is_trusted(job: Job) -> None:
    """The trust conditions are those of constructs_lib/delivery.py: who may take which role is decided there."""
    pulls = "pull_request" in triggers(PROJECT / ".github/workflows" / job.workflow)
    for step in job.steps:
        if step.get("uses") != f"{OWN}.github/actions/credentials":
            continue
        role = step["with"]["role"]
        assert role in ROLES
        environment = filled(str(job.content.get("environment", "")))
        if role == "plan":
            assert pulls and not environment
        elif role == "drift":
            assert not pulls and not environment
        elif role == "apply":
            assert not pulls and environment in ENVIRONMENTS
        else:
            assert environment == "dev-copy"


@pytest.mark.parametrize("job", WITH_STEPS, ids=str)
def test_credentials_outlast_the_job(job: Job) -> None:
    """Terraform without credentials can neither write its state nor give back its lock."""
    for step in job.steps:
        if step.get("uses") == f"{OWN}.github/actions/credentials":
            assert job.content["timeout-minutes"] * 60 < ROLES[step["with"]["role"]]


def test_a_session_may_be_as_long_as_it_is_asked_for() -> None:
    for environment in ENVIRONMENTS:
        module = json.loads((PROJECT / f"tests/snapshots/payments-foundation-{environment}.json").read_text())
        allowed = {
            role["name"]: role.get("max_session_duration") for role in module["resource"]["aws_iam_role"].values()
        }
        for role, seconds in ROLES.items():
            if (environment, role) != ("prod", "copy"):
                assert allowed[f"payments-foundation-{environment}-{role}"] == seconds


def trusted(environment: str) -> dict[str, str]:
    """The subject that each role of a foundation trusts, by the role's ARN, as the snapshot has it."""
    stack = find(f"payments-foundation-{environment}")
    module = json.loads((PROJECT / f"tests/snapshots/{stack.name}.json").read_text())
    found = {}
    for role in module["resource"]["aws_iam_role"].values():
        (statement,) = role["assume_role_policy"]["json"]["Statement"]
        equal = statement.get("Condition", {}).get("StringEquals", {})
        subject = equal.get("token.actions.githubusercontent.com:sub")
        if subject:
            found[stack.foundation.arn("iam", f"role/{role['name']}", region="")] = subject
    return found


SUBJECTS = {
    "plan": "pull_request",
    "drift": f"ref:refs/heads/{DEFAULT_BRANCH}",
    "apply": "environment:{}",
    "copy": "environment:{}-copy",
}


@pytest.mark.parametrize(
    ("environment", "role"), [(e, r) for e in ENVIRONMENTS for r in ROLES if (e, r) != ("prod", "copy")]
)
def test_each_role_trusts_the_jobs_that_take_it(environment: str, role: str) -> None:
    stack = find(f"payments-{environment}")
    repository = stack.workspace.environment.delivery.repository
    assert trusted(environment)[stack.role(role)] == f"repo:{repository}:{SUBJECTS[role].format(environment)}"


def test_production_has_no_copies() -> None:
    assert not [arn for arn in trusted("prod") if arn.endswith("-copy")]


def test_every_make_target_exists() -> None:
    makefile = (PROJECT / "Makefile").read_text()
    targets = set(re.findall(r"^([a-z-]+):", makefile, re.MULTILINE))
    used = {target for _, script in scripts() for target in re.findall(r"\bmake ([a-z-]+)", script)}
    assert used and used <= targets


def test_every_command_parses() -> None:
    """The real parsers take every call as it stands, with a value for each variable."""
    values = {"$NUMBER": "42", "$HEAD": "a" * 40, "$BASE": "b" * 40, "$GITHUB_SHA": "c" * 40, "$MANIFEST": "d" * 64}
    count = 0
    for program, parser in (("delivery", delivery._parser()), ("plan_review", plan_review._parser())):
        for where, words in commands(program):
            stripped = [word.strip('"') for word in words]
            given = [re.sub(r"\$\w+", lambda v: values.get(v[0], "value"), word) for word in stripped]
            if "$(git" in stripped:  # the one that a command inside a command gives
                given[stripped.index("$(git") :] = ["e" * 40]
            assert isinstance(parser.parse_args(given), argparse.Namespace), where
            count += 1
    assert count > 25


def made(*targets: str) -> list[tuple[str, list[str]]]:
    """The commands of this project that make targets run: the program, and its words."""
    given = ["WORKSPACE=dev-pr-42", f"COMMIT={'a' * 40}", f"BASE_SHA={'b' * 40}", "BASE=main"]
    run = subprocess.run(["make", "--dry-run", *targets, *given], cwd=PROJECT, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    return [(found[1], found[2].split()) for found in re.finditer(r"-m (delivery|plan_review) (.*)", run.stdout)]


PARSERS = {"delivery": delivery._parser(), "plan_review": plan_review._parser()}
TARGETS = ("plan", "review", "bind", "apply", "copy-up", "copy-down", "sweep")


def test_make_runs_what_the_workflows_run() -> None:
    """But for what only a run at GitHub can do: docs/decisions/0065."""
    ran = made(*TARGETS)
    for program, words in ran:
        assert isinstance(PARSERS[program].parse_args(words), argparse.Namespace)
    on_a_laptop = {words[0] for _, words in ran}
    in_a_workflow = {words[0] for program in PARSERS for _, words in commands(program)}
    assert in_a_workflow - on_a_laptop == HANDING_ON | TELLING
    assert on_a_laptop <= in_a_workflow


def test_make_plans_and_applies_as_the_deployment_does() -> None:
    (planned,) = (words for _, words in made("plan") if words[0] == "plan")
    assert planned == ["plan", "payments-dev-pr-42", "--refresh"]
    steps = [words[0] for _, words in made("apply")]
    assert steps == ["init", "verify", "apply", "stable", "smoke"]
    deployed = [words[0] for program in PARSERS for where, words in commands(program) if where == APPLIES]
    assert set(steps) < set(deployed)
    for reviewing in ("review", "manifest", "verify"):
        (words,) = (words for _, words in made("review", "bind", "apply") if words[0] == reviewing)
        given = dict(pairwise(words))
        assert (given["--base"], given["--acknowledgements"]) == ("cdktf.out/base", ACKNOWLEDGEMENTS)


def test_the_deployment_reviews_with_what_the_pull_request_had() -> None:
    """Without the base a review may find more than anybody was shown; without the acknowledgements, too."""
    given: dict[str, set[tuple[str, ...]]] = {}
    for program in ("plan_review", "delivery"):
        for where, words in commands(program):
            if where.startswith(("pull-request.yml", "deploy-workspace.yml")) and words[0] in REVIEWING:
                values = tuple(words[words.index(option) + 1] for option in ("--base", "--acknowledgements"))
                given.setdefault(words[0], set()).add(values)
    assert given == {command: {("cdktf.out/base", ACKNOWLEDGEMENTS)} for command in REVIEWING}
    for job in WITH_STEPS:
        script = "\n".join(step.get("run", "") for step in job.steps)
        if "--base" in script:
            (checkout,) = (step for step in job.steps if step.get("uses", "").startswith("actions/checkout@"))
            assert "make base" in script and checkout["with"]["fetch-depth"] == 2, job


@pytest.mark.parametrize(("where", "text"), texts())
def test_actions_are_pinned(where: str, text: str) -> None:
    for line in re.findall(r"uses: (.*)", text):
        own, pinned = line.startswith(OWN), re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", line)
        assert own or pinned, f"{where}: {line}"


def test_one_commit_for_each_action() -> None:
    used = {line for _, text in texts() for line in re.findall(r"uses: ([^$].*)", text)}
    assert len({line.partition("@")[0] for line in used}) == len(used)


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_nothing_is_allowed_unless_a_job_says_so(path: object) -> None:
    content = read(path)  # type: ignore[arg-type]
    assert content["permissions"] == {}
    assert "pull_request_target" not in triggers(path)  # type: ignore[arg-type]
    for name, job in content["jobs"].items():
        assert "permissions" in job, name
        assert "timeout-minutes" in job or "uses" in job, name


@pytest.mark.parametrize("job", WITH_STEPS, ids=str)
def test_only_the_check_of_the_review_may_be_the_required_one(job: Job) -> None:
    """A skipped job counts as success for a required check, so the required one may not be skipped."""
    if job.name == "reviewed":
        assert job.content["if"] == "always()"
        assert job.content["needs"] == ["check", "plan"]


@pytest.mark.parametrize("job", WITH_STEPS, ids=str)
def test_forks_get_no_token(job: Job) -> None:
    pulls = "pull_request" in triggers(PROJECT / ".github/workflows" / job.workflow)
    if pulls and job.content["permissions"].get("id-token") and job.name != "sweep":
        condition = " ".join(str(job.content["if"]).split())
        assert "github.event.pull_request.head.repo.full_name == github.repository" in condition


@pytest.mark.parametrize("job", WITH_STEPS, ids=str)
def test_synthesis_comes_before_credentials(job: Job) -> None:
    uses = [step.get("uses", "").rpartition("/")[2] for step in job.steps]
    if "credentials" in uses:
        assert uses.index("setup") < uses.index("credentials")


@pytest.mark.parametrize("job", WITH_STEPS, ids=str)
def test_an_apply_is_never_cancelled(job: Job) -> None:
    applies = any(re.search(r"delivery (apply|down|sweep)\b", step.get("run", "")) for step in job.steps)
    if applies and job.workflow != "deploy-workspace.yml":
        assert job.content["concurrency"]["cancel-in-progress"] is False
    if applies:
        assert job.content["environment"]


def test_deployments_wait_for_each_other() -> None:
    for name, job in read(PROJECT / ".github/workflows/deploy.yml")["jobs"].items():
        assert job["concurrency"] == {"group": f"payments-{name}", "queue": "max"}


@pytest.mark.parametrize(("where", "script"), list(scripts()))
def test_no_expression_reaches_a_shell(where: str, script: str) -> None:
    assert "${{" not in script


def zizmor(folder: Path) -> int:
    command = [str(Path(sys.executable).parent / "zizmor"), "--offline", "--quiet", str(folder)]
    return subprocess.run(command, capture_output=True).returncode


def test_zizmor_finds_nothing(tmp_path_factory: pytest.TempPathFactory) -> None:
    assert zizmor(PROJECT / ".github") == 0
    broken = tmp_path_factory.mktemp("broken") / ".github" / "workflows"
    broken.mkdir(parents=True)
    text = (PROJECT / ".github/workflows/drift.yml").read_text()
    (broken / "drift.yml").write_text(text.replace('"$STACK"', "${{ github.head_ref }}"))
    assert zizmor(broken.parent) != 0


def test_without_a_base_the_review_goes_on(tmp_path: Path) -> None:
    """What stays is a folder without stacks, a base that knows nothing; none at all would be bad input."""
    base = tmp_path / "base"
    run = ["make", "base", f"BASE_OUT={base}", "BASE=no-such-commit"]
    assert subprocess.run(run, cwd=PROJECT, capture_output=True).returncode == 2
    assert list(base.iterdir()) == []
