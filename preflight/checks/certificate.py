"""The domain's CAA records let Amazon issue its certificate (RFC 8659)."""

from preflight.check import Result, Scope, judge

# Source: "Configure a CAA record" in the AWS Certificate Manager user guide.
AMAZON = ("amazon.com", "amazontrust.com", "awstrust.com", "amazonaws.com")


def check(scope: Scope) -> Result | None:
    domains = sorted(scope.stack.values("aws_acm_certificate", "domain_name"))
    if not domains:
        return None
    problems = [problem for domain in domains for problem in _problems(scope, domain)]
    return judge(f"Amazon may issue for {', '.join(domains)}", problems)


def _problems(scope: Scope, domain: str) -> list[str]:
    """The closest CAA records on the way up are the ones that count; without any, every authority may issue."""
    labels = domain.split(".")
    for name in (".".join(labels[i:]) for i in range(len(labels))):
        records = scope.resolver.caa(name)
        if not records:
            continue
        # Parameters follow the authority's name behind a semicolon.
        issuers = [value.partition(";")[0].strip() for tag, value in records if tag == "issue"]
        if not issuers or any(issuer in AMAZON for issuer in issuers):
            return []
        named = ", ".join(issuer or "nobody" for issuer in issuers)
        return [f'{name} lets only {named} issue certificates: add the record CAA 0 issue "amazon.com"']
    return []
