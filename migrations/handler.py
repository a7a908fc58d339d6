"""The migration Lambda: `migrations.handler.migrate`."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from migrations import credentials, log, revisions
from migrations.connection import Address
from migrations.deadline import Deadline
from migrations.errors import MigrationError
from migrations.revisions import RevisionError
from migrations.runner import migrate as run

# Kept back of Lambda's 15 minutes, for a last statement that runs over and for the answer.
RESERVE_SECONDS = 60.0


@dataclass(frozen=True)
class Settings:
    """What Terraform tells the function through its environment variables."""

    address: Address
    master_secret_arn: str
    contract_allowed: str | None

    @staticmethod
    def read(environment: Mapping[str, str]) -> "Settings":
        names = ("DATABASE_HOST", "DATABASE_PORT", "DATABASE_NAME", "MASTER_SECRET_ARN", "CONTRACT_ALLOWED")
        if missing := [name for name in names if not environment.get(name)]:
            raise MigrationError(f"The function has no environment variable {', '.join(missing)}")
        host, port, database, arn, contract = (environment[name] for name in names)
        if not port.isdecimal():
            raise MigrationError(f"DATABASE_PORT is {port!r}; it is a number")
        return Settings(Address(host, int(port), database), arn, None if contract == "none" else contract)


def migrate(event: dict[str, Any], context: Any) -> dict[str, object]:
    """Brings the database up to `event["target"]`, "head" or a version such as "0007".

    With `dry_run` it changes nothing and returns what would be applied. It raises when anything is wrong, so that the
    apply of Terraform stops before the services change.
    """
    log.begin(context.aws_request_id)
    try:
        target, dry_run = _checked(event)
        settings = Settings.read(os.environ)
        known = revisions.load()
        deadline = Deadline(context.get_remaining_time_in_millis() / 1000 - RESERVE_SECONDS)
        connection, connect = credentials.log_in(
            credentials.client(), settings.master_secret_arn, settings.address, "payments-migration", deadline.left()
        )
        result = run(
            connection,
            connect,
            known,
            target=target,
            dry_run=dry_run,
            contract_allowed=settings.contract_allowed,
            deadline=deadline,
        )
    except (MigrationError, RevisionError) as error:
        log.error(str(error))
        raise
    log.info("Finished", **result.as_dict())
    return result.as_dict()


def _checked(event: dict[str, Any]) -> tuple[str, bool]:
    """The two parts of the event. Raises MigrationError for anything else in it."""
    target, dry_run = event.get("target", "head"), event.get("dry_run", False)
    if unknown := sorted(event.keys() - {"target", "dry_run"}):
        raise MigrationError(f"The event has {', '.join(unknown)}; it takes target and dry_run only")
    if not isinstance(target, str) or not isinstance(dry_run, bool):
        raise MigrationError('The event is {"target": "head" or "NNNN", "dry_run": true or false}')
    return target, dry_run
