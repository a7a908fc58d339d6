"""Aurora PostgreSQL: the cluster, its instances, its parameters and its master secret."""

from cdktf import ITerraformDependable
from cdktf_cdktf_provider_aws.db_subnet_group import DbSubnetGroup
from cdktf_cdktf_provider_aws.rds_cluster import RdsCluster, RdsClusterServerlessv2ScalingConfiguration
from cdktf_cdktf_provider_aws.rds_cluster_instance import RdsClusterInstance
from constructs import Construct

from constructs_lib.access import Role, SecurityGroup, Statement, trust
from constructs_lib.alerts import Alerts
from constructs_lib.database_events import DatabaseEvents
from constructs_lib.database_parameters import DatabaseParameters
from constructs_lib.encryption import Key
from constructs_lib.engine_version import OfferedEngineVersion
from constructs_lib.lasting import lasting
from constructs_lib.log_group import LogGroup
from constructs_lib.master_secret import MasterSecret
from constructs_lib.network import Network
from constructs_lib.password import EphemeralPassword
from environments.schema.database import Database as DatabaseSettings
from environments.schema.database import Serverless
from environments.schema.names import PROJECT, Names

ENGINE = "aurora-postgresql"
MASTER_USER = "payments_master"
# The application's own user; the migration creates it, and it logs in with IAM instead of a password.
APPLICATION_USER = "payments_app"
# Valid until 2061; named, so that a change of Amazon's default does not come unannounced.
CA_CERTIFICATE = "rds-ca-rsa2048-g1"
# Database Insights "advanced" asks for 15 months of history and costs per vCPU; "standard" keeps 7 days at no charge.
INSIGHTS_DAYS = {"advanced": 465, "standard": 7}


