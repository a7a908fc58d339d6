"""Reads the master secret at run time and logs in with it."""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from pg8000.native import Connection

from migrations import log
from migrations.connection import Address, LoginError, connect
from migrations.errors import MigrationError

PATIENCE_SECONDS, POLL_SECONDS = 60.0, 2.0
# The endpoint is in the VPC: it answers in milliseconds, or a rule is missing and waiting longer does not help.
_TIMEOUTS = Config(connect_timeout=5, read_timeout=10, retries={"total_max_attempts": 3})
# What Secrets Manager's RDS rotation keeps in a secret, as far as it is needed here.
_KEYS = ("username", "password", "host", "port", "dbname")


@dataclass(frozen=True)
class Secret:
    """One version of the master secret, as Secrets Manager's RDS rotation lays it out."""

    values: dict[str, Any]

    @property
    def user(self) -> str:
        return str(self.values["username"])

    @property
    def password(self) -> str:
        return str(self.values["password"])

    @property
    def address(self) -> Address:
        return Address(str(self.values["host"]), int(self.values["port"]), str(self.values["dbname"]))

    def with_password(self, password: str) -> "Secret":
        return Secret({**self.values, "password": password})

    def json(self) -> str:
        return json.dumps(self.values)

    def __repr__(self) -> str:
        return "Secret(***)"


def client() -> Any:
    return boto3.client("secretsmanager", config=_TIMEOUTS)


def read(secrets: Any, arn: str, stage: str, version: str | None = None) -> Secret | None:
    """The version with this staging label (and this id), None when there is none."""
    which = {"VersionStage": stage, **({"VersionId": version} if version else {})}
    try:
        text = secrets.get_secret_value(SecretId=arn, **which).get("SecretString", "")
    except secrets.exceptions.ResourceNotFoundException:
        return None
    except (BotoCoreError, ClientError) as error:
        raise MigrationError(f"The master secret {arn} cannot be read: {error}") from None
    try:
        values = json.loads(text)
    except ValueError:
        # The parser's own message would quote the secret.
        raise MigrationError(f"The master secret {arn} is not JSON") from None
    if missing := [key for key in _KEYS if not isinstance(values, dict) or key not in values]:
        raise MigrationError(f"The master secret {arn} has no {', '.join(missing)}")
    return Secret(values)


def log_in(
    secrets: Any, arn: str, address: Address, application: str, patience_seconds: float
) -> tuple[Connection, Callable[[], Connection]]:
    """A session as the master user with the stored password that the database takes, and a way to open more.

    Between two steps of a rotation the database already has the pending password; Secrets Manager goes on with that
    rotation by itself. RDS makes a new master password valid some seconds after the call, so a refusal is not believed
    before `patience_seconds` are over (and no longer than PATIENCE_SECONDS).
    """
    ends = time.monotonic() + min(patience_seconds, PATIENCE_SECONDS)
    while True:
        refusal = "the secret has no value"
        for stage in ("AWSCURRENT", "AWSPENDING"):
            secret = read(secrets, arn, stage)
            if secret is None:
                continue
            connect_again = partial(connect, address, secret.user, secret.password, application)
            try:
                session = connect_again()
            except LoginError as error:
                refusal = str(error)
                continue
            if stage == "AWSPENDING":
                log.warning("A rotation of the master password is unfinished; logged in with the pending one")
            return session, connect_again
        if time.monotonic() + POLL_SECONDS > ends:
            break
        log.warning("The stored password is not accepted, tries again", reason=refusal)
        time.sleep(POLL_SECONDS)
    raise MigrationError(
        f"The database does not accept the password stored in {arn} ({refusal}): raise `password_version` of the "
        "database in environments/<environment>.py by one and deploy again; both are then written anew"
    )
