"""Settings of a whole account: no public bucket, cost allocation tags, a budget."""

from cdktf_cdktf_provider_aws.budgets_budget import BudgetsBudget, BudgetsBudgetNotification
from cdktf_cdktf_provider_aws.ce_cost_allocation_tag import CeCostAllocationTag
from cdktf_cdktf_provider_aws.s3_account_public_access_block import S3AccountPublicAccessBlock
from constructs import Construct

from environments.schema.names import Names
from environments.schema.operations import Budget

# What FinOps groups the bill by. AWS knows a tag a day after its first use; see docs/bootstrap.md.
COST_TAGS = ("Application", "CostCenter", "Environment", "Owner", "Project", "Workspace")
ACTUAL_PERCENT = (50, 80, 100)


class Account(Construct):
    """What holds for everything in the account, whichever workspace made it."""

    def __init__(self, scope: Construct, id_: str, *, names: Names, budget: Budget) -> None:
        super().__init__(scope, id_)
        S3AccountPublicAccessBlock(
            self,
            "PublicAccess",
            account_id=names.account_id,
            block_public_acls=True,
            block_public_policy=True,
            ignore_public_acls=True,
            restrict_public_buckets=True,
        )
        for tag in COST_TAGS:
            CeCostAllocationTag(self, f"{tag}Tag", tag_key=tag, status="Active")
        notices = [("ACTUAL", percent) for percent in ACTUAL_PERCENT] + [("FORECASTED", 100)]
        BudgetsBudget(
            self,
            "Budget",
            name=names.stack,
            budget_type="COST",
            time_unit="MONTHLY",
            limit_amount=str(budget.monthly_usd),
            limit_unit="USD",
            notification=[
                BudgetsBudgetNotification(
                    comparison_operator="GREATER_THAN",
                    notification_type=kind,
                    threshold=percent,
                    threshold_type="PERCENTAGE",
                    subscriber_email_addresses=list(budget.emails),
                )
                for kind, percent in notices
            ],
            tags={"Name": names.stack},
        )
