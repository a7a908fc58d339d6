"""RDS offers the engine version of the database cluster in the region."""

from botocore.exceptions import ClientError

from preflight.aws import code_of
from preflight.check import Result, Scope, judge
from preflight.stack import Attributes


def check(scope: Scope) -> Result | None:
    clusters = scope.stack.all("aws_rds_cluster").values()
    if not clusters:
        return None
    problems = [problem for cluster in clusters for problem in _problems(scope, cluster)]
    names = sorted({f"{cluster['engine']} {cluster['engine_version']}" for cluster in clusters})
    return judge(f"{', '.join(names)} available in {scope.stack.region}", problems)


def _problems(scope: Scope, cluster: Attributes) -> list[str]:
    engine, version = cluster["engine"], cluster["engine_version"]
    major = version.partition(".")[0]
    try:
        known = scope.aws.pages(
            "rds", "describe_db_engine_versions", "DBEngineVersions", Engine=engine, IncludeAll=True
        )
    except ClientError as error:
        if code_of(error) != "InvalidParameterValue":
            raise
        known = []
    status = {v["EngineVersion"]: v.get("Status", "available") for v in known}
    if status.get(version) == "available":
        return []
    offered = [v for v, s in status.items() if s == "available" and v.partition(".")[0] == major]
    instead = (
        f"set database.engine_version to one of {', '.join(offered)}" if offered else f"{major} is not offered at all"
    )
    return [f"{engine} {version} is {status.get(version, 'unknown')} in {scope.stack.region}: {instead}"]