class Database(Construct):
    """One Aurora PostgreSQL cluster in the data tier, with a writer and readers in different zones.

    The master password comes from `random_password` and goes into two write-only arguments, the cluster's and the
    secret's; both are written again when `password_version` rises. The application logs in with IAM.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        names: Names,
        settings: DatabaseSettings,
        network: Network,
        data_key: Key,
        logs_key: Key,
        log_retention_days: int,
        alerts: Alerts,
    ) -> None:
        super().__init__(scope, id_)
        self._names = names
        self._data_key = data_key
        self.port = settings.port
        self.name = PROJECT
        self.cluster_identifier = names.of("database")
        self._group = network.security_group("DatabaseGroup", "database", "Aurora PostgreSQL")
        insights = settings.insights
        engine = OfferedEngineVersion(self, "Engine", engine=ENGINE, version=settings.engine_version)
        parameters = DatabaseParameters(self, "Parameters", names=names, major_version=settings.major_version)
        subnets = DbSubnetGroup(
            self,
            "Subnets",
            name=self.cluster_identifier,
            description="Data tier",
            subnet_ids=network.data_subnet_ids,
            tags={"Name": self.cluster_identifier},
        )
        logs = LogGroup(
            self,
            "Logs",
            # RDS exports to this name; made here so that it has a key and a retention from the first line on.
            name=f"/aws/rds/cluster/{self.cluster_identifier}/postgresql",
            logical_id="database",
            retention_days=log_retention_days,
            key=logs_key,
        )
        self.log_group_name = logs.name
        password = EphemeralPassword(self, "Password", name="database_master")
        capacity = settings.capacity
        monitoring = self._monitoring_role()
        self._cluster = lasting(
            RdsCluster(
                self,
                "Cluster",
                cluster_identifier=self.cluster_identifier,
                engine=ENGINE,
                engine_version=engine.version,
                engine_lifecycle_support="open-source-rds-extended-support-disabled",
                database_name=self.name,
                port=settings.port,
                master_username=MASTER_USER,
                master_password_wo=password.value,
                master_password_wo_version=settings.password_version,
                iam_database_authentication_enabled=True,
                db_subnet_group_name=subnets.name,
                vpc_security_group_ids=[self._group.id],
                db_cluster_parameter_group_name=parameters.cluster_group,
                storage_encrypted=True,
                kms_key_id=data_key.arn,
                serverlessv2_scaling_configuration=RdsClusterServerlessv2ScalingConfiguration(
                    min_capacity=capacity.min_acu, max_capacity=capacity.max_acu
                )
                if isinstance(capacity, Serverless)
                else None,
                backup_retention_period=settings.backup_retention_days,
                preferred_backup_window=settings.backup_window,
                preferred_maintenance_window=settings.maintenance_window,
                copy_tags_to_snapshot=True,
                delete_automated_backups=False,
                deletion_protection=settings.deletion_protection,
                skip_final_snapshot=not settings.final_snapshot,
                # The VPC's id, so that a second life of the workspace does not meet the snapshot of its first.
                final_snapshot_identifier=f"{names.of('final')}-{network.vpc_id}" if settings.final_snapshot else None,
                enabled_cloudwatch_logs_exports=["postgresql"],
                database_insights_mode=insights,
                performance_insights_enabled=True,
                performance_insights_kms_key_id=data_key.arn,
                performance_insights_retention_period=INSIGHTS_DAYS[insights],
                tags={"Name": self.cluster_identifier, "Backup": "true"},
                depends_on=[logs.ready],
            ),
            "database",
            protected=settings.deletion_protection,
        )
        instance_class = "db.serverless" if isinstance(capacity, Serverless) else capacity.instance_class
        self.ready: list[ITerraformDependable] = []
        instance_ids: list[str] = []
        for number in range(settings.readers + 1):
            name = f"{self.cluster_identifier}-{number + 1}"
            instance = lasting(
                RdsClusterInstance(
                    self,
                    f"Instance{number + 1}",
                    identifier=name,
                    cluster_identifier=self._cluster.id,
                    engine=ENGINE,
                    instance_class=instance_class,
                    availability_zone=network.zones[number % len(network.zones)],
                    db_parameter_group_name=parameters.instance_group,
                    ca_cert_identifier=CA_CERTIFICATE,
                    publicly_accessible=False,
                    auto_minor_version_upgrade=True,
                    copy_tags_to_snapshot=True,
                    performance_insights_enabled=True,
                    performance_insights_kms_key_id=data_key.arn,
                    performance_insights_retention_period=INSIGHTS_DAYS[insights],
                    monitoring_interval=30,
                    monitoring_role_arn=monitoring.arn,
                    # The first instance is the one that becomes writer again after a failover has healed.
                    promotion_tier=min(number, 15),
                    tags={"Name": name},
                ),
                f"database_{number + 1}",
            )
            self.ready.append(instance)
            instance_ids.append(instance.id)
        self.host = self._cluster.endpoint
        self.reader_host = self._cluster.reader_endpoint
        # The host makes the stored secret wait for the cluster: a cluster that failed leaves nothing stored.
        self.master_secret = MasterSecret(
            self,
            "MasterSecret",
            name=f"{self.cluster_identifier}-master",
            key=data_key,
            login={
                "engine": "postgres",
                "host": self.host,
                "port": self.port,
                "dbname": self.name,
                "username": MASTER_USER,
                "password": password.value,
            },
            version=settings.password_version,
            protected=settings.deletion_protection,
        )
        self.ready.append(self.master_secret.stored)
        DatabaseEvents(
            self,
            "Events",
            name=self.cluster_identifier,
            topic_arn=alerts.topic_arn,
            cluster_id=self._cluster.id,
            instance_ids=instance_ids,
            parameter_group=parameters.instance_group,
        )

    def allow_from(self, peer: SecurityGroup) -> None:
        self._group.allow_from(peer, self.port, "PostgreSQL")

    def grant_login(self, role: Role) -> None:
        """Lets a role log in as the application's user with an IAM token; it can't read the master secret."""
        user = self._names.arn("rds-db", f"dbuser:{self._cluster.cluster_resource_id}/{APPLICATION_USER}")
        role.allow("database-login", Statement("Login", ["rds-db:connect"], [user]))

    def _monitoring_role(self) -> Role:
        role = Role(
            self,
            "Monitoring",
            name=self._names.of("database-monitoring"),
            description="Sends enhanced monitoring of the database to CloudWatch",
            trust_policy=trust(
                "monitoring.rds.amazonaws.com",
                conditions={"StringEquals": {"aws:SourceAccount": self._names.account_id}},
            ),
            permissions_boundary=self._names.boundary_arn,
        )
        group = self._names.arn("logs", "log-group:RDSOSMetrics")
        role.allow(
            "enhanced-monitoring",
            Statement("CreateGroup", ["logs:CreateLogGroup", "logs:PutRetentionPolicy"], [group, f"{group}:*"]),
            Statement(
                "Write",
                ["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:GetLogEvents", "logs:PutLogEvents"],
                [f"{group}:log-stream:*"],
            ),
        )
        return role
