"""The domain's hosted zone: one, public, and without a foreign record under the stack's name."""

from preflight.check import Result, Scope, judge
from preflight.hosted_zones import named
from preflight.stack import Attributes


def check(scope: Scope) -> Result | None:
    wanted = [zone["name"] for zone in scope.stack.data("aws_route53_zone").values()]
    if not wanted:
        return None
    problems: list[str] = []
    for name in wanted:
        zones = named(scope.aws, name)
        public = [zone for zone in zones if not zone["Config"]["PrivateZone"]]
        if len(public) == 1:
            problems += _taken(scope, public[0])
        elif public:
            ids = ", ".join(zone["Id"].removeprefix("/hostedzone/") for zone in public)
            problems.append(
                f"{name} has {len(public)} public hosted zones ({ids}), the plan takes only one: delete the others"
            )
        elif zones:
            problems.append(f"hosted zone {name} is private: make a public one, certificates are validated there")
        else:
            problems.append(f"this account has no hosted zone {name}: make it, or correct edge.hosted_zone")
    return judge(f"{', '.join(wanted)} is public", problems)


def _taken(scope: Scope, zone: Attributes) -> list[str]:
    """Records that the stack would make and that are there already, but not from it."""
    ours = {name.rstrip(".") for name in scope.state.values("aws_route53_record", "fqdn")}
    problems = []
    for record in scope.stack.all("aws_route53_record").values():
        name = record["name"]
        if "${" in name or name in ours or record.get("allow_overwrite"):
            continue
        answer = scope.aws.client("route53").list_resource_record_sets(
            HostedZoneId=zone["Id"], StartRecordName=name, StartRecordType=record["type"], MaxItems="1"
        )
        there = {(r["Name"].rstrip("."), r["Type"]) for r in answer["ResourceRecordSets"]}
        if (name, record["type"]) in there:
            problems.append(
                f"{name} has a record {record['type']} that this stack did not make: delete it, "
                "or set edge.hostname to another name"
            )
    return problems
