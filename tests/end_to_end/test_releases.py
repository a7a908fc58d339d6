"""A state that a released tag made is planned with today's code, and nothing that holds data is lost."""

from pathlib import Path

import pytest

from tests.addresses.contract import STATEFUL
from tests.end_to_end import releases
from tests.end_to_end.bench import Bench
from tests.end_to_end.changes import actions

pytestmark = pytest.mark.end_to_end


@pytest.mark.parametrize("state", releases.recorded(), ids=lambda path: f"{path.parent.name}-{path.name}")
def test_an_upgrade_loses_nothing(state: Path, bench: Bench, outdir: Path) -> None:
    module = releases.restore(bench, outdir / "stacks" / state.name.removesuffix(".json.gz"), state)
    # Without a refresh: the state's resources do not exist in this AWS, and need not for this question.
    done = actions(module.printed_plan("-refresh=false"))
    assert not [address for address, what in done if "delete" in what and address.partition(".")[0] in STATEFUL]
