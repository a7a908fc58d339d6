"""The foundation of an account: registry, budget, and what holds for every bucket in it."""

import json

from tests.guardrails.guardrail import FOUNDATIONS, Offences, change, each, edit, guardrail, points_to, remove, wrong
from tests.stack import Stack

REPOSITORY = "aws_ecr_repository"
SHUT = dict.fromkeys(
    ("block_public_acls", "block_public_policy", "ignore_public_acls", "restrict_public_buckets"), True
)
NOTICES = {("ACTUAL", 50), ("ACTUAL", 80), ("ACTUAL", 100), ("FORECASTED", 100)}


@guardrail(
    REPOSITORY,
    on=FOUNDATIONS,
    broken_by=[
        change(REPOSITORY, image_tag_mutability="MUTABLE"),
        change(REPOSITORY, image_scanning_configuration={"scan_on_push": False}),
        remove("aws_ecr_lifecycle_policy"),
    ],
    meets="ECR.1 ECR.2 ECR.3",
)
def test_images_are_fixed_scanned_and_cleared_away(stack: Stack) -> Offences:
    """A tag never moves, every push is scanned, and old images go."""
    yield from wrong(
        stack, REPOSITORY, image_tag_mutability="IMMUTABLE", image_scanning_configuration={"scan_on_push": True}
    )
    cleared = {p["repository"]: json.loads(p["policy"])["rules"] for _, p in each(stack, "aws_ecr_lifecycle_policy")}
    for address, _ in each(stack, REPOSITORY):
        if not any(points_to(name, address) and rules for name, rules in cleared.items()):
            yield address, "keeps every image for ever"


@guardrail(
    "aws_s3_account_public_access_block",
    on=FOUNDATIONS,
    broken_by=[
        change("aws_s3_account_public_access_block", account_id="999999999999"),
        *(change("aws_s3_account_public_access_block", **{key: False}) for key in SHUT),
    ],
    meets="S3.1",
)
def test_no_bucket_of_the_account_is_public(stack: Stack) -> Offences:
    """No bucket of the account can be made public, whoever makes it."""
    account = stack.module["provider"]["aws"][0]["allowed_account_ids"][0]
    yield from wrong(stack, "aws_s3_account_public_access_block", account_id=account, **SHUT)


@guardrail(
    "aws_budgets_budget",
    on=FOUNDATIONS,
    broken_by=[
        edit("aws_budgets_budget", lambda b: b["notification"].pop()),
        edit("aws_budgets_budget", lambda b: b["notification"][0].update(subscriber_email_addresses=[])),
        change("aws_budgets_budget", limit_amount="0"),
        change("aws_budgets_budget", time_unit="ANNUALLY"),
    ],
)
def test_budget_warns_in_time(stack: Stack) -> Offences:
    """People hear of the cost at 50, 80 and 100 % of the month's budget, and when the forecast passes it."""
    yield from wrong(stack, "aws_budgets_budget", budget_type="COST", time_unit="MONTHLY", limit_unit="USD")
    for address, budget in each(stack, "aws_budgets_budget"):
        heard = {
            (n["notification_type"], n["threshold"]) for n in budget["notification"] if n["subscriber_email_addresses"]
        }
        if heard != NOTICES or float(budget["limit_amount"]) <= 0:
            yield address, f"warns at {sorted(heard)} of {budget['limit_amount']}"


@guardrail(
    "aws_iam_openid_connect_provider",
    on=FOUNDATIONS,
    broken_by=[
        change("aws_iam_openid_connect_provider", url="https://example.com"),
        change("aws_iam_openid_connect_provider", client_id_list=["sts.amazonaws.com", "other"]),
    ],
)
def test_only_github_issues_identities(stack: Stack) -> Offences:
    """Only GitHub's tokens for AWS are taken for workflows."""
    yield from wrong(
        stack,
        "aws_iam_openid_connect_provider",
        url="https://token.actions.githubusercontent.com",
        client_id_list=["sts.amazonaws.com"],
    )
