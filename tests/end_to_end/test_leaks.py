"""A password that lies somewhere is found there."""

import json
import zipfile
from pathlib import Path

import pytest

from tests.end_to_end.leaks import holds_one

PASSWORD = 'a<b&c>d"e:f'


def in_a_log(path: Path) -> None:
    path.write_text(f"connecting as payments with {PASSWORD}\n")


def in_a_state(path: Path) -> None:
    path.write_text(
        json.dumps({"password": PASSWORD}).replace("<", "\\u003c").replace("&", "\\u0026").replace(">", "\\u003e")
    )


def in_a_plan(path: Path) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("tfplan", f"{'x' * 1000}{PASSWORD}".encode())
    assert PASSWORD.encode() not in path.read_bytes()


@pytest.mark.parametrize("plant", [in_a_log, in_a_state, in_a_plan])
def test_it_is_found(plant: object, tmp_path: Path) -> None:
    path = tmp_path / "file"
    plant(path)  # type: ignore[operator]
    assert holds_one(path, ["another", PASSWORD])
    assert not holds_one(path, ["another"])
