"""Cost Explorer: the activation of cost allocation tags, which moto lacks."""

import json
from typing import Any

from moto.ce.responses import CostExplorerResponse

from tests.end_to_end.emulator.extension import extend
from tests.end_to_end.emulator.tables import table


def install() -> None:
    extend(CostExplorerResponse, update_cost_allocation_tags_status=_update)
    extend(CostExplorerResponse, list_cost_allocation_tags=_list)


def _tags(self: Any) -> dict[str, str]:
    return table(self.ce_backend, "cost_allocation_tags_of_the_bench")


def _update(self: Any) -> str:
    for change in self._get_param("CostAllocationTagsStatus"):
        if change["Status"] == "Active":
            _tags(self)[change["TagKey"]] = change["Status"]
        else:
            _tags(self).pop(change["TagKey"], None)
    return json.dumps({"Errors": []})


def _list(self: Any) -> str:
    wanted = self._get_param("TagKeys") or list(_tags(self))
    # A tag that was switched off is still known, as it is to AWS.
    tags = [{"TagKey": key, "Type": "UserDefined", "Status": _tags(self).get(key, "Inactive")} for key in wanted]
    return json.dumps({"CostAllocationTags": tags})
