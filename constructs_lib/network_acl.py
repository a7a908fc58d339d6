"""The network ACL of the data tier, a second wall behind the security groups."""

from collections.abc import Sequence

from cdktf_cdktf_provider_aws.network_acl import NetworkAcl
from cdktf_cdktf_provider_aws.network_acl_rule import NetworkAclRule
from constructs import Construct

from environments.schema.names import Names

# Stateless rules must let answers back to the ports from which Linux and AWS's proxies call.
EPHEMERAL = (1024, 65535)
DATABASE_AND_CACHE = (1150, 65535)


class DataTierAcl(Construct):
    """Lets in only the private tier and the data tier itself (replication); everything else falls to the default deny.

    Blocks of tiers are named, not subnets, so that an added zone changes no rule.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        names: Names,
        vpc_id: str,
        subnet_ids: Sequence[str],
        data_block: str,
        private_block: str,
    ) -> None:
        super().__init__(scope, id_)
        acl = NetworkAcl(
            self, "Acl", vpc_id=vpc_id, subnet_ids=list(subnet_ids), tags={"Name": names.described("data")}
        )
        peers = {"Private": (100, private_block), "Data": (110, data_block)}
        for label, (number, block) in peers.items():
            for egress, direction, ports in ((False, "From", DATABASE_AND_CACHE), (True, "To", EPHEMERAL)):
                NetworkAclRule(
                    self,
                    f"{direction}{label}",
                    network_acl_id=acl.id,
                    rule_number=number,
                    egress=egress,
                    protocol="tcp",
                    rule_action="allow",
                    cidr_block=block,
                    from_port=ports[0],
                    to_port=ports[1],
                )
