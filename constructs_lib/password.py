"""A password that Terraform makes and hands on, and that it writes down nowhere."""

from cdktf import TerraformStack
from constructs import Construct

# What RDS takes in a master password, less what JSON or a shell would have to escape: no / @ " ' \ ` and no space.
SPECIAL_CHARACTERS = "!#$%&*()-_=+[]{}<>:?"
LENGTH = 32


class EphemeralPassword(Construct):
    """An ephemeral `random_password`: 32 characters, at least two of each kind, kept in no plan and no state.

    `value` may only go into write-only arguments (`*_wo`); Terraform refuses it anywhere else.
    Source: `ephemeral "random_password"` of hashicorp/random 3.7.
    """

    def __init__(self, scope: Construct, id_: str, *, name: str) -> None:
        super().__init__(scope, id_)
        # cdktf 0.21 knows no ephemeral blocks: an override, held by tests/guardrails/test_passwords.py.
        TerraformStack.of(self).add_override(
            f"ephemeral.random_password.{name}",
            {
                "length": LENGTH,
                "min_lower": 2,
                "min_upper": 2,
                "min_numeric": 2,
                "min_special": 2,
                "override_special": SPECIAL_CHARACTERS,
            },
        )
        self.value = f"${{ephemeral.random_password.{name}.result}}"
