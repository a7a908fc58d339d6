"""A small app, run as `python app.py <outdir>`; prints which modules of the bindings it loaded."""

import json
import os
import sys
from pathlib import Path

from synthesis.bindings import PACKAGE, environment, load_on_demand

os.environ.update(environment(Path(__file__).parents[2], os.environ))
load_on_demand()

from cdktf import App, Fn, TerraformOutput, TerraformStack  # noqa: E402
from cdktf_cdktf_provider_aws.data_aws_availability_zones import (  # noqa: E402
    DataAwsAvailabilityZones,
    DataAwsAvailabilityZonesFilter,
)
from cdktf_cdktf_provider_aws.provider import AwsProvider, AwsProviderDefaultTags  # noqa: E402
from cdktf_cdktf_provider_aws.rds_cluster import (  # noqa: E402
    RdsCluster,
    RdsClusterServerlessv2ScalingConfiguration,
)
from cdktf_cdktf_provider_aws.subnet import Subnet  # noqa: E402
from cdktf_cdktf_provider_aws.vpc import Vpc  # noqa: E402

app = App(outdir=sys.argv[1])
stack = TerraformStack(app, "sample")
AwsProvider(stack, "Aws", region="eu-central-1", default_tags=[AwsProviderDefaultTags(tags={"Owner": "me"})])
zones = DataAwsAvailabilityZones(
    stack, "Zones", filter=[DataAwsAvailabilityZonesFilter(name="zone-type", values=["availability-zone"])]
)
vpc = Vpc(stack, "Vpc", cidr_block="10.0.0.0/16")
Subnet(stack, "Subnet", vpc_id=vpc.id, cidr_block="10.0.1.0/24", availability_zone=Fn.element(zones.names, 0))
cluster = RdsCluster(
    stack,
    "Cluster",
    engine="aurora-postgresql",
    manage_master_user_password=True,
    serverlessv2_scaling_configuration=RdsClusterServerlessv2ScalingConfiguration(min_capacity=0.5, max_capacity=4),
)
# Structs that come back from Node, single and in a list: jsii finds their Python classes by itself.
TerraformOutput(stack, "Capacity", value=cluster.serverlessv2_scaling_configuration.max_capacity)
TerraformOutput(stack, "Secret", value=cluster.master_user_secret.get(0).secret_arn)
app.synth()
print(json.dumps(sorted(name for name in sys.modules if name.startswith(f"{PACKAGE}."))))
