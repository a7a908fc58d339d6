"""The stand-in for hashicorp/random, run by Terraform itself."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.end_to_end import mirror
from tests.end_to_end.random_provider.password import RECORD
from tests.end_to_end.terraform import Terraform, TerraformError, base_environment

pytestmark = [
    pytest.mark.end_to_end,
    pytest.mark.skipif(mirror.from_registry(), reason="the registry has the real provider"),
]

Module = Callable[[dict[str, Any]], Terraform]
STRONG = {"length": 32, "min_lower": 2, "min_upper": 2, "min_numeric": 2, "min_special": 2, "override_special": "!-"}


@pytest.fixture
def module(configuration: Path, tmp_path: Path) -> Module:
    """Writes a root module that needs random alone, and initializes it."""

    def write(content: dict[str, Any]) -> Terraform:
        source = {"source": "hashicorp/random", "version": mirror.RANDOM_VERSION}
        settings = {"terraform": {"required_providers": {"random": source}}}
        (tmp_path / "main.tf.json").write_text(json.dumps(settings | content))
        environment = base_environment(configuration, tmp_path) | {RECORD: str(tmp_path / "passwords")}
        terraform = Terraform(tmp_path, environment)
        terraform.init()
        return terraform

    return write


def _managed(**arguments: Any) -> dict[str, Any]:
    output = {"result": {"value": "${random_password.it.result}", "sensitive": True}}
    return {"resource": {"random_password": {"it": arguments}}, "output": output}


def test_a_managed_password_is_made_once_and_again_when_its_keepers_change(module: Module, tmp_path: Path) -> None:
    terraform = module(_managed(**STRONG, keepers={"version": "1"}))
    assert terraform.plan() and terraform.apply()
    first = terraform.state()["outputs"]["result"]["value"]
    assert not terraform.plan()
    module(_managed(**STRONG, keepers={"version": "2"}))
    assert terraform.plan()
    [change] = terraform.show()["resource_changes"]
    assert change["change"]["actions"] == ["delete", "create"]
    terraform.apply()
    second = terraform.state()["outputs"]["result"]["value"]
    assert first != second
    assert (tmp_path / "passwords").read_text().split() == [first, second]
    terraform.destroy()
    assert not terraform.state()["resources"]


def test_a_password_has_the_length_and_the_characters_that_were_asked_for(module: Module) -> None:
    terraform = module(_managed(**STRONG))
    terraform.plan()
    terraform.apply()
    result = terraform.state()["outputs"]["result"]["value"]
    assert len(result) == 32
    for of in (str.islower, str.isupper, str.isdigit, "!-".__contains__):
        assert sum(map(of, result)) >= 2
    assert all(character.isalnum() or character in "!-" for character in result)


def test_an_ephemeral_password_is_made_in_every_phase_and_is_in_no_file(module: Module, tmp_path: Path) -> None:
    terraform = module(
        {
            "ephemeral": {"random_password": {"it": STRONG}},
            "resource": {"terraform_data": {"length": {"input": 32}}},
            "output": {"used": {"value": "${ephemeralasnull(ephemeral.random_password.it.result)}"}},
        }
    )
    terraform.plan()
    terraform.apply()
    record = tmp_path / "passwords"
    passwords = record.read_text().split()
    record.unlink()
    assert len(set(passwords)) == len(passwords) >= 2
    for path in (path for path in tmp_path.rglob("*") if path.is_file() and not path.is_symlink()):
        content = path.read_bytes()
        assert not any(password.encode() in content for password in passwords), path


def test_it_says_that_it_is_not_hashicorp_s(module: Module) -> None:
    terraform = module(_managed(**STRONG))
    terraform.plan()
    assert "This is not hashicorp/random" in terraform.log.read_text()


def test_a_length_below_the_minimums_is_refused(module: Module) -> None:
    terraform = module(_managed(**{**STRONG, "length": 7}))
    with pytest.raises(TerraformError, match=r"length is 7; it must be 8 or more"):
        terraform.validate()
