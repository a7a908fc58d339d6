"""The payments platform of one workspace: its components, and who may reach what."""

from constructs import Construct

from constructs_lib.encryption import Encryption
from constructs_lib.network import Network
from environments.schema.workspace import Workspace
from stacks.backend import RemoteStack


class PaymentsStack(RemoteStack):
    """`payments-<workspace>`: one root module, one state."""

    def __init__(self, scope: Construct, workspace: Workspace) -> None:
        names, settings = workspace.names, workspace.environment
        super().__init__(scope, names=names, foundation=workspace.foundation_names, tags=workspace.tags)
        encryption = Encryption(self, "Encryption", names=names)
        Network(
            self,
            "Network",
            names=names,
            settings=settings.network,
            logs_key=encryption.logs,
            flow_log_retention_days=settings.logs.flow_log_retention_days,
        )
