"""The life of every stack, side by side: foundation, apply, second plan. Terraform mostly waits, so lanes overlap."""

from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from tests.end_to_end import account, bootstrap
from tests.end_to_end.bench import Bench, module_of
from tests.end_to_end.terraform import Terraform

# One terraform and its provider take 0.7 GB; more at once on two cores only wait for each other.
AT_ONCE = 4


@dataclass
class Life:
    """One stack: its root module, what was in its account before, and whether the second plan had changes."""

    module: Terraform
    bench: Bench
    before: set[str] = field(default_factory=set)
    changes: bool = True

    @property
    def account(self) -> str:
        return account.account_of(module_of(self.module.folder))

    def inventory(self) -> set[str]:
        return self.bench.emulator.inventory(self.account)


@dataclass
class Lanes:
    """Every stack's life by name; reading one waits until it has been applied and planned again."""

    _lives: Mapping[str, Future[Life]]

    def __getitem__(self, stack: str) -> Life:
        return self._lives[stack].result()


def begin(pool: ThreadPoolExecutor, outdir: Path, benches: Mapping[str, Bench]) -> Lanes:
    """Starts all lanes; `benches` holds one bench for each environment's account."""
    lives: dict[str, Future[Life]] = {}
    stacks = sorted(outdir.glob("stacks/*"), key=lambda path: "foundation" not in path.name)
    for stack in stacks:
        environment = environment_of(stack.name)
        bench, foundation = benches[environment], lives.get(f"payments-foundation-{environment}")
        if foundation is None:
            lives[stack.name] = pool.submit(_lay_foundation, bench, stack)
        else:
            lives[stack.name] = pool.submit(_apply, bench, stack, foundation)
    return Lanes(lives)


def environment_of(stack: str) -> str:
    return stack.removeprefix("payments-").removeprefix("foundation-").partition("-")[0]


def _lay_foundation(bench: Bench, stack: Path) -> Life:
    life = Life(bench.module(stack), bench)
    life.before = life.inventory()
    bootstrap.run(life.module)  # ends with a plan that must be empty
    life.changes = False
    return life


def _apply(bench: Bench, stack: Path, foundation: Future[Life]) -> Life:
    foundation.result()
    account.make_hosted_zone(bench.emulator, module_of(stack))
    account.push_image(bench.emulator, module_of(stack))
    life = Life(bench.module(stack), bench)
    life.before = life.inventory()
    life.module.init()
    life.module.validate()
    life.module.plan()
    life.module.apply()
    life.changes = life.module.plan()
    return life
