"""Rotation of the master password, cut off after every single action, on the real server and an emulated store."""

import json
import random
import time
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from moto.backends import get_backend
from moto.core.models import DEFAULT_ACCOUNT_ID
from pg8000.exceptions import DatabaseError

from migrations import passwords
from tests.migrations.conftest import ROTATE
from tests.migrations.function import Answer, Function, kill
from tests.postgres import Server

STEPS = ("createSecret", "setSecret", "testSecret", "finishSecret")


class Rotations:
    """What Secrets Manager does: labels a new version, then calls the function with one step after the other."""

    def __init__(self, function: Function, secrets: Any, arn: str) -> None:
        self._function = function
        self._secrets = secrets
        self.arn = arn

    def step(self, name: str, token: str) -> Answer:
        event = {"Step": name, "SecretId": self.arn, "ClientRequestToken": token}
        return self._function.try_to_invoke(event)

    def step_killed_after(self, name: str, token: str, seconds: float) -> bool:
        """False when the step was faster."""
        process = self._function.start({"Step": name, "SecretId": self.arn, "ClientRequestToken": token})
        time.sleep(seconds)
        kill(process)
        return self._function.wait().error == "killed"

    def run(self, token: str, *, steps: tuple[str, ...] = STEPS) -> None:
        for name in steps:
            assert self.step(name, token).error == ""

    def begin(self) -> str:
        """The token of a new rotation: its version is labelled AWSPENDING and has no value yet, as AWS does it."""
        token = str(uuid.uuid4())
        store = get_backend("secretsmanager")[DEFAULT_ACCOUNT_ID]["eu-west-1"]
        store.secrets[self.arn].versions[token] = {
            "version_id": token,
            "version_stages": ["AWSPENDING"],
            "createdate": 0,
        }
        return token

    def stages(self) -> dict[str, str]:
        versions = self._secrets.describe_secret(SecretId=self.arn)["VersionIdsToStages"]
        return {stage: version for version, stages in versions.items() for stage in stages}

    def password(self, stage: str) -> str:
        value = self._secrets.get_secret_value(SecretId=self.arn, VersionStage=stage)["SecretString"]
        return str(json.loads(value)["password"])


@pytest.fixture
def rotations(new_function: Callable[..., Function], secrets: Any, secret_arn: str) -> Rotations:
    return Rotations(new_function(ROTATE), secrets, secret_arn)


def logs_in(server: Server, password: str) -> bool:
    try:
        server.connect(password=password).close()
    except DatabaseError:
        return False
    return True


def test_the_four_steps_give_a_new_password(rotations: Rotations, server: Server) -> None:
    token = rotations.begin()
    rotations.run(token)
    assert rotations.stages()["AWSCURRENT"] == token
    new = rotations.password("AWSCURRENT")
    assert new != server.password
    assert logs_in(server, new)
    assert not logs_in(server, server.password)


def test_several_rotations_follow_each_other(rotations: Rotations, server: Server) -> None:
    used = {server.password}
    for _ in range(3):
        rotations.run(rotations.begin())
        used.add(rotations.password("AWSCURRENT"))
        assert logs_in(server, rotations.password("AWSCURRENT"))
    assert len(used) == 4


@pytest.mark.parametrize("done", range(len(STEPS) + 1))
def test_after_a_cut_the_stored_secret_logs_in(
    done: int, rotations: Rotations, function: Function, server: Server
) -> None:
    """Each step has one effect at most, so between two steps is everywhere. The next try starts with the first step."""
    token = rotations.begin()
    rotations.run(token, steps=STEPS[:done])
    answer = function.invoke({"dry_run": True})
    assert ("unfinished" in answer.log) == (done in (2, 3))
    assert logs_in(server, rotations.password("AWSPENDING" if done in (2, 3) else "AWSCURRENT"))
    rotations.run(token)
    assert rotations.stages()["AWSCURRENT"] == token
    assert logs_in(server, rotations.password("AWSCURRENT"))
    assert "unfinished" not in function.invoke({"dry_run": True}).log


