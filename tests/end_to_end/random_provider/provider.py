"""One method for each call of the plugin protocol that Terraform makes."""

import json
from typing import Any

from tests.end_to_end.random_provider import password
from tests.end_to_end.random_provider.wire import message, pack, unpack

ERROR, WARNING = 1, 2
NOTICE = message(
    "Diagnostic",
    severity=WARNING,
    summary="This is not hashicorp/random",
    detail="A stand-in made for the end-to-end tests answers for it. Never create anything real with it.",
)

# The request message of each call; a call that is not listed was not needed by any stack.
REQUESTS = {
    "GetProviderSchema": "Empty",
    "ValidateProviderConfig": "Empty",
    "ConfigureProvider": "Empty",
    "ValidateResourceConfig": "ConfigRequest",
    "UpgradeResourceState": "UpgradeResourceStateRequest",
    "ReadResource": "ReadResourceRequest",
    "PlanResourceChange": "PlanResourceChangeRequest",
    "ApplyResourceChange": "ApplyResourceChangeRequest",
    "ValidateEphemeralResourceConfig": "ConfigRequest",
    "OpenEphemeralResource": "ConfigRequest",
    "CloseEphemeralResource": "Empty",
    "StopProvider": "Empty",
}


class Provider:
    """Offers `random_password` as a managed and as an ephemeral resource."""

    def GetProviderSchema(self, request: Any) -> Any:
        return message(
            "GetProviderSchemaResponse",
            provider=message("Schema", block=message("Block")),
            resource_schemas={"random_password": password.schema(managed=True)},
            ephemeral_resource_schemas={"random_password": password.schema(managed=False)},
        )

    def ValidateProviderConfig(self, request: Any) -> Any:
        return message("Diagnostics2")

    def ConfigureProvider(self, request: Any) -> Any:
        return message("Diagnostics1", diagnostics=[NOTICE])

    def ValidateResourceConfig(self, request: Any) -> Any:
        sentence = password.problem(unpack(request.config))
        diagnostic = message("Diagnostic", severity=ERROR, summary="Invalid random_password", detail=sentence)
        return message("Diagnostics1", diagnostics=[diagnostic] if sentence else [])

    def UpgradeResourceState(self, request: Any) -> Any:
        return message("StateResponse", state=pack(json.loads(request.raw_state.json)))

    def ReadResource(self, request: Any) -> Any:
        return message("StateResponse", state=request.current_state)

    def PlanResourceChange(self, request: Any) -> Any:
        proposed = unpack(request.proposed_new_state)
        if proposed is None:
            return message("PlanResourceChangeResponse", planned_state=request.proposed_new_state)
        planned, changed = password.plan(unpack(request.prior_state), proposed, unpack(request.config))
        paths = [message("AttributePath", steps=[message("Step", attribute_name=name)]) for name in changed]
        return message("PlanResourceChangeResponse", planned_state=pack(planned), requires_replace=paths)

    def ApplyResourceChange(self, request: Any) -> Any:
        planned = unpack(request.planned_state)
        if planned is None:
            return message("ApplyResourceChangeResponse", new_state=request.planned_state)
        return message("ApplyResourceChangeResponse", new_state=pack({**password.generate(planned), "id": "none"}))

    ValidateEphemeralResourceConfig = ValidateResourceConfig

    def OpenEphemeralResource(self, request: Any) -> Any:
        return message("OpenEphemeralResourceResponse", result=pack(password.generate(unpack(request.config))))

    def CloseEphemeralResource(self, request: Any) -> Any:
        return message("Diagnostics1")

    def StopProvider(self, request: Any) -> Any:
        return message("Empty")
