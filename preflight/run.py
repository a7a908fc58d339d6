"""Runs every check side by side."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

from preflight import credentials, state
from preflight.aws import Aws
from preflight.check import Check, Result, Scope
from preflight.checks import CHECKS
from preflight.dns import Resolver
from preflight.errors import UNANSWERED, sentence
from preflight.stack import Stack


def run(stack: Stack, foundation: Stack | None, aws: Aws, resolver: Resolver) -> Iterator[tuple[str, Result]]:
    """(name, result) of every check that the stack has something for, in order; raises CannotRun.

    Credentials come first and alone: in another account the other answers would mean nothing.
    """
    account = credentials.check(aws, stack)
    yield "credentials", account
    if account.problems:
        return
    known_state = _state(aws, stack)
    scope = Scope(stack, aws, foundation, resolver, known_state)
    with ThreadPoolExecutor(len(CHECKS)) as pool:
        results = [(name, pool.submit(_answer(check), scope)) for name, check in CHECKS.items()]
        for name, future in results:
            if result := future.result():
                yield name, result


def _state(aws: Aws, stack: Stack) -> state.State | Exception:
    """Checks that need the state say themselves that it could not be read."""
    try:
        return state.read(aws, stack.backend)
    except (*UNANSWERED, state.StateBroken) as error:
        return error


def _answer(check: Check) -> Callable[[Scope], Result | None]:
    def answer(scope: Scope) -> Result | None:
        try:
            return check(scope)
        except state.StateBroken as error:
            return Result(problems=(f"{error}: restore an earlier version of it (`aws s3api list-object-versions`)",))
        except UNANSWERED as error:
            return Result(problems=(sentence(error),))

    return answer
