"""ElastiCache for Valkey: a replication group behind IAM authentication."""

from cdktf_cdktf_provider_aws.elasticache_parameter_group import (
    ElasticacheParameterGroup,
    ElasticacheParameterGroupParameter,
)
from cdktf_cdktf_provider_aws.elasticache_replication_group import (
    ElasticacheReplicationGroup,
    ElasticacheReplicationGroupLogDeliveryConfiguration,
)
from cdktf_cdktf_provider_aws.elasticache_subnet_group import ElasticacheSubnetGroup
from cdktf_cdktf_provider_aws.elasticache_user import ElasticacheUser, ElasticacheUserAuthenticationMode
from cdktf_cdktf_provider_aws.elasticache_user_group import ElasticacheUserGroup
from constructs import Construct

from constructs_lib.access import Role, SecurityGroup, Statement
from constructs_lib.encryption import Key
from constructs_lib.lasting import lasting
from constructs_lib.log_group import LogGroup
from constructs_lib.network import Network
from environments.schema.data_stores import Cache as CacheSettings
from environments.schema.names import Names

ENGINE = "valkey"


class Cache(Construct):
    """A primary and replicas in different zones, TLS only, without any password.

    The application's user, the only one, logs in with IAM; its name is its id, as IAM authentication asks for.
    """

    port = 6379

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        names: Names,
        settings: CacheSettings,
        network: Network,
        data_key: Key,
        logs_key: Key,
        log_retention_days: int,
    ) -> None:
        super().__init__(scope, id_)
        self._names = names
        self.id = names.of("cache")
        self.node_ids = [f"{self.id}-{number:03d}" for number in range(1, settings.replicas + 2)]
        self.user = self.id
        self._group = network.security_group("CacheGroup", "cache", "ElastiCache for Valkey")
        subnets = ElasticacheSubnetGroup(
            self,
            "Subnets",
            name=self.id,
            description="Data tier",
            subnet_ids=network.data_subnet_ids,
            tags={"Name": self.id},
        )
        family = f"valkey{settings.engine_version.partition('.')[0]}"
        parameters = ElasticacheParameterGroup(
            self,
            "Parameters",
            name=f"{self.id}-{family}",
            family=family,
            description="Idempotency keys and sessions: evict only what has an expiry",
            parameter=[ElasticacheParameterGroupParameter(name="maxmemory-policy", value="volatile-lru")],
            tags={"Name": f"{self.id}-{family}"},
            lifecycle={"create_before_destroy": True},
        )
        deliveries = [self._log_delivery(kind, logs_key, log_retention_days) for kind in ("slow-log", "engine-log")]
        self._replication_group = lasting(
            ElasticacheReplicationGroup(
                self,
                "ReplicationGroup",
                replication_group_id=self.id,
                description=f"{names.stack}: idempotency keys, rate limits, sessions",
                engine=ENGINE,
                engine_version=settings.engine_version,
                node_type=settings.node_type,
                num_cache_clusters=settings.replicas + 1,
                automatic_failover_enabled=True,
                multi_az_enabled=True,
                port=self.port,
                subnet_group_name=subnets.name,
                security_group_ids=[self._group.id],
                parameter_group_name=parameters.name,
                user_group_ids=[self._users()],
                transit_encryption_enabled=True,
                transit_encryption_mode="required",
                at_rest_encryption_enabled="true",
                kms_key_id=data_key.arn,
                snapshot_retention_limit=settings.snapshot_retention_days,
                snapshot_window=settings.snapshot_window,
                maintenance_window=settings.maintenance_window,
                auto_minor_version_upgrade="true",
                log_delivery_configuration=deliveries,
                tags={"Name": self.id},
            ),
            "cache",
        )
        self.host = self._replication_group.primary_endpoint_address

    def allow_from(self, peer: SecurityGroup) -> None:
        self._group.allow_from(peer, self.port, "Valkey")

    def grant_connect(self, role: Role) -> None:
        """Lets a role log in as the application's user with an IAM token."""
        role.allow(
            "cache-connect",
            Statement(
                "Connect",
                ["elasticache:Connect"],
                [
                    self._names.arn("elasticache", f"replicationgroup:{self.id}"),
                    self._names.arn("elasticache", f"user:{self.user}"),
                ],
            ),
        )

    def _users(self) -> str:
        """The user group's id. Valkey groups take no user without authentication and need no `default`: there is none.

        Source: "Role-Based Access Control" in the ElastiCache user guide.
        """
        application = ElasticacheUser(
            self,
            "Application",
            user_id=self.user,
            user_name=self.user,
            engine=ENGINE,
            access_string="on ~* +@all -@admin -@dangerous +info",
            authentication_mode=ElasticacheUserAuthenticationMode(type="iam"),
            tags={"Name": self.user},
        )
        group = ElasticacheUserGroup(
            self,
            "Users",
            user_group_id=self.id,
            engine=ENGINE,
            user_ids=[application.user_id],
            tags={"Name": self.id},
        )
        return group.id

    def _log_delivery(
        self, kind: str, key: Key, retention_days: int
    ) -> ElasticacheReplicationGroupLogDeliveryConfiguration:
        label = kind.removesuffix("-log")
        group = LogGroup(
            self,
            f"{label.capitalize()}Logs",
            name=self._names.log_group(f"cache-{label}"),
            logical_id=f"cache_{label}",
            retention_days=retention_days,
            key=key,
        )
        return ElasticacheReplicationGroupLogDeliveryConfiguration(
            destination=group.name, destination_type="cloudwatch-logs", log_format="json", log_type=kind
        )
