"""The one place where names are spelt: stacks, state keys, resources, ARNs."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from environments.schema.base import Problem

PROJECT = "payments"
ENVIRONMENTS = ("dev", "staging", "prod")
# No two hyphens in a row: RDS and ElastiCache refuse them.
_SUFFIX = r"[a-z0-9]+(?:-[a-z0-9]+)*"
# `payments-<workspace>` and `payments-foundation-<environment>`; a workspace is an environment, perhaps with a suffix.
STACK = re.compile(
    rf"{PROJECT}-(?:foundation-)?(?P<workspace>(?P<environment>{'|'.join(ENVIRONMENTS)})(?:-{_SUFFIX})?)"
)
# The roles of the workflows and how long a session of each lasts, in seconds: longer than any job that takes it, since
# Terraform can neither write its state nor give back its lock once its credentials have ended.
# Who may assume which, see docs/delivery.md: pull requests, the default branch, the environment, its copies.
ROLES = {"plan": 3600, "drift": 3600, "apply": 2 * 3600 + 600, "copy": 3 * 3600 + 600}
# Where plans wait in the state bucket for the job that applies them.
PLANS = "plans/"


class Limit(Enum):
    """Longest name, in characters, that each service takes."""

    LOAD_BALANCER = ("load balancer", 32)
    TARGET_GROUP = ("target group", 32)
    CACHE = ("ElastiCache replication group, user and user group", 40)
    DATABASE = ("RDS identifier", 63)
    # A final snapshot is an RDS identifier that ends in a hyphen and the VPC's id of 21 characters.
    FINAL_SNAPSHOT = ("RDS final snapshot (without the VPC's id)", 41)
    BUCKET = ("S3 bucket", 63)
    ROLE = ("IAM role", 64)
    FUNCTION = ("Lambda function", 64)
    QUEUE = ("SQS queue", 80)
    OTHER = ("most services", 128)
    # A host label of more than the 63 that DNS takes, with its zone, is longer than that as well.
    CERTIFICATE = ("ACM certificate domain", 64)


# Every component that gets a name, with the strictest service that carries it.
COMPONENTS: dict[str, Limit] = {
    "alb": Limit.LOAD_BALANCER,
    "api": Limit.TARGET_GROUP,
    "worker": Limit.OTHER,
    "cache": Limit.CACHE,
    "database": Limit.DATABASE,
    "final": Limit.FINAL_SNAPSHOT,
    "alb-logs": Limit.BUCKET,
    "access-logs": Limit.BUCKET,
    "state": Limit.BUCKET,
    "payments": Limit.QUEUE,
    "payments-dead-letter": Limit.QUEUE,
    "migration": Limit.FUNCTION,
    "rotation": Limit.FUNCTION,
    "flow-logs": Limit.ROLE,
    "database-monitoring": Limit.ROLE,
    "api-execution": Limit.ROLE,
    "api-task": Limit.ROLE,
    "worker-execution": Limit.ROLE,
    "worker-task": Limit.ROLE,
    "backup": Limit.ROLE,
    "plan": Limit.ROLE,
    "drift": Limit.ROLE,
    "apply": Limit.ROLE,
    "copy": Limit.ROLE,
    "boundary": Limit.OTHER,
}


@dataclass(frozen=True)
class Names:
    """Names of one stack's resources; `stack` is `payments-<workspace>` or `payments-foundation-<environment>`."""

    stack: str
    account_id: str
    region: str
    # The account's foundation: the stack itself, or the one that a workspace stands on.
    foundation: str
    partition: str = "aws"

    def of(self, component: str) -> str:
        """`payments-<workspace>-<component>`; raises KeyError for a component that COMPONENTS does not list."""
        limit = COMPONENTS[component]
        name = f"{self.stack}-{component}"
        return f"{name}-{self.account_id}" if limit is Limit.BUCKET else name

    def described(self, what: str) -> str:
        """For `Name` tags, aliases and log groups, whose limits (256 and more) no workspace reaches."""
        return f"{self.stack}-{what}"

    def log_group(self, component: str) -> str:
        return f"/{self.stack}/{component}"

    @property
    def workspace(self) -> str:
        """The value of the tag `Workspace`: `dev`, `dev-pr-42`, or `foundation-dev`."""
        return self.stack.removeprefix(f"{PROJECT}-")

    @property
    def boundary_arn(self) -> str:
        """The foundation's permissions boundary, without which delivery may not make a role."""
        return self.arn("iam", f"policy/{self.foundation}-boundary", region="")

    def bucket_arn(self, path: str) -> str:
        """Of a bucket, or of objects in it: `<bucket>/<key>`. S3 names neither account nor region."""
        return f"arn:{self.partition}:s3:::{path}"

    def arn(self, service: str, resource: str, *, region: str | None = None) -> str:
        """An ARN in this account and region; `region=""` for global services such as IAM."""
        region = self.region if region is None else region
        return f"arn:{self.partition}:{service}:{region}:{self.account_id}:{resource}"


def workspace_name(environment: str, suffix: str) -> str:
    return f"{environment}-{suffix}" if suffix else environment


def stack_name(workspace: str) -> str:
    return f"{PROJECT}-{workspace}"


def foundation_name(environment: str) -> str:
    return f"{PROJECT}-foundation-{environment}"


def state_key(stack: str) -> str:
    """`payments/<workspace>/terraform.tfstate`; the foundation's own state lies beside the workspaces'."""
    return f"{PROJECT}/{stack.removeprefix(PROJECT + '-')}/terraform.tfstate"


def too_long(names: Names, domain: str) -> Iterator[str]:
    """One sentence for the name that passes its service's limit by most, none when all fit."""
    limits = [(names.of(component), limit) for component, limit in COMPONENTS.items()]
    limits.append((domain, Limit.CERTIFICATE))
    name, limit = max(limits, key=lambda each: len(each[0]) - each[1].value[1])
    kind, length = limit.value
    if (over := len(name) - length) > 0:
        yield (
            f"makes the name {name} {over} character{'s' * (over > 1)} too long: "
            f"{kind} names have at most {length} characters"
        )


def suffix_problems(environment: str, suffix: str) -> Iterator[Problem]:
    """What is wrong with the suffix of a short-lived copy, before any name is made from it."""
    setting = "ENVIRONMENT_SUFFIX"
    if not re.fullmatch(_SUFFIX, suffix):
        yield Problem(setting, suffix, "use lower-case letters and digits, single hyphens between them: 'pr-42'")
    elif environment == "prod":
        yield Problem(setting, suffix, "prod has no copies; use a suffix with ENVIRONMENT=dev or ENVIRONMENT=staging")
    elif suffix.startswith(PROJECT):
        yield Problem(setting, suffix, f"leave out '{PROJECT}', every name starts with it")
