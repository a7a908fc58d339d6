"""The life of every stack, side by side: foundation, apply, second plan. Terraform mostly waits, so lanes overlap."""

import json
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from environments.schema.workspace import Workspace
from tests.end_to_end import account, bootstrap, recovery
from tests.end_to_end.bench import Bench, module_of
from tests.end_to_end.cdktf import COMMAND, Cdktf
from tests.end_to_end.recovery import Recovery
from tests.end_to_end.terraform import Terraform

# One terraform and its provider take 0.7 GB; more at once on two cores only wait for each other.
AT_ONCE = 4
# The plan that makes everything, kept beside the later ones.
FIRST_PLAN = "first.tfplan"
# Its Terraform is killed twice on the way to the same state; the other stacks are applied in one go.
KILLED = "payments-staging"
# The shares of its resources that are made when a kill comes.
KILLS = (0.3, 0.7)


@dataclass
class Life:
    """One stack: its root module, what was in its account before, and whether the second plan had changes.

    `cdktf` is set for a stack that lives by cdktf's own command instead of Terraform's, `recovery` for the one whose
    Terraform was killed.
    """

    module: Terraform
    bench: Bench
    before: set[str] = field(default_factory=set)
    changes: bool = True
    cdktf: Cdktf | None = None
    recovery: Recovery | None = None

    @property
    def account(self) -> str:
        return account.account_of(module_of(self.module.folder))

    @property
    def backend(self) -> dict[str, Any]:
        """Where its state is stored: bucket, key and region."""
        s3: dict[str, Any] = module_of(self.module.folder)["terraform"]["backend"]["s3"]
        return s3

    def state(self) -> dict[str, Any]:
        """What the bucket holds, also while Terraform runs."""
        s3 = self.bench.emulator.client("s3", self.account, self.backend["region"])
        stored: dict[str, Any] = json.load(
            s3.get_object(Bucket=self.backend["bucket"], Key=self.backend["key"])["Body"]
        )
        return stored

    def attributes(self, type_: str) -> dict[str, Any]:
        """Of the one resource of this type, as the state has them."""
        [resource] = [one for one in self.state()["resources"] if one["mode"] == "managed" and one["type"] == type_]
        attributes: dict[str, Any] = resource["instances"][0]["attributes"]
        return attributes

    def inventory(self) -> set[str]:
        return self.bench.emulator.inventory(self.account)

    def destroy(self) -> str:
        """What the command printed."""
        if not self.cdktf:
            return self.module.destroy()
        self.cdktf.destroy()
        return self.cdktf.printed("destroy")


@dataclass
class Lanes:
    """Every stack's life by name; reading one waits until it has been applied and planned again."""

    _lives: Mapping[str, Future[Life]]

    def __getitem__(self, stack: str) -> Life:
        return self._lives[stack].result()


def begin(
    pool: ThreadPoolExecutor, outdir: Path, benches: Mapping[str, Bench], by_cdktf: Workspace | None = None
) -> Lanes:
    """Starts all lanes; `benches` holds one bench for each environment's account.

    One workspace can live by cdktf's command; where that is not installed, it lives by Terraform's as the others do.
    """
    lives: dict[str, Future[Life]] = {}
    stacks = sorted(outdir.glob("stacks/*"), key=lambda path: "foundation" not in path.name)
    for stack in stacks:
        environment = environment_of(stack.name)
        bench, foundation = benches[environment], lives.get(f"payments-foundation-{environment}")
        if foundation is None:
            lives[stack.name] = pool.submit(_lay_foundation, bench, stack)
        elif by_cdktf and stack.name == by_cdktf.names.stack and COMMAND.exists():
            lives[stack.name] = pool.submit(_by_cdktf, bench, by_cdktf, foundation)
        elif stack.name == KILLED:
            lives[stack.name] = pool.submit(_killed, bench, stack, foundation)
        else:
            lives[stack.name] = pool.submit(_apply, bench, stack, foundation)
    return Lanes(lives)


def environment_of(stack: str) -> str:
    return stack.removeprefix("payments-").removeprefix("foundation-").partition("-")[0]


def _lay_foundation(bench: Bench, stack: Path) -> Life:
    life = Life(bench.module(stack), bench)
    life.before = life.inventory()
    bootstrap.run(life.module)  # ends with a plan that must be empty
    life.module.validate()
    life.changes = False
    return life


def _apply(bench: Bench, stack: Path, foundation: Future[Life]) -> Life:
    life = _initialized(bench, stack, foundation)
    life.module.plan(out=FIRST_PLAN)
    life.module.apply(FIRST_PLAN)
    life.changes = life.module.plan()
    return life


def _by_cdktf(bench: Bench, workspace: Workspace, foundation: Future[Life]) -> Life:
    foundation.result()
    cdktf = Cdktf(bench, workspace)
    cdktf.synth()
    life = Life(Terraform(cdktf.stack, cdktf.environment), bench, cdktf=cdktf)
    _prepare(life)
    cdktf.diff()
    cdktf.deploy()
    life.module.validate()
    life.changes = life.module.plan()
    return life


def _killed(bench: Bench, stack: Path, foundation: Future[Life]) -> Life:
    life = _initialized(bench, stack, foundation)
    life.recovery = recovery.run(bench, life.module, KILLS)
    life.changes = life.recovery.changes
    return life


def _initialized(bench: Bench, stack: Path, foundation: Future[Life]) -> Life:
    foundation.result()
    life = Life(bench.module(stack), bench)
    _prepare(life)
    life.module.init()
    life.module.validate()
    return life


def _prepare(life: Life) -> None:
    """What a workspace's account has besides its foundation."""
    account.make_hosted_zone(life.bench.emulator, module_of(life.module.folder))
    account.push_image(life.bench.emulator, module_of(life.module.folder))
    life.before = life.inventory()
