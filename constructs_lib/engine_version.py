"""Asks AWS whether an engine version is on offer, before anything is touched."""

from cdktf import Postcondition, TerraformResourceLifecycle
from cdktf_cdktf_provider_aws.data_aws_rds_engine_version import DataAwsRdsEngineVersion
from constructs import Construct

from environments.schema.engine_versions import MINORS


class OfferedEngineVersion(Construct):
    """`version` as AWS knows it; the plan fails with a sentence when the region does not offer it (any more)."""

    def __init__(self, scope: Construct, id_: str, *, engine: str, version: str) -> None:
        super().__init__(scope, id_)
        major = version.partition(".")[0]
        others = [f"{major}.{minor}" for minor in reversed(MINORS[int(major)])]
        DataAwsRdsEngineVersion(
            self,
            "Version",
            engine=engine,
            # The first of these that AWS knows is taken. The catalogue's others follow, since a version that AWS does
            # not know at all would end in the provider's own error before the sentence below names what to take.
            preferred_versions=[version, *(other for other in others if other != version)],
            # Deprecated versions too, so that the sentence can name where to go from them.
            include_all=True,
            lifecycle=TerraformResourceLifecycle(
                postcondition=[
                    Postcondition(
                        condition=f'${{self.version_actual == "{version}" && self.status == "available"}}',
                        error_message=(
                            f"{engine} {version} is not available in this region. AWS knows "
                            "${self.version_actual} (${self.status}), and from there the upgrade targets "
                            '${join(", ", self.valid_upgrade_targets)}. '
                            "Set database.engine_version in environments/ to one of these."
                        ),
                    )
                ]
            ),
        )
        # The literal, not the data source's attribute: a data source that is read late would make it unknown.
        self.version = version
