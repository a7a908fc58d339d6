"""No resource of the stack's names is there that Terraform did not make: creating it again would fail."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from preflight.check import Result, Scope, judge
from preflight.existing import KINDS, Kind
from preflight.stack import Attributes

LOOKUPS_AT_ONCE = 8


@dataclass(frozen=True)
class Named:
    """One resource of the stack with its literal name."""

    kind: Kind
    id: str
    resource: Attributes

    @property
    def name(self) -> str:
        return str(self.resource[self.kind.attribute])

    @property
    def address(self) -> str:
        return f"{self.kind.type}.{self.id}"


def check(scope: Scope) -> Result | None:
    named = [
        Named(kind, id_, resource)
        for kind in KINDS
        for id_, resource in scope.stack.all(kind.type).items()
        if isinstance(resource.get(kind.attribute), str) and "${" not in resource[kind.attribute]
    ]
    # What the state has is ours and there; the others must be free.
    new = [one for one in named if one.name not in scope.state.values(one.kind.type, one.kind.attribute)]
    with ThreadPoolExecutor(LOOKUPS_AT_ONCE) as pool:
        problems = [problem for problem in pool.map(lambda one: _problem(scope, one), new) if problem]
    if not named:
        return None
    return judge(f"{len(new)} free, {len(named) - len(new)} ours", problems)


def _problem(scope: Scope, one: Named) -> str:
    found = one.kind.find(scope.aws, scope.stack.region_of(one.resource), one.name)
    if not found:
        return ""
    if found.obstacle:
        return f"{one.kind.what} {one.name} {found.obstacle}"
    return (
        f"{one.kind.what} {one.name} exists, but not in this stack's state: "
        f"`terraform import {one.address} '{found.import_id}'`, or delete it"
    )
