"""ElastiCache: parameter groups, user groups, and replication groups that remember what they were asked for.

moto lacks parameter groups, user groups, ModifyUser and DeleteCacheSubnetGroup. Its replication groups forget
encryption, engine version, parameter group, user groups and log delivery, and their members can't be described.
"""

from typing import Any

from moto.core.responses import ActionResult, EmptyResult
from moto.elasticache.models import ElastiCacheBackend
from moto.elasticache.responses import ElastiCacheResponse

from tests.end_to_end.emulator.extension import extend
from tests.end_to_end.emulator.tables import Item, Kind

PORT = 6379
# What DescribeCacheClusters reports for each member, and ModifyReplicationGroup may change.
_OF_MEMBERS = ("EngineVersion", "CacheSubnetGroupName", "PreferredMaintenanceWindow", "AutoMinorVersionUpgrade")
# What it reports for the group and for each member.
_ENCRYPTION = ("TransitEncryptionEnabled", "AtRestEncryptionEnabled", "TransitEncryptionMode")


def _arn(backend: Any, kind: str, name: str) -> str:
    return f"arn:aws:elasticache:{backend.region_name}:{backend.account_id}:{kind}:{name}"


def _parameter_group(backend: Any, asked: Item) -> Item:
    name = asked["CacheParameterGroupName"]
    return {
        "CacheParameterGroupName": name,
        "CacheParameterGroupFamily": asked["CacheParameterGroupFamily"],
        "Description": asked["Description"],
        "ARN": _arn(backend, "parametergroup", name),
        "parameters": {},
    }


def _user_group(backend: Any, asked: Item) -> Item:
    name = asked["UserGroupId"]
    return {
        "UserGroupId": name,
        "Engine": asked["Engine"],
        "UserIds": asked["UserIds"],
        "Status": "active",
        "ARN": _arn(backend, "usergroup", name),
    }


def _replication_group(backend: Any, asked: Item) -> Item:
    name = asked["ReplicationGroupId"]
    group = {
        "ReplicationGroupId": name,
        "Status": "available",
        "ARN": _arn(backend, "replicationgroup", name),
        "Engine": asked["Engine"],
        "MultiAZ": "enabled" if asked.get("MultiAZEnabled") else "disabled",
        "ClusterEnabled": False,
        "ClusterMode": asked.get("ClusterMode", "disabled"),
        "NetworkType": "ipv4",
        "IpDiscovery": "ipv4",
        "AuthTokenEnabled": "AuthToken" in asked,
        **{name: asked[name] for name in (*_ENCRYPTION, "KmsKeyId", "UserGroupIds") if name in asked},
        "members": {
            "NumCacheClusters": asked["NumCacheClusters"],
            "CacheParameterGroupName": asked["CacheParameterGroupName"],
            "SecurityGroupIds": asked["SecurityGroupIds"],
            **{name: asked[name] for name in _OF_MEMBERS if name in asked},
        },
    }
    return _updated(group, asked)


def _updated(group: Item, asked: Item) -> Item:
    """A replication group after Create- or ModifyReplicationGroup."""
    for name in ("CacheNodeType", "SnapshotRetentionLimit", "SnapshotWindow", "AutoMinorVersionUpgrade"):
        if name in asked:
            group[name] = asked[name]
    if "ReplicationGroupDescription" in asked:
        group["Description"] = asked["ReplicationGroupDescription"]
    if "AutomaticFailoverEnabled" in asked:
        group["AutomaticFailover"] = "enabled" if asked["AutomaticFailoverEnabled"] else "disabled"
    if "MultiAZEnabled" in asked:
        group["MultiAZ"] = "enabled" if asked["MultiAZEnabled"] else "disabled"
    if "LogDeliveryConfigurations" in asked:
        wanted = [{**log, "Status": "active"} for log in asked["LogDeliveryConfigurations"] if log.get("Enabled", True)]
        kept = {log["LogType"]: log for log in [*group.get("LogDeliveryConfigurations", []), *wanted]}
        group["LogDeliveryConfigurations"] = list(kept.values())
    members = group["members"]
    members |= {
        name: asked[name] for name in (*_OF_MEMBERS, "CacheParameterGroupName", "SecurityGroupIds") if name in asked
    }
    name, count = group["ReplicationGroupId"], members["NumCacheClusters"]
    group["MemberClusters"] = [f"{name}-{number:03d}" for number in range(1, count + 1)]
    endpoint = {"Port": PORT, "Address": f"master.{name}.test.euw1.cache.amazonaws.com"}
    group["NodeGroups"] = [
        {
            "NodeGroupId": "0001",
            "Status": "available",
            "PrimaryEndpoint": endpoint,
            "ReaderEndpoint": {**endpoint, "Address": f"replica.{name}.test.euw1.cache.amazonaws.com"},
            "NodeGroupMembers": [
                {"CacheClusterId": member, "CurrentRole": "replica" if number else "primary"}
                for number, member in enumerate(group["MemberClusters"])
            ],
        }
    ]
    return group


