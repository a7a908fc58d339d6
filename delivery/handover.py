"""A saved plan on its way from the job that made it to the job that applies it, through the account's state bucket.

A plan holds values in clear, so it never becomes an artifact of a run; the bucket is encrypted, and nobody but the
apply role reads `plans/` there.
"""

from pathlib import Path
from typing import Any

from delivery.errors import Refused
from delivery.stack import Stack
from environments.schema.names import PLANS
from plan_review.evidence import PLAN_FILE
from plan_review.manifest import MANIFEST

# No plan.json: what is checked before the apply is read from the very file that is applied.
FILES = (PLAN_FILE, MANIFEST)


def prefix(stack: Stack, run: str) -> str:
    return f"{PLANS}{stack.name}/{run}/"


def put(s3: Any, stack: Stack, run: str, folder: Path) -> None:
    """Stores the plan in `folder` under the name of this run."""
    for name in FILES:
        s3.put_object(Bucket=stack.state_bucket, Key=prefix(stack, run) + name, Body=(folder / name).read_bytes())


def get(s3: Any, stack: Stack, run: str, folder: Path) -> None:
    """Lays the plan of this run beside the synthesized stack; raises Refused when there is none.

    Whether it is the right one is not decided here: `plan_review verify` holds it against the approved digest.
    """
    for name in FILES:
        key = prefix(stack, run) + name
        try:
            content = s3.get_object(Bucket=stack.state_bucket, Key=key)["Body"].read()
        except s3.exceptions.NoSuchKey:
            raise Refused(f"s3://{stack.state_bucket}/{key}: there is no such plan; run the plan job again") from None
        (folder / name).write_bytes(content)
