"""Settings of what faces the internet: host name, load balancer, web application firewall."""

from collections.abc import Iterator
from typing import Annotated

from pydantic import Field, model_validator

from environments.schema.base import Problem, Settings
from environments.schema.names import Limit
from environments.schema.sentences import Misfit, matching

_LABEL = r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"


class Edge(Settings):
    """The public entry, `https://<hostname>.<hosted_zone>`; a short-lived copy adds its suffix to the host name."""

    hosted_zone: Annotated[
        str, matching(rf"({_LABEL}\.)+[a-z]{{2,63}}", "a domain in lower case, like 'dev.example.com'")
    ]
    hostname: Annotated[
        str, matching(_LABEL, "a DNS label, like 'payments': 63 lower-case letters, digits and inner hyphens at most")
    ] = "payments"
    deletion_protection: bool = True
    # Requests in five minutes from one address, above which the firewall answers 403.
    rate_limit: int = Field(default=2000, ge=100, le=2_000_000)
    access_log_retention_days: int = Field(default=400, ge=30, le=3653)

    @model_validator(mode="after")
    def _fits_a_certificate(self) -> "Edge":
        kind, length = Limit.CERTIFICATE.value
        domain = f"{self.hostname}.{self.hosted_zone}"
        if len(domain) > length:
            raise Misfit(
                "hosted_zone",
                self.hosted_zone,
                f"makes {domain} of {len(domain)} characters, {kind} names have at most {length}; "
                "shorten hostname or hosted_zone",
            )
        return self

    def production_problems(self) -> Iterator[Problem]:
        if not self.deletion_protection:
            yield Problem("deletion_protection", False, "prod needs True")
        if self.access_log_retention_days < 365:
            yield Problem(
                "access_log_retention_days",
                self.access_log_retention_days,
                "prod needs 365 or more (PCI DSS 10.5.1)",
            )
