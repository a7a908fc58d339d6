"""Lambda lets the functions reserve concurrency, which an account with its first 10 executions cannot."""

from preflight import demand
from preflight.check import Result, Scope
from preflight.quota import increase

# What Lambda keeps back for functions without a reservation. Source: "Configuring reserved concurrency" in the Lambda
# developer guide; an account below that has nothing to reserve.
KEPT = 100


def check(scope: Scope) -> Result | None:
    needed = demand.reserved_concurrency(scope.stack)
    if not needed:
        return None
    limits = scope.aws.client("lambda").get_account_settings()["AccountLimit"]
    functions = scope.state.resources.get("aws_lambda_function", [])
    ours = sum(max(0, int(f.get("reserved_concurrent_executions", 0))) for f in functions)
    free = limits["UnreservedConcurrentExecutions"] + ours - KEPT
    if needed <= free:
        return Result(f"{needed} to reserve, {free} can be reserved")
    more = limits["ConcurrentExecutions"] + needed - free
    return Result(
        problems=(
            f"{needed} executions are to be reserved, only {max(free, 0)} can be "
            f"(Lambda keeps {KEPT} for other functions): {increase('lambda', 'L-B99A9384', max(more, 1000))}",
        )
    )
