"""What an account needs before its first workspace: state, registry, roles for delivery, guards on cost and access."""

from cdktf import TerraformOutput
from constructs import Construct

from constructs_lib.account import Account
from constructs_lib.delivery import Delivery
from constructs_lib.registry import Registry
from constructs_lib.state_store import StateStore
from environments.schema.names import PROJECT
from environments.schema.workspace import Workspace
from stacks.backend import RemoteStack


class FoundationStack(RemoteStack):
    """`payments-foundation-<environment>`: applied once with local state, which then moves into its own bucket."""

    def __init__(self, scope: Construct, workspace: Workspace) -> None:
        names, settings = workspace.foundation_names, workspace.environment
        tags = {**workspace.tags, "Workspace": names.workspace}
        super().__init__(scope, names=names, foundation=names, tags=tags)
        state = StateStore(self, "StateStore", names=names)
        registry = Registry(self, "Registry", names=names, key=state.key)
        delivery = Delivery(
            self,
            "Delivery",
            names=names,
            settings=settings.delivery,
            environment=settings.name,
            copies_domain=workspace.copies_domain,
        )
        Account(self, "Account", names=names, budget=settings.budget)

        state.grant_read(delivery.plan)
        state.grant_read(delivery.drift)
        state.grant_plans(delivery.drift)
        state.grant_write(delivery.apply)
        if delivery.copy:
            state.grant_write(delivery.copy, prefix=f"{PROJECT}/{settings.name}-pr-")

        TerraformOutput(self, "registry", value=registry.url, description="Where images are pushed")
        TerraformOutput(self, "plan_role", value=delivery.plan.arn, description="Role that plans pull requests")
        TerraformOutput(
            self, "drift_role", value=delivery.drift.arn, description="Role that compares the default branch"
        )
        TerraformOutput(self, "apply_role", value=delivery.apply.arn, description="Role that applies reviewed plans")