def _member(backend: Any, group: Item, member: str) -> Item:
    known = group["members"]
    return {
        "CacheClusterId": member,
        "CacheClusterStatus": "available",
        "ReplicationGroupId": group["ReplicationGroupId"],
        "ARN": _arn(backend, "cluster", member),
        "Engine": group["Engine"],
        "CacheNodeType": group["CacheNodeType"],
        "NumCacheNodes": 1,
        "CacheParameterGroup": {
            "CacheParameterGroupName": known["CacheParameterGroupName"],
            "ParameterApplyStatus": "in-sync",
        },
        "SecurityGroups": [{"SecurityGroupId": id_, "Status": "active"} for id_ in known["SecurityGroupIds"]],
        "CacheNodes": [{"CacheNodeId": "0001", "Endpoint": {"Address": f"{member}.test", "Port": PORT}}],
        **{name: known[name] for name in _OF_MEMBERS if name in known},
        **{name: group[name] for name in _ENCRYPTION if name in group},
        # ElastiCache reports the patch release that it took for a Valkey version.
        "EngineVersion": f"{known['EngineVersion']}.0",
    }


PARAMETER_GROUP = Kind(
    "CacheParameterGroup", "CacheParameterGroupName", "CacheParameterGroupNotFound", _parameter_group
)
USER_GROUP = Kind("UserGroup", "UserGroupId", "UserGroupNotFound", _user_group, wrapped=False)
REPLICATION_GROUP = Kind("ReplicationGroup", "ReplicationGroupId", "ReplicationGroupNotFoundFault", _replication_group)


def install() -> None:
    for kind in (PARAMETER_GROUP, USER_GROUP, REPLICATION_GROUP):
        _offer(kind)
    extend(ElastiCacheResponse, modify_cache_parameter_group=_modify_parameter_group)
    extend(ElastiCacheResponse, describe_cache_parameters=_describe_parameters)
    extend(ElastiCacheResponse, modify_replication_group=_modify_replication_group)
    extend(ElastiCacheResponse, increase_replica_count=_change_replica_count)
    extend(ElastiCacheResponse, decrease_replica_count=_change_replica_count)
    extend(ElastiCacheResponse, modify_user=_modify_user)
    extend(ElastiCacheResponse, delete_cache_subnet_group=_delete_subnet_group)
    original = ElastiCacheBackend.describe_cache_clusters

    def describe_cache_clusters(self: Any, cache_cluster_id: str | None = None) -> list[Any]:
        for group in REPLICATION_GROUP.of(self).values():
            if cache_cluster_id and cache_cluster_id in group["MemberClusters"]:
                return [_member(self, group, cache_cluster_id)]
        found: list[Any] = original(self, cache_cluster_id)
        return found

    extend(ElastiCacheBackend, describe_cache_clusters=describe_cache_clusters)
    extend(ElastiCacheBackend, list_tags_for_resource=_list_tags)


def _list_tags(self: Any, arn: str) -> Any:
    return self.tagging_service.list_tags_for_resource(arn)


def _offer(kind: Kind) -> None:
    setattr(ElastiCacheResponse, f"create_{kind.snake}", lambda self: kind.create(self, self.elasticache_backend))
    setattr(ElastiCacheResponse, f"describe_{kind.snake}s", lambda self: kind.describe(self, self.elasticache_backend))
    setattr(ElastiCacheResponse, f"delete_{kind.snake}", lambda self: kind.delete(self, self.elasticache_backend))


def _modify_parameter_group(self: Any) -> ActionResult:
    group = PARAMETER_GROUP.find(self.elasticache_backend, self._get_param("CacheParameterGroupName"))
    changes = self._get_param("ParameterNameValues", [])
    group["parameters"] |= {change["ParameterName"]: change["ParameterValue"] for change in changes}
    return ActionResult({"CacheParameterGroupName": group["CacheParameterGroupName"]})


def _describe_parameters(self: Any) -> ActionResult:
    group = PARAMETER_GROUP.find(self.elasticache_backend, self._get_param("CacheParameterGroupName"))
    parameters = [
        {"ParameterName": name, "ParameterValue": value, "Source": "user"}
        for name, value in group["parameters"].items()
    ]
    return ActionResult({"Parameters": parameters})


def _modify_replication_group(self: Any) -> ActionResult:
    asked = self._get_params()
    group = REPLICATION_GROUP.find(self.elasticache_backend, asked["ReplicationGroupId"])
    return ActionResult({"ReplicationGroup": _updated(group, asked)})


def _change_replica_count(self: Any) -> ActionResult:
    asked = self._get_params()
    group = REPLICATION_GROUP.find(self.elasticache_backend, asked["ReplicationGroupId"])
    group["members"]["NumCacheClusters"] = int(asked["NewReplicaCount"]) + 1
    return ActionResult({"ReplicationGroup": _updated(group, {})})


def _modify_user(self: Any) -> ActionResult:
    user = self.elasticache_backend.users[self._get_param("UserId")]
    user.access_string = self._get_param("AccessString") or user.access_string
    return ActionResult(user)


def _delete_subnet_group(self: Any) -> ActionResult:
    group = self.elasticache_backend.cache_subnet_groups.pop(self._get_param("CacheSubnetGroupName"))
    self.elasticache_backend.tagging_service.delete_all_tags_for_resource(group.arn)
    return EmptyResult()
