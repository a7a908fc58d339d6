"""Asks AWS whether an engine version is on offer, before anything is touched."""

from cdktf import Postcondition, TerraformResourceLifecycle
from cdktf_cdktf_provider_aws.data_aws_rds_engine_version import DataAwsRdsEngineVersion
from constructs import Construct


class OfferedEngineVersion(Construct):
    """`version` as AWS knows it; the plan fails with a sentence when the region does not offer it any more."""

    def __init__(self, scope: Construct, id_: str, *, engine: str, version: str) -> None:
        super().__init__(scope, id_)
        DataAwsRdsEngineVersion(
            self,
            "Version",
            engine=engine,
            version=version,
            # Deprecated versions too, so that the postcondition can name where to go from them.
            include_all=True,
            lifecycle=TerraformResourceLifecycle(
                postcondition=[
                    Postcondition(
                        condition='${self.status == "available"}',
                        error_message=(
                            f"{engine} {version} is ${{self.status}} in this region. Valid upgrade targets: "
                            '${join(", ", self.valid_upgrade_targets)}. '
                            "Set database.engine_version in environments/ to one of them."
                        ),
                    )
                ]
            ),
        )
        # The literal, not the data source's attribute: a data source that is read late would make the version unknown.
        self.version = version
