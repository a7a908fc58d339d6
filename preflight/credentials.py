"""Whose credentials these are; everything else is asked only in the right account."""

from preflight.aws import Aws
from preflight.check import Result
from preflight.errors import UNANSWERED, sentence
from preflight.stack import CannotRun, Stack


def check(aws: Aws, stack: Stack) -> Result:
    """Raises CannotRun when AWS does not say who we are: no credentials, expired ones, no network."""
    try:
        caller = aws.client("sts").get_caller_identity()
    except UNANSWERED as error:
        raise CannotRun(sentence(error)) from None
    who, account_id = caller["Arn"], caller["Account"]
    if account_id == stack.account_id:
        return Result(f"account {account_id}, {stack.region}, as {who.rpartition(':')[2]}")
    return Result(
        problems=(
            f"{who} is in account {account_id}, {stack.name} belongs to {stack.account_id}: "
            "set AWS_PROFILE to a profile of that account (nothing else was checked)",
        )
    )
