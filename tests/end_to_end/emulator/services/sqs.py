"""SQS: the attribute RedriveAllowPolicy, which moto lacks, and RedrivePolicy as compact as AWS returns it.

SetQueueAttributes of moto forgets the policy whenever another attribute is set.
"""

import json
from typing import Any

from moto.sqs.models import Queue

from tests.end_to_end.emulator.extension import extend


def install() -> None:
    original: Any = vars(Queue)["attributes"].fget
    original_set = Queue._set_attributes

    def attributes(self: Any) -> dict[str, Any]:
        found = {name: value for name, value in original(self).items() if value not in (None, "")}
        if found.get("RedrivePolicy"):
            found["RedrivePolicy"] = json.dumps(json.loads(found["RedrivePolicy"]), separators=(",", ":"))
        return found

    def set_attributes(self: Any, attributes: dict[str, Any], now: float | None = None) -> None:
        original_set(self, {"Policy": getattr(self, "policy", None), **attributes}, now)

    extend(Queue, _set_attributes=set_attributes)
    extend(Queue, BASE_ATTRIBUTES=[*Queue.BASE_ATTRIBUTES, "RedriveAllowPolicy"])
    extend(Queue, redrive_allow_policy=None)
    extend(Queue, attributes=property(attributes))
