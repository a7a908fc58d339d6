"""What the rules take to be normal in this project; everything here is a decision, not a fact about AWS."""

import re

from environments.schema.names import PROJECT, STACK

PRODUCTION = "prod"

# Load balancers that may be reached from the internet on 443, and on 80 to be redirected.
PUBLIC_LOAD_BALANCERS = (re.compile(rf"{PROJECT}-[a-z0-9-]+-alb"),)
PUBLIC_PORTS = frozenset({80, 443})

# Security groups next to card data: their ways out count one tier higher.
CARD_DATA_GROUPS = re.compile(r"database|cache", re.IGNORECASE)

# Services whose capacity is what customers feel.
PAYMENT_PATHS = re.compile(r"api|worker", re.IGNORECASE)

PROVIDERS = frozenset({"hashicorp/aws", "hashicorp/random"})

# Tags that the bill is grouped by; a change of one is worth a look.
COST_TAGS = frozenset(
    {"Project", "Application", "Environment", "Workspace", "CostCenter", "Owner", "DataClassification"}
)

# Types that are made anew at every deployment, by design.
REVISIONS = frozenset({"aws_ecs_task_definition", "aws_lambda_invocation", "terraform_data", "null_resource"})

# Who else has to look, by the letter of the rule.
OWNERS = {
    "D": "data owners",
    "G": "data owners",
    "N": "security",
    "I": "security",
    "S": "security",
    "E": "security",
    "A": "on-call",
    "P": "platform",
    "T": "platform",
}


def environment_of(stack: str) -> tuple[str, str] | None:
    """Workspace and environment that a stack's name says, or None when it is not one of this project's names."""
    match = STACK.fullmatch(stack)
    return (match["workspace"], match["environment"]) if match else None
