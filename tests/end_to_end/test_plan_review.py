"""Forty changes of production, planned for real: the dangerous ones are named first, the harmless ones are quiet."""

import json
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import pytest

from constructs_lib.schema import prepare
from plan_review.comment import comment
from plan_review.inputs import Context, read_stack
from plan_review.review import Review, review
from plan_review.tier import Tier
from tests.end_to_end import account
from tests.end_to_end.bench import module_of
from tests.end_to_end.lanes import Lanes
from tests.plan_review.changes import CHANGES, DANGEROUS, HARMLESS, LOOK, PROJECT, Change, synthesize
from tests.plan_review.table import table

pytestmark = [pytest.mark.end_to_end, pytest.mark.long]
DOCUMENT = PROJECT / "docs" / "plan_review_cases.md"
# 10 harmless, 15 worth a look, 15 dangerous.
NUMBERS = {HARMLESS: 10, LOOK: 15, DANGEROUS: 15}


@pytest.fixture(scope="module")
def reviews(
    lanes: Lanes, outdir: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, Future[Review]]]:
    """The review of each change by its name; made two at a time while the first are looked at."""
    folder = tmp_path_factory.mktemp("reviewed")
    schema = prepare(folder / "migrations.zip")
    stacks = {change.name: synthesize(change, folder / change.name, schema) for change in CHANGES}
    life = lanes["payments-prod"]

    def made(name: str, stack: Path) -> Review:
        account.push_image(life.bench.emulator, module_of(stack))
        module = life.bench.changed(life.module, stack, f"{name}/payments-prod")
        # The state was just applied, and nobody else touches it: neither a refresh nor a lock is needed.
        module.plan("-lock=false", "-refresh=false")
        plan = module.folder / "plan.json"
        plan.write_text(json.dumps(module.show()))
        # Without the lock file: the bench takes another version of the provider than the one that is shipped.
        (module.folder / ".terraform.lock.hcl").unlink()
        return review(read_stack(plan, Context(base=outdir)))

    with ThreadPoolExecutor(2) as pool:
        yield {name: pool.submit(made, name, stack) for name, stack in stacks.items()}


def test_there_are_forty() -> None:
    assert {kind: sum(change.kind == kind for change in CHANGES) for kind in NUMBERS} == NUMBERS


@pytest.mark.parametrize("change", CHANGES, ids=str)
def test_a_change(change: Change, reviews: dict[str, Future[Review]]) -> None:
    made = reviews[change.name].result()
    assert made.stack.changes or change.rule == "G-08", "the change plans nothing"
    spoke = [found.tier for found in made.findings if found.rule.id == change.rule]
    if change.kind == HARMLESS:
        assert max(line.tier for line in made.lines) <= Tier.ROUTINE, [f.detail for f in made.findings]
    elif change.kind == LOOK:
        assert max(spoke) >= Tier.REVIEW
    else:
        assert max(spoke) >= Tier.DANGER
        assert any(change.rule in line for line in comment([made]).text.splitlines()[:10])


def test_the_page_shows_what_the_reviews_say(reviews: dict[str, Future[Review]]) -> None:
    """The table in docs/plan_review_cases.md is what these reviews found."""
    made = table((change, reviews[change.name].result()) for change in CHANGES)
    print(made)
    assert made in DOCUMENT.read_text()
