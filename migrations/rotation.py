"""The rotation Lambda: `migrations.rotation.rotate` gives the master user a new password, in four steps.

Each step first looks at what is there, so Secrets Manager may call it again after any cut. Between the second step and
the fourth the database has the password of the version AWSPENDING; before and after, that of AWSCURRENT.
Protocol: https://docs.aws.amazon.com/secretsmanager/latest/userguide/rotate-secrets_lambda-functions.html
"""

import os
from typing import Any

from pg8000.native import Connection, identifier, literal

from migrations import credentials, log, passwords
from migrations.connection import LoginError, connect
from migrations.credentials import Secret
from migrations.errors import MigrationError

APPLICATION = "payments-rotation"


def rotate(event: dict[str, str], context: Any) -> None:
    """One step of one rotation; the event is Secrets Manager's. Raises MigrationError, and the step is called again."""
    log.begin(context.aws_request_id)
    try:
        if missing := [name for name in ("Step", "SecretId", "ClientRequestToken") if name not in event]:
            raise MigrationError(f"The event has no {', '.join(missing)}: only Secrets Manager calls this function")
        step, arn, token = event["Step"], event["SecretId"], event["ClientRequestToken"]
        if arn != os.environ["MASTER_SECRET_ARN"]:
            raise MigrationError(f"This function rotates {os.environ['MASTER_SECRET_ARN']}, not {arn}")
        rotation = Rotation(credentials.client(), arn, token)
        steps = {
            "createSecret": rotation.create_secret,
            "setSecret": rotation.set_secret,
            "testSecret": rotation.test_secret,
            "finishSecret": rotation.finish_secret,
        }
        if step not in steps:
            raise MigrationError(f"Step is {step!r}; it is {', '.join(steps)}")
        if rotation.is_finished():
            log.info("Finished before", step=step)
            return
        steps[step]()
    except MigrationError as error:
        log.error(str(error))
        raise
    log.info("Finished", step=step)


class Rotation:
    """One rotation, known by its token, which is also the id of the secret's new version."""

    def __init__(self, secrets: Any, arn: str, token: str) -> None:
        self._secrets = secrets
        self._arn = arn
        self._token = token
        self._stages: dict[str, list[str]] = secrets.describe_secret(SecretId=arn)["VersionIdsToStages"]

    def is_finished(self) -> bool:
        """True when the new version is the current one. Raises MigrationError for a token of no rotation."""
        stages = self._stages.get(self._token, [])
        if "AWSCURRENT" in stages:
            return True
        if "AWSPENDING" not in stages:
            raise MigrationError(f"Version {self._token} of {self._arn} is not staged as AWSPENDING: nothing to rotate")
        return False

    def create_secret(self) -> None:
        """Stores a new password as AWSPENDING, once."""
        if credentials.read(self._secrets, self._arn, "AWSPENDING", self._token):
            return
        current = self._current()
        self._secrets.put_secret_value(
            SecretId=self._arn,
            ClientRequestToken=self._token,
            SecretString=current.with_password(passwords.make()).json(),
            VersionStages=["AWSPENDING"],
        )

    def set_secret(self) -> None:
        """Gives the database the pending password."""
        current, pending = self._current(), self._pending()
        if (pending.user, pending.address) != (current.user, current.address):
            raise MigrationError(f"AWSPENDING of {self._arn} is for another user or database than AWSCURRENT")
        if opened := _log_in(pending):
            opened.close()
            return
        connection = _log_in(current)
        if connection is None:
            raise MigrationError(
                f"The database accepts neither AWSCURRENT nor AWSPENDING of {self._arn}: raise `password_version` of "
                "the database in environments/<environment>.py by one and deploy again"
            )
        verifier = literal(passwords.verifier(pending.password))
        connection.run(f"ALTER ROLE {identifier(pending.user)} PASSWORD {verifier}")
        connection.close()

    def test_secret(self) -> None:
        """Logs in with the pending password."""
        connection = _log_in(self._pending())
        if connection is None:
            raise MigrationError(f"The database does not accept AWSPENDING of {self._arn}")
        connection.run("SELECT 1")
        connection.close()

    def finish_secret(self) -> None:
        """Makes the pending version the current one."""
        current = next(version for version, stages in self._stages.items() if "AWSCURRENT" in stages)
        self._secrets.update_secret_version_stage(
            SecretId=self._arn,
            VersionStage="AWSCURRENT",
            MoveToVersionId=self._token,
            RemoveFromVersionId=current,
        )

    def _current(self) -> Secret:
        return self._required("AWSCURRENT")

    def _pending(self) -> Secret:
        return self._required("AWSPENDING", self._token)

    def _required(self, stage: str, version: str | None = None) -> Secret:
        secret = credentials.read(self._secrets, self._arn, stage, version)
        if secret is None:
            raise MigrationError(f"{self._arn} has no version {stage}")
        return secret


def _log_in(secret: Secret) -> Connection | None:
    try:
        return connect(secret.address, secret.user, secret.password, APPLICATION)
    except LoginError:
        return None
