"""IAM's limit of the account leaves room for the stack's roles."""

from preflight.check import Result, Scope
from preflight.quota import Usage, verdict

RAISE_IT = "ask for more in Service Quotas, service `iam`, in us-east-1"


def check(scope: Scope) -> Result | None:
    needed = len(scope.stack.all("aws_iam_role"))
    if not needed:
        return None
    summary = scope.aws.client("iam").get_account_summary()["SummaryMap"]
    others = max(0, summary["Roles"] - scope.state.count("aws_iam_role"))
    return verdict([Usage("IAM roles", needed, others, summary["RolesQuota"], RAISE_IT)])
