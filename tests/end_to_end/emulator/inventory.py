"""Everything that the emulated AWS holds, so that two moments can be compared.

What AWS only remembers is not held: a key or a secret that waits for its deletion, an inactive cluster, service or task
definition, a NAT gateway that is shown for an hour more.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from moto import backends
from moto.core.models import DEFAULT_ACCOUNT_ID

# Those that the stacks use. Each is opened before it is read: the default VPC and the like are made by that.
SERVICES = (
    *("acm", "application-autoscaling", "backup", "budgets", "ce", "cloudwatch", "ec2", "ecr", "ecs", "elasticache"),
    *("elbv2", "iam", "kms", "lambda", "logs", "rds", "route53", "s3", "s3control", "secretsmanager", "sns", "sqs"),
    "wafv2",
)
# What moto keeps for itself: tokens of requests that must not be done twice, the tags of what is gone, one map of all
# its maps; and history.
IGNORED = {"acm": {"_idempotency_tokens"}, "ec2": {"tags"}, "rds": {"events", "resource_map"}}
# How moto's classes say that AWS only remembers a thing: an attribute and the value that it has then.
REMEMBERED = (("status", "INACTIVE"), ("state", "deleted"), ("key_state", "PendingDeletion"))
DATES = ("deleted_date", "deletion_date")


def take(account: str, regions: list[str]) -> list[str]:
    """One line for each thing in any collection of any service: `service region collection key`."""
    return sorted({line for service in SERVICES for line in _of(service, account, regions)})


def _of(service: Any, account: str, regions: list[str]) -> Iterator[str]:
    assert account != DEFAULT_ACCOUNT_ID, "moto's own account"
    backend_by_region = backends.get_backend(service)[account]
    for region in ("aws", *regions):
        if region in backend_by_region.regions:
            for name, collection in list(vars(backend_by_region[region]).items()):
                if name not in IGNORED.get(service, ()):
                    yield from (f"{service} {region} {name} {key}" for key in _keys(collection))


def _keys(collection: Any) -> Iterator[str]:
    """The keys of a mapping, followed into mappings inside it; the length of a list."""
    if isinstance(collection, Mapping):
        for key, value in list(collection.items()):
            if isinstance(value, Mapping):
                yield from (f"{key}/{inner}" for inner in _keys(value))
            elif not _remembered(value):
                yield str(key)
    elif isinstance(collection, list | set | tuple) and collection:
        yield f"{len(collection)} items"


def _remembered(thing: Any) -> bool:
    return any(getattr(thing, name, None) == value for name, value in REMEMBERED) or any(
        getattr(thing, name, None) is not None for name in DATES
    )
