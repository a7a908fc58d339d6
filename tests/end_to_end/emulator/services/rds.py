"""RDS: an Aurora PostgreSQL cluster is a real PostgreSQL server, and the engine versions are the project's catalogue.

moto lacks DescribeDBEngineVersions, makes a cluster that exists a second time, reports serverless v1 scaling for every
cluster, and forgets Database Insights, Performance Insights and the lifecycle support that was chosen.
"""

import atexit
import threading
from contextlib import ExitStack
from typing import Any

from moto.core.responses import ActionResult
from moto.rds.exceptions import RDSClientError
from moto.rds.models import DBCluster, DBInstance, RDSBackend
from moto.rds.responses import RDSResponse

from environments.schema.engine_versions import MINORS
from tests.end_to_end.emulator.extension import extend
from tests.postgres import MASTER_USER, Server, postgres

ENGINE = "aurora-postgresql"
# What Amazon gives an instance since January 2024; moto's own default is an authority that does not exist.
CA_CERTIFICATE = "rds-ca-rsa2048-g1"
# Versions that this AWS does not offer, as a test wants it.
withdrawn: set[str] = set()

_KEPT = (
    "database_insights_mode",
    "engine_lifecycle_support",
    "performance_insights_kms_key_id",
    "performance_insights_retention_period",
)
_servers: dict[str, tuple[Server, ExitStack]] = {}
_starting = threading.Lock()


def install() -> None:
    scaling: Any = vars(DBCluster)["scaling_configuration_info"].fget
    extend(
        DBCluster,
        scaling_configuration_info=property(lambda self: scaling(self) if self.scaling_configuration else None),
    )
    for operation in ("describe_db_parameters", "describe_db_cluster_parameters"):
        setattr(RDSResponse, operation, _with_source(getattr(RDSResponse, operation)))
    extend(RDSResponse, describe_db_engine_versions=_describe_engine_versions)
    extend(RDSBackend, create_db_cluster=_create(RDSBackend.create_db_cluster))
    extend(RDSBackend, modify_db_cluster=_modify(RDSBackend.modify_db_cluster))
    extend(RDSBackend, delete_db_cluster=_delete(RDSBackend.delete_db_cluster))
    extend(DBInstance, __init__=_remembering(DBInstance.__init__, ca_certificate_identifier=CA_CERTIFICATE))
    extend(DBCluster, __init__=_remembering(DBCluster.__init__))
    atexit.register(_stop_all)


def server_of(host: str) -> Server | None:
    """The PostgreSQL server behind a cluster's endpoint, or behind its reader endpoint."""
    identifier = host.partition(".")[0]
    return _servers[identifier][0] if identifier in _servers else None


def _create(original: Any) -> Any:
    def call(self: Any, asked: dict[str, Any]) -> Any:
        if asked["db_cluster_identifier"] in self.clusters:
            raise RDSClientError("DBClusterAlreadyExistsFault", "DB Cluster already exists")
        cluster = original(self, asked)
        running = ExitStack()
        with _starting:
            server = running.enter_context(postgres())
            _servers[cluster.db_cluster_identifier] = server, running
        _set_password(server, asked["master_user_password"])
        return cluster

    return call


def _modify(original: Any) -> Any:
    def call(self: Any, asked: dict[str, Any]) -> Any:
        identifier, password = asked["db_cluster_identifier"], asked.get("master_user_password")
        if password:
            _set_password(_servers[identifier][0], password)
        modified = original(self, asked)
        _remember(self.clusters[identifier], asked)
        return modified

    return call


def _delete(original: Any) -> Any:
    def call(self: Any, *arguments: Any, **named: Any) -> Any:
        cluster = original(self, *arguments, **named)
        _, running = _servers.pop(cluster.db_cluster_identifier)
        running.close()
        for name, snapshot in list(self.cluster_snapshots.items()):
            # Automated ones go with their cluster, but not in moto.
            if snapshot.snapshot_type == "automated" and snapshot.cluster.db_cluster_arn == cluster.db_cluster_arn:
                del self.cluster_snapshots[name]
        return cluster

    return call


def _set_password(server: Server, password: str) -> None:
    admin = server.connect_as_superuser()
    quoted = password.replace("'", "''")
    admin.run(f"ALTER ROLE {MASTER_USER} PASSWORD '{quoted}'")
    admin.close()


def _stop_all() -> None:
    for _, running in _servers.values():
        running.close()


def _remember(resource: Any, asked: dict[str, Any]) -> None:
    """What a cluster or an instance was asked for and moto does not keep."""
    for name in _KEPT:
        if asked.get(name) is not None:
            setattr(resource, name, asked[name])
    if "enable_performance_insights" in asked:
        resource.performance_insights_enabled = str(asked["enable_performance_insights"]).lower() == "true"


def _remembering(original: Any, **defaults: str) -> Any:
    def init(self: Any, *arguments: Any, **named: Any) -> None:
        original(self, *arguments, **{**defaults, **named})
        _remember(self, named)

    return init


def _with_source(original: Any) -> Any:
    """A group of moto holds only what was set, so every parameter's source is the user."""

    def describe(self: Any) -> ActionResult:
        parameters = original(self).result["Parameters"]
        return ActionResult({"Parameters": [{**parameter, "Source": "user"} for parameter in parameters]})

    return describe


def _describe_engine_versions(self: Any) -> ActionResult:
    wanted = self.params.get("engine_version") or self.params.get("EngineVersion")
    offered = [f"{major}.{minor}" for major, minors in MINORS.items() for minor in minors]
    found = [_version(version) for version in offered if version not in withdrawn]
    if wanted:
        found = [one for one in found if wanted in (one["EngineVersion"], one["MajorEngineVersion"])]
    return ActionResult({"DBEngineVersions": found})


def _version(version: str) -> dict[str, Any]:
    major, _, minor = version.partition(".")
    later = [f"{major}.{other}" for other in MINORS[int(major)] if other > int(minor)]
    return {
        "Engine": ENGINE,
        "EngineVersion": version,
        "MajorEngineVersion": major,
        "DBParameterGroupFamily": f"{ENGINE}{major}",
        "Status": "available",
        "SupportedEngineModes": ["provisioned"],
        "ExportableLogTypes": ["postgresql"],
        "ValidUpgradeTarget": [
            {"Engine": ENGINE, "EngineVersion": target, "IsMajorVersionUpgrade": False} for target in later
        ],
    }
