"""ElastiCache offers the engine version and the node type in the region.

ElastiCache has no list of what can be ordered. Reserved nodes are sold for every current type of a region, so a type
without an offering is not to be had there; nothing tells in which zones.
"""

from preflight.check import Result, Scope, judge


def check(scope: Scope) -> Result | None:
    groups = scope.stack.all("aws_elasticache_replication_group").values()
    if not groups:
        return None
    problems: list[str] = []
    held = []
    for group in groups:
        engine, version, node = group["engine"], group["engine_version"], group["node_type"]
        held.append(f"{engine} {version} on {node}")
        known = scope.aws.pages("elasticache", "describe_cache_engine_versions", "CacheEngineVersions", Engine=engine)
        versions = [v["EngineVersion"] for v in known]
        if version not in versions:
            problems.append(
                f"{engine} {version} is not offered in {scope.stack.region}: "
                f"set cache.engine_version to one of {', '.join(versions) or 'another engine'}"
            )
        if not scope.aws.client("elasticache").describe_reserved_cache_nodes_offerings(CacheNodeType=node)[
            "ReservedCacheNodesOfferings"
        ]:
            problems.append(f"{node} is not offered in {scope.stack.region}: set cache.node_type to another type")
    return judge(f"{', '.join(held)} offered in {scope.stack.region}", problems)
