"""The instance types on Graviton that AWS offers for Aurora PostgreSQL and ElastiCache, and db.r5 for x86.

Not every region has all of them: preflight asks the account.
"""

from pydantic import AfterValidator

_TO_16XLARGE = ("large", "xlarge", "2xlarge", "4xlarge", "8xlarge", "12xlarge", "16xlarge")

# Source: "Supported DB engines for DB instance classes" in the Aurora user guide; db.serverless is `Serverless`.
DATABASE_INSTANCES = {
    "db.t4g": ("medium", "large"),
    "db.r5": (*_TO_16XLARGE, "24xlarge"),
    "db.r6g": _TO_16XLARGE,
    "db.r6gd": _TO_16XLARGE[1:],
    "db.r7g": _TO_16XLARGE,
    "db.r8g": (*_TO_16XLARGE, "24xlarge", "48xlarge"),
    "db.r8gd": (*_TO_16XLARGE[1:], "24xlarge", "48xlarge"),
    "db.x2g": _TO_16XLARGE,
}
# Source: CacheNode in the ElastiCache API reference.
CACHE_NODES = {
    "cache.t4g": ("micro", "small", "medium"),
    "cache.m7g": _TO_16XLARGE,
    "cache.r7g": _TO_16XLARGE,
}


def one_of(types: dict[str, tuple[str, ...]]) -> AfterValidator:
    """Accepts `<family>.<size>` when the family comes in that size."""

    def check(value: str) -> str:
        family, _, size = value.rpartition(".")
        if family not in types:
            raise ValueError(f"take one of {', '.join(types)}, with its size: '{next(iter(types))}.medium'")
        if size not in types[family]:
            raise ValueError(f"{family} comes as {', '.join(types[family])}")
        return value

    return AfterValidator(check)
