"""A foundation by the commands of docs/bootstrap.md, from an empty account and back to it."""

import json
from pathlib import Path

import pytest

from tests.end_to_end import account, bootstrap
from tests.end_to_end.bench import Bench, module_of

pytestmark = [pytest.mark.end_to_end, pytest.mark.long]


def test_taking_a_foundation_away_leaves_nothing(bench: Bench, outdir: Path) -> None:
    module = bench.module(outdir / "stacks" / "payments-foundation-dev")
    owner = account.account_of(module_of(module.folder))
    before = bench.emulator.inventory(owner)
    bootstrap.run(module)
    assert module.folder.name in "".join(bench.emulator.inventory(owner))
    ecr = bench.emulator.client("ecr", owner)
    manifest = json.dumps({"schemaVersion": 2, "mediaType": account.MANIFEST_TYPE})
    ecr.put_image(repositoryName=module.folder.name, imageManifest=manifest, imageTag="first")
    printed = bootstrap.run(module, bootstrap.END)
    assert "Destroy complete!" in printed
    assert bench.emulator.inventory(owner) == before
    assert bootstrap.state_file_is_gone(module)
