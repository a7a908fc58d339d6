"""The VPC: three tiers of subnets, their routes, and what guards them."""

from cdktf import ITerraformDependable
from cdktf_cdktf_provider_aws.default_security_group import DefaultSecurityGroup
from cdktf_cdktf_provider_aws.eip import Eip
from cdktf_cdktf_provider_aws.internet_gateway import InternetGateway
from cdktf_cdktf_provider_aws.nat_gateway import NatGateway
from cdktf_cdktf_provider_aws.route import Route
from cdktf_cdktf_provider_aws.route_table import RouteTable
from cdktf_cdktf_provider_aws.route_table_association import RouteTableAssociation
from cdktf_cdktf_provider_aws.subnet import Subnet
from cdktf_cdktf_provider_aws.vpc import Vpc
from constructs import Construct

from constructs_lib import cidr
from constructs_lib.access import SecurityGroup
from constructs_lib.encryption import Key
from constructs_lib.endpoints import Endpoints
from constructs_lib.flow_logs import FlowLogs
from constructs_lib.network_acl import DataTierAcl
from environments.schema.names import Names
from environments.schema.network import Network as NetworkSettings


class Network(Construct):
    """A VPC over two or three zones: public (load balancer, NAT), private (tasks, functions) and data (no route out).

    Exposes the subnet ids of each tier in the order of the zones, and makes security groups in the VPC.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        names: Names,
        settings: NetworkSettings,
        logs_key: Key,
        flow_log_retention_days: int,
    ) -> None:
        super().__init__(scope, id_)
        self._names = names
        self._settings = settings
        self._vpc = Vpc(
            self,
            "Vpc",
            cidr_block=settings.cidr,
            enable_dns_support=True,
            enable_dns_hostnames=True,
            tags={"Name": names.stack},
        )
        self.vpc_id = self._vpc.id
        # Taken over with no rule at all, so that nothing can use it by mistake.
        default_group = DefaultSecurityGroup(
            self, "DefaultGroup", vpc_id=self.vpc_id, tags={"Name": names.described("default-unused")}
        )
        self.default_security_group_id = default_group.id

        public, self._public_tables = self._tier(cidr.PUBLIC, table_per_zone=False)
        private, private_tables = self._tier(cidr.PRIVATE, table_per_zone=True)
        data, _ = self._tier(cidr.DATA, table_per_zone=False)
        self.public_subnet_ids = [subnet.id for subnet in public.values()]
        self.private_subnet_ids = [subnet.id for subnet in private.values()]
        self.data_subnet_ids = [subnet.id for subnet in data.values()]
        self.zones = [f"{names.region}{zone}" for zone in settings.zones]

        self._internet_gateway = InternetGateway(self, "Internet", vpc_id=self.vpc_id, tags={"Name": names.stack})
        Route(
            self,
            "PublicToInternet",
            route_table_id=self._public_tables[settings.zones[0]].id,
            destination_cidr_block="0.0.0.0/0",
            gateway_id=self._internet_gateway.id,
        )
        # Nothing in the private tier should start before its routes out.
        self.ready: list[ITerraformDependable] = []
        gateways = self._nat_gateways(public)
        self.nat_gateway_ids = {zone: gateway.id for zone, gateway in gateways.items()}
        for zone, table in private_tables.items():
            nat = gateways.get(zone) or gateways[settings.zones[0]]
            self.ready.append(
                Route(
                    self,
                    f"Private{zone.upper()}ToNat",
                    route_table_id=table.id,
                    destination_cidr_block="0.0.0.0/0",
                    nat_gateway_id=nat.id,
                )
            )
        DataTierAcl(
            self,
            "DataAcl",
            names=names,
            vpc_id=self.vpc_id,
            subnet_ids=self.data_subnet_ids,
            data_block=str(cidr.DATA.block(settings.range)),
            private_block=str(cidr.PRIVATE.block(settings.range)),
        )
        self.endpoints = Endpoints(
            self,
            "Endpoints",
            names=names,
            vpc_id=self.vpc_id,
            subnet_ids=self.private_subnet_ids,
            route_table_ids=[table.id for table in private_tables.values()],
            extra=settings.extra_endpoints,
            security_group=self.security_group("EndpointGroup", "endpoints", "Interface endpoints"),
        )
        FlowLogs(
            self,
            "FlowLogs",
            names=names,
            vpc_id=self.vpc_id,
            key=logs_key,
            retention_days=flow_log_retention_days,
        )

    def security_group(self, id_: str, component: str, description: str) -> SecurityGroup:
        """A new group in this VPC; `component` names it and stands in the rules of its peers."""
        return SecurityGroup(
            self,
            id_,
            vpc_id=self.vpc_id,
            name=self._names.described(component),
            label="".join(part.capitalize() for part in component.split("-")),
            description=description,
        )

    def _tier(self, tier: cidr.Tier, *, table_per_zone: bool) -> tuple[dict[str, Subnet], dict[str, RouteTable]]:
        label = tier.name.capitalize()
        subnets: dict[str, Subnet] = {}
        tables: dict[str, RouteTable] = {}
        shared = None if table_per_zone else self._table(label, tier.name)
        for zone in self._settings.zones:
            name = f"{tier.name}-{zone}"
            subnets[zone] = Subnet(
                self,
                f"{label}{zone.upper()}",
                vpc_id=self.vpc_id,
                availability_zone=f"{self._names.region}{zone}",
                cidr_block=str(tier.subnet(self._settings.range, zone)),
                map_public_ip_on_launch=False,
                tags={"Name": self._names.described(name), "Tier": tier.name},
            )
            tables[zone] = shared or self._table(f"{label}{zone.upper()}", name)
            RouteTableAssociation(
                self,
                f"{label}{zone.upper()}Routes",
                subnet_id=subnets[zone].id,
                route_table_id=tables[zone].id,
            )
        return subnets, tables

    def _table(self, label: str, name: str) -> RouteTable:
        return RouteTable(self, f"{label}Table", vpc_id=self.vpc_id, tags={"Name": self._names.described(name)})

    def _nat_gateways(self, public: dict[str, Subnet]) -> dict[str, NatGateway]:
        zones = self._settings.zones if self._settings.nat == "per_zone" else self._settings.zones[:1]
        gateways: dict[str, NatGateway] = {}
        for zone in zones:
            name = {"Name": self._names.described(f"nat-{zone}")}
            address = Eip(self, f"NatAddress{zone.upper()}", domain="vpc", tags=name)
            gateways[zone] = NatGateway(
                self,
                f"Nat{zone.upper()}",
                allocation_id=address.id,
                subnet_id=public[zone].id,
                tags=name,
                depends_on=[self._internet_gateway],
            )
        return gateways
