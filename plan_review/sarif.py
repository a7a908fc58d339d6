"""Findings as SARIF 2.1.0, for tools that collect them.

Format: https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
"""

import json
from collections.abc import Sequence
from typing import Any

from plan_review.finding import Finding
from plan_review.review import Review
from plan_review.rule import Rule
from plan_review.rules import all_rules
from plan_review.tier import Tier

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
LEVELS = {Tier.BLOCK: "error", Tier.DANGER: "error", Tier.REVIEW: "warning", Tier.ROUTINE: "note", Tier.NOISE: "none"}


def sarif(reviews: Sequence[Review]) -> str:
    """All findings above NOISE as one run."""
    rules = [rule for rule, _ in all_rules()]
    index = {rule.id: number for number, rule in enumerate(rules)}
    results = [
        _result(review, found, index[found.rule.id])
        for review in reviews
        for found in review.findings
        if found.tier > Tier.NOISE
    ]
    driver = {"name": "plan_review", "version": "1", "rules": [_rule(rule) for rule in rules]}
    document = {"$schema": SCHEMA, "version": "2.1.0", "runs": [{"tool": {"driver": driver}, "results": results}]}
    return json.dumps(document, sort_keys=True) + "\n"


def _rule(rule: Rule) -> dict[str, Any]:
    return {
        "id": rule.id,
        "shortDescription": {"text": rule.what},
        "fullDescription": {"text": rule.why},
        "help": {"text": rule.do},
        "defaultConfiguration": {"level": LEVELS[rule.tier]},
    }


def _result(review: Review, found: Finding, rule_index: int) -> dict[str, Any]:
    result: dict[str, Any] = {
        "ruleId": found.rule.id,
        "ruleIndex": rule_index,
        "level": LEVELS[found.tier],
        "message": {"text": f"{found.tier.name}: {found.detail}. {found.rule.do}"},
        "locations": [
            {
                # A plan has no lines; the environment's settings are the file that people edit.
                "physicalLocation": {
                    "artifactLocation": {"uri": f"environments/{review.stack.environment}.py"},
                    "region": {"startLine": 1},
                },
                "logicalLocations": [
                    {
                        "fullyQualifiedName": f"{found.stack}/{found.address}".rstrip("/"),
                        "kind": "resource",
                    }
                ],
            }
        ],
        "partialFingerprints": {"planreview/v1": found.fingerprint},
    }
    accepted = review.acknowledged.get(found.fingerprint)
    if accepted:
        result["suppressions"] = [{"kind": "external", "justification": accepted.ticket}]
    return result
