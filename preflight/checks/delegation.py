"""The internet asks Route 53 for the domain; otherwise the certificate is never validated, after 75 minutes' wait."""

from preflight.check import Result, Scope, judge
from preflight.hosted_zones import named


def check(scope: Scope) -> Result | None:
    names = [zone["name"] for zone in scope.stack.data("aws_route53_zone").values()]
    if not names:
        return None
    problems = [problem for name in names for problem in _problems(scope, name)]
    return judge(f"{', '.join(names)} leads to Route 53", problems)


def _problems(scope: Scope, name: str) -> list[str]:
    public = [zone for zone in named(scope.aws, name) if not zone["Config"]["PrivateZone"]]
    if not public:
        return [f"there is no public hosted zone {name} to delegate to: make it first"]
    zone = scope.aws.client("route53").get_hosted_zone(Id=public[0]["Id"])
    ours = {server.rstrip(".").lower() for server in zone["DelegationSet"]["NameServers"]}
    seen = scope.resolver.name_servers(name)
    if seen & ours:
        return []
    to_do = f"enter NS {', '.join(sorted(ours))} for {name} where its parent domain is kept"
    if not seen:
        return [f"{name} is delegated nowhere: {to_do}"]
    return [f"{name} is delegated to {', '.join(sorted(seen))}: {to_do}"]
