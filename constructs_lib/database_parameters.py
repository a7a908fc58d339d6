"""Parameter groups of Aurora PostgreSQL."""

from cdktf_cdktf_provider_aws.db_parameter_group import DbParameterGroup, DbParameterGroupParameter
from cdktf_cdktf_provider_aws.rds_cluster_parameter_group import (
    RdsClusterParameterGroup,
    RdsClusterParameterGroupParameter,
)
from constructs import Construct

from environments.schema.names import Names

# name -> (value, when it applies). Static parameters need a reboot.
CLUSTER: dict[str, tuple[str, str]] = {
    "rds.force_ssl": ("1", "immediate"),
    "ssl_min_protocol_version": ("TLSv1.2", "immediate"),
    "shared_preload_libraries": ("pg_stat_statements,pgaudit", "pending-reboot"),
    # Statements that change data, roles or the schema are the audit trail (PCI DSS 10.2.1).
    "pgaudit.log": ("ddl,role,write", "immediate"),
    "log_statement": ("ddl", "immediate"),
    "log_connections": ("1", "immediate"),
    "log_disconnections": ("1", "immediate"),
    "log_lock_waits": ("1", "immediate"),
    # Milliseconds; slower statements are logged without their values, which may be personal data.
    "log_min_duration_statement": ("1000", "immediate"),
    "log_parameter_max_length": ("0", "immediate"),
}
# An idle transaction holds locks that block payments: ended after a minute (milliseconds).
INSTANCE: dict[str, tuple[str, str]] = {
    "idle_in_transaction_session_timeout": ("60000", "immediate"),
    "log_temp_files": ("10240", "immediate"),
}


class DatabaseParameters(Construct):
    """A cluster and an instance parameter group; names carry the major version, since a family can't be changed."""

    def __init__(self, scope: Construct, id_: str, *, names: Names, major_version: str) -> None:
        super().__init__(scope, id_)
        name = f"{names.of('database')}-{major_version}"
        family = f"aurora-postgresql{major_version}"
        self.cluster_group = RdsClusterParameterGroup(
            self,
            "Cluster",
            name=name,
            family=family,
            description="TLS, audit and logging",
            parameter=[
                RdsClusterParameterGroupParameter(name=key, value=value, apply_method=method)
                for key, (value, method) in CLUSTER.items()
            ],
            tags={"Name": name},
            lifecycle={"create_before_destroy": True},
        ).name
        self.instance_group = DbParameterGroup(
            self,
            "Instance",
            name=name,
            family=family,
            description="Limits of one instance",
            parameter=[
                DbParameterGroupParameter(name=key, value=value, apply_method=method)
                for key, (value, method) in INSTANCE.items()
            ],
            tags={"Name": name},
            lifecycle={"create_before_destroy": True},
        ).name
