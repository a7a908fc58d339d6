"""Secrets Manager: turning rotation on without rotating tests the function with a pending copy, then removes it.

moto leaves the copy, without a value when the secret got its value after it was made.
"""

import json
import uuid
from typing import Any

from moto.awslambda.utils import get_backend
from moto.secretsmanager.models import SecretsManagerBackend

from tests.end_to_end.emulator.extension import extend


def install() -> None:
    original = SecretsManagerBackend.rotate_secret

    def rotate_secret(self: Any, secret_id: str, *arguments: Any, **named: Any) -> Any:
        if named.get("rotate_immediately", True):
            return original(self, secret_id, *arguments, **named)
        secret, rules = self.secrets[secret_id], named.get("rotation_rules") or {}
        function = named["rotation_lambda_arn"]
        secret.rotation_requested = secret.rotation_enabled = True
        secret.rotation_lambda_arn = function
        secret.auto_rotate_after_days = rules.get("AutomaticallyAfterDays", 0)
        _test(self, secret, function)
        return secret.to_short_dict()

    extend(SecretsManagerBackend, rotate_secret=rotate_secret)


def _test(backend: Any, secret: Any, function: str) -> None:
    current = next(one for one in secret.versions.values() if "AWSCURRENT" in one["version_stages"])
    token = str(uuid.uuid4())
    secret.versions[token] = {**current, "version_id": token, "version_stages": ["AWSPENDING"]}
    event = {"Step": "testSecret", "SecretId": secret.arn, "ClientRequestToken": token}
    get_backend(backend.account_id, backend.region_name).invoke(function, None, json.dumps(event), {}, {})
    del secret.versions[token]
