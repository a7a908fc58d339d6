"""RDS can make every database instance: its class, with the engine version, in its zone, with what it switches on."""

from preflight.check import Result, Scope, judge
from preflight.stack import Attributes


def check(scope: Scope) -> Result | None:
    instances = scope.stack.all("aws_rds_cluster_instance").values()
    if not instances:
        return None
    asked: dict[tuple[str, str, str], list[Attributes]] = {}
    problems: list[str] = []
    for instance in instances:
        version = scope.stack.follow(instance["cluster_identifier"])["engine_version"]
        kind = (instance["engine"], version, instance["instance_class"])
        if kind not in asked:
            asked[kind] = _options(scope, *kind)
        problems += _problems(instance, kind, asked[kind])
    classes = ", ".join(sorted({class_ for _, _, class_ in asked}))
    return judge(f"{classes} can be had in each instance's zone", list(dict.fromkeys(problems)))


def _options(scope: Scope, engine: str, version: str, class_: str) -> list[Attributes]:
    return scope.aws.pages(
        "rds",
        "describe_orderable_db_instance_options",
        "OrderableDBInstanceOptions",
        Engine=engine,
        EngineVersion=version,
        DBInstanceClass=class_,
    )


def _problems(instance: Attributes, kind: tuple[str, str, str], options: list[Attributes]) -> list[str]:
    engine, version, class_ = kind
    zone = instance["availability_zone"]
    what = f"{class_} with {engine} {version}"
    if not options:
        return [f"{what} is not offered in this region: take another instance class or engine version"]
    here = [option for option in options if zone in {z["Name"] for z in option["AvailabilityZones"]}]
    if not here:
        zones = sorted({z["Name"] for option in options for z in option["AvailabilityZones"]})
        return [
            f"{what} is not offered in {zone}, only in {', '.join(zones)}: take other network.zones or another class"
        ]
    if instance.get("performance_insights_enabled") and not any(o.get("SupportsPerformanceInsights") for o in here):
        return [f"{what} has no Performance Insights, which Database Insights needs: take another instance class"]
    return []
