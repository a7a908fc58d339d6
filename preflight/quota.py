"""One limit of an account, what the stack needs of it, and what others have taken."""

from dataclasses import dataclass

from botocore.exceptions import ClientError

from preflight.aws import Aws, code_of
from preflight.check import Result


@dataclass(frozen=True)
class Usage:
    """`needed` by this stack in full, whether or not it is deployed; `used` by everybody else."""

    what: str
    needed: float
    used: float
    limit: float
    # How to get more.
    raise_it: str

    @property
    def fits(self) -> bool:
        return self.used + self.needed <= self.limit

    @property
    def left(self) -> float:
        return self.limit - self.used - self.needed

    def __str__(self) -> str:
        return f"{self.what}: {self.needed:g} needed, {self.used:g} of {self.limit:g} in use by others"


def applied(aws: Aws, service: str, code: str) -> float:
    """The account's own value of a quota, or AWS's default where it was never raised."""
    client = aws.client("service-quotas")
    try:
        quota = client.get_service_quota(ServiceCode=service, QuotaCode=code)["Quota"]
    except ClientError as error:
        if code_of(error) != "NoSuchResourceException":
            raise
        quota = client.get_aws_default_service_quota(ServiceCode=service, QuotaCode=code)["Quota"]
    return float(quota["Value"])


def increase(service: str, code: str, value: float) -> str:
    return (
        f"`aws service-quotas request-service-quota-increase --service-code {service} --quota-code {code} "
        f"--desired-value {value:g}`"
    )


def verdict(usages: list[Usage]) -> Result | None:
    """Passed when everything fits, with the tightest; None when nothing is needed."""
    wanted = [usage for usage in usages if usage.needed]
    if not wanted:
        return None
    problems = tuple(f"{usage}: {usage.raise_it}" for usage in wanted if not usage.fits)
    tightest = min(wanted, key=lambda usage: usage.left / usage.limit if usage.limit else 0)
    if problems:
        return Result(problems=problems)
    return Result(f"all {len(wanted)} fit; tightest is {tightest}" if len(wanted) > 1 else str(tightest))
