"""What a check is given, and what it answers."""

from collections.abc import Callable
from dataclasses import dataclass, field

from preflight.aws import Aws
from preflight.dns import Resolver
from preflight.stack import Stack
from preflight.state import State


@dataclass(frozen=True)
class Result:
    """`problems` has a sentence for each thing that would fail, and what to do; without any, `text` says what holds."""

    text: str = ""
    problems: tuple[str, ...] = ()


def judge(text: str, problems: list[str]) -> Result:
    """Passed with `text` when there are no problems."""
    return Result(problems=tuple(problems)) if problems else Result(text)


@dataclass(frozen=True)
class Scope:
    """One workspace, the account that it is to be deployed to, and what is deployed already."""

    stack: Stack
    aws: Aws
    # The stack of the account's foundation, when it was synthesized too.
    foundation: Stack | None = None
    resolver: Resolver = field(default_factory=Resolver)
    known_state: State | Exception = field(default_factory=lambda: State({}))

    @property
    def state(self) -> State:
        """Raises what reading the state has raised."""
        if isinstance(self.known_state, Exception):
            raise self.known_state
        return self.known_state


# None when the stack has nothing of the kind that the check looks at.
Check = Callable[[Scope], Result | None]
