"""AWS Budgets: a notification's subscribers and a budget's tags, which moto does not tell."""

import json
from typing import Any

from moto.budgets.responses import BudgetsResponse

from tests.end_to_end.emulator.extension import extend
from tests.end_to_end.emulator.tables import table


def install() -> None:
    original = BudgetsResponse.create_budget

    def create_budget(self: Any) -> str:
        answer: str = original(self)
        name = self._get_param("Budget")["BudgetName"]
        arn = f"arn:aws:budgets::{self.current_account}:budget/{name}"
        _tags(self)[arn] = self._get_param("ResourceTags") or []
        return answer

    extend(BudgetsResponse, create_budget=create_budget)
    extend(BudgetsResponse, describe_subscribers_for_notification=_describe_subscribers)
    extend(BudgetsResponse, list_tags_for_resource=_list_tags)
    extend(BudgetsResponse, delete_budget=_delete_budget(BudgetsResponse.delete_budget))


def _tags(self: Any) -> dict[str, list[dict[str, str]]]:
    return table(self.backend, "tags_of_the_bench")


def _delete_budget(original: Any) -> Any:
    def call(self: Any) -> str:
        answer: str = original(self)
        _tags(self).pop(f"arn:aws:budgets::{self.current_account}:budget/{self._get_param('BudgetName')}", None)
        return answer

    return call


def _describe_subscribers(self: Any) -> str:
    budget = self.backend.budgets[self._get_param("AccountId")][self._get_param("BudgetName")]
    wanted = self._get_param("Notification")
    for notification in budget.notifications:
        if _same(notification.details, wanted):
            return json.dumps({"Subscribers": notification.subscribers})
    return json.dumps({"Subscribers": []})


def _same(one: dict[str, Any], other: dict[str, Any]) -> bool:
    names = ("NotificationType", "ComparisonOperator")
    return all(one[name] == other[name] for name in names) and float(one["Threshold"]) == float(other["Threshold"])


def _list_tags(self: Any) -> str:
    return json.dumps({"ResourceTags": _tags(self).get(self._get_param("ResourceARN"), [])})
