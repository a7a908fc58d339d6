"""Application Auto Scaling: the tags of a scalable target; moto lacks ListTagsForResource and its siblings."""

import json
from typing import Any

from moto.applicationautoscaling.responses import ApplicationAutoScalingResponse

from tests.end_to_end.emulator.extension import extend
from tests.end_to_end.emulator.tables import table


def install() -> None:
    original_deregister = ApplicationAutoScalingResponse.deregister_scalable_target
    original = ApplicationAutoScalingResponse.register_scalable_target

    def register(self: Any) -> str:
        answer: str = original(self)
        if tags := self._get_param("Tags"):
            _tags(self)[json.loads(answer)["ScalableTargetARN"]] = tags
        return answer

    def deregister(self: Any) -> str:
        targets = self.applicationautoscaling_backend.describe_scalable_targets(
            self._get_param("ServiceNamespace"), [self._get_param("ResourceId")], self._get_param("ScalableDimension")
        )
        for target in targets:
            _tags(self).pop(target.arn, None)
        answer: str = original_deregister(self)
        return answer

    extend(ApplicationAutoScalingResponse, register_scalable_target=register)
    extend(ApplicationAutoScalingResponse, deregister_scalable_target=deregister)
    extend(ApplicationAutoScalingResponse, list_tags_for_resource=_list)
    extend(ApplicationAutoScalingResponse, tag_resource=_tag)
    extend(ApplicationAutoScalingResponse, untag_resource=_untag)


def _tags(self: Any) -> dict[str, dict[str, str]]:
    return table(self.applicationautoscaling_backend, "tags_of_the_bench")


def _list(self: Any) -> str:
    return json.dumps({"Tags": _tags(self).get(self._get_param("ResourceARN"), {})})


def _tag(self: Any) -> str:
    _tags(self).setdefault(self._get_param("ResourceARN"), {}).update(self._get_param("Tags"))
    return "{}"


def _untag(self: Any) -> str:
    for key in self._get_param("TagKeys"):
        _tags(self).get(self._get_param("ResourceARN"), {}).pop(key, None)
    return "{}"