def test_killed_inside_a_step(
    rotations: Rotations, function: Function, server: Server, figure: Callable[[str], None]
) -> None:
    """After each kill the stored secret logs in, and Secrets Manager begins with the first step again."""
    chance = random.Random(4)
    kills = 0
    began = time.monotonic()
    rotations.run(rotations.begin())
    step_seconds = (time.monotonic() - began) / len(STEPS)
    for _ in range(2):
        token = rotations.begin()
        for done, name in enumerate(STEPS):
            for _ in range(3):
                if rotations.step_killed_after(name, token, chance.uniform(0.0, step_seconds)):
                    kills += 1
                    function.invoke({"dry_run": True})
                    rotations.run(token, steps=STEPS[:done])
            rotations.run(token, steps=(name,))
        assert rotations.stages()["AWSCURRENT"] == token
        assert logs_in(server, rotations.password("AWSCURRENT"))
    figure(f"{kills} kills inside the steps of 2 rotations")
    assert kills


def test_each_step_may_be_repeated(rotations: Rotations, server: Server) -> None:
    token = rotations.begin()
    for name in STEPS:
        rotations.run(token, steps=(name, name))
    assert logs_in(server, rotations.password("AWSCURRENT"))


def test_when_nothing_logs_in_the_setting_is_named(rotations: Rotations, server: Server) -> None:
    token = rotations.begin()
    rotations.run(token, steps=STEPS[:1])
    server.connect().run("ALTER ROLE payments_master PASSWORD 'changed-behind-the-back'")
    assert "raise `password_version`" in rotations.step("setSecret", token).error


def test_a_token_of_no_rotation_is_refused(rotations: Rotations) -> None:
    assert "nothing to rotate" in rotations.step("createSecret", str(uuid.uuid4())).error
    assert "Step is 'dropSecret'" in rotations.step("dropSecret", rotations.begin()).error


def test_a_call_by_somebody_else_is_refused(new_function: Callable[..., Function]) -> None:
    error = new_function(ROTATE).try_to_invoke({"Step": "createSecret"}).error
    assert error.startswith("MigrationError: The event has no SecretId, ClientRequestToken")


def test_another_secret_is_refused(new_function: Callable[..., Function], secret_arn: str) -> None:
    event = {"Step": "createSecret", "SecretId": secret_arn + "x", "ClientRequestToken": str(uuid.uuid4())}
    assert f"rotates {secret_arn}, not {secret_arn}x" in new_function(ROTATE).try_to_invoke(event).error


def test_a_pending_secret_for_another_server_is_refused(rotations: Rotations, secrets: Any, server: Server) -> None:
    """Who may write the pending version must not be able to make the function log in elsewhere."""
    token = rotations.begin()
    elsewhere = json.dumps(server.secret(host="elsewhere.example.com"))
    secrets.put_secret_value(
        SecretId=rotations.arn, ClientRequestToken=token, SecretString=elsewhere, VersionStages=["AWSPENDING"]
    )
    assert "is for another user or database" in rotations.step("setSecret", token).error


def test_no_log_has_a_password(rotations: Rotations, server: Server) -> None:
    """Not the function's, and not the server's either when it logs every statement."""
    admin = server.connect_as_superuser()
    admin.run("ALTER SYSTEM SET log_statement = 'all'")
    admin.run("SELECT pg_reload_conf()")
    token = rotations.begin()
    try:
        answers = [rotations.step(name, token) for name in STEPS]
    finally:
        admin.run("ALTER SYSTEM RESET log_statement")
        admin.run("SELECT pg_reload_conf()")
        admin.close()
    log = (server.folder / "server.log").read_text()
    assert 'ALTER ROLE "payments_master" PASSWORD \'SCRAM-SHA-256$4096:' in log
    for password in (rotations.password("AWSCURRENT"), server.password):
        assert password not in log
        assert all(password not in answer.log + answer.error + str(answer.result) for answer in answers)


def test_passwords_are_what_rds_takes() -> None:
    made = {passwords.make() for _ in range(200)}
    assert len(made) == 200
    for password in made:
        assert len(password) == 32
        assert not set(password) & set("/@\" '\\`")
        assert all(sum(character in kind for character in password) >= 2 for kind in passwords.KINDS)
