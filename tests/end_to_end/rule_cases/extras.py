"""A module with what the stacks don't have and rules speak of: a trail, a locked bucket, a random password, a mark."""

import json
from pathlib import Path
from typing import Any

from tests.end_to_end.bench import JSON, Bench
from tests.end_to_end.random_provider.password import RECORD
from tests.end_to_end.rule_cases.edits import Module
from tests.end_to_end.terraform import Terraform

# An account of its own: production's stays as its stacks made it.
ACCOUNT = "555566667777"


def write(production: Module, stack: Path) -> None:
    """The module as a stack's folder, with the providers of production's."""
    terraform = {key: production["terraform"][key] for key in ("required_providers", "required_version")}
    module = {
        "terraform": {**terraform, "backend": {"local": {"path": f"{stack}.tfstate"}}},
        "provider": {
            "aws": [{**production["provider"]["aws"][0], "allowed_account_ids": [ACCOUNT]}],
            "random": [{}],
        },
        "resource": _resources(),
    }
    stack.mkdir()
    (stack / JSON).write_text(json.dumps(module))


def _resources() -> dict[str, Any]:
    return {
        "aws_s3_bucket": {"evidence": {"bucket": "payments-evidence", "object_lock_enabled": True}},
        "aws_s3_bucket_object_lock_configuration": {
            "evidence": {
                "bucket": "${aws_s3_bucket.evidence.id}",
                "rule": {"default_retention": {"mode": "COMPLIANCE", "days": 400}},
            }
        },
        "aws_cloudtrail": {
            "evidence": {
                "name": "payments-evidence",
                "s3_bucket_name": "${aws_s3_bucket.evidence.id}",
                "is_multi_region_trail": True,
                "enable_log_file_validation": True,
            }
        },
        "random_password": {"gateway": {"length": 32}},
        "aws_ssm_parameter": {
            "gateway": {
                "name": "payments-merchant",
                "type": "String",
                "value": "4711",
                "description": '${sensitive("merchant number")}',
            }
        },
    }


def applied(bench: Bench, stack: Path) -> Terraform:
    """The module after its apply."""
    module = bench.module(stack)
    # A managed password is in its state, as production's never is: it is not among those that the tests look for.
    module.environment = {**module.environment, RECORD: f"{stack}.passwords"}
    module.init()
    module.plan()
    module.apply()
    return module
