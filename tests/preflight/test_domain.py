"""Hosted zone, delegation and certificate."""

from preflight.checks import certificate, delegation, hosted_zone
from preflight.stack import Stack
from tests.preflight import healthy
from tests.preflight.account import Account
from tests.preflight.conftest import state_of

DOMAIN = "payments.example.com"


def test_the_zone_passes(account: Account, foundation: Stack) -> None:
    healthy.hosted_zone(account, "example.com")
    healthy.hosted_zone(account, "example.com", private=True)
    result = hosted_zone.check(account.scope())
    assert result and result.text == "example.com is public"
    account.stack = foundation
    for check in (hosted_zone.check, delegation.check, certificate.check):
        assert check(account.scope()) is None


def test_no_zone(account: Account) -> None:
    healthy.hosted_zone(account, "payments.example.com")
    result = hosted_zone.check(account.scope())
    assert result and result.problems == (
        "this account has no hosted zone example.com: make it, or correct edge.hosted_zone",
    )


def test_a_private_zone(account: Account) -> None:
    healthy.hosted_zone(account, "example.com", private=True)
    result = hosted_zone.check(account.scope())
    assert result and result.problems == (
        "hosted zone example.com is private: make a public one, certificates are validated there",
    )


def test_two_public_zones(account: Account) -> None:
    ids = [healthy.hosted_zone(account, "example.com").removeprefix("/hostedzone/") for _ in range(2)]
    result = hosted_zone.check(account.scope())
    assert result
    (problem,) = result.problems
    assert problem.startswith("example.com has 2 public hosted zones (")
    assert problem.endswith("), the plan takes only one: delete the others")
    assert all(id_ in problem for id_ in ids)


def test_a_record_of_the_stack_and_one_that_it_did_not_make(account: Account) -> None:
    zone = healthy.hosted_zone(account, "example.com")
    record = {"Name": DOMAIN, "Type": "A", "TTL": 60, "ResourceRecords": [{"Value": "192.0.2.1"}]}
    account.client("route53").change_resource_record_sets(
        HostedZoneId=zone, ChangeBatch={"Changes": [{"Action": "CREATE", "ResourceRecordSet": record}]}
    )
    result = hosted_zone.check(account.scope())
    assert result and result.problems == (
        f"{DOMAIN} has a record A that this stack did not make: delete it, or set edge.hostname to another name",
    )
    account.put_state("payments/prod/terraform.tfstate", state_of(aws_route53_record=[{"fqdn": DOMAIN}]))
    result = hosted_zone.check(account.scope())
    assert result and result.text == "example.com is public"


def test_the_delegation_passes(account: Account) -> None:
    healthy.hosted_zone(account, "example.com")
    result = delegation.check(account.scope())
    assert result and result.text == "example.com leads to Route 53"


def test_delegated_elsewhere_and_nowhere(account: Account) -> None:
    zone = healthy.hosted_zone(account, "example.com")
    servers = account.client("route53").get_hosted_zone(Id=zone)["DelegationSet"]["NameServers"]
    to_do = f"enter NS {', '.join(sorted(servers))} for example.com where its parent domain is kept"
    account.dns.delegate("example.com", ["ns1.registrar.example"])
    result = delegation.check(account.scope())
    assert result and result.problems == (f"example.com is delegated to ns1.registrar.example: {to_do}",)
    account.dns.records.clear()
    result = delegation.check(account.scope())
    assert result and result.problems == (f"example.com is delegated nowhere: {to_do}",)


def test_no_zone_to_delegate_to(account: Account) -> None:
    result = delegation.check(account.scope())
    assert result and result.problems == ("there is no public hosted zone example.com to delegate to: make it first",)


def test_the_certificate_passes(account: Account) -> None:
    text = f"Amazon may issue for {DOMAIN}"
    for issuers in ([], ["letsencrypt.org", "amazon.com"], ["awstrust.com; policy=ev"]):
        account.dns.records.clear()
        account.dns.allow("example.com", *issuers)
        result = certificate.check(account.scope())
        assert result and result.text == text, issuers


def test_another_authority_only(account: Account) -> None:
    account.dns.allow("example.com", "letsencrypt.org", "digicert.com")
    result = certificate.check(account.scope())
    assert result and result.problems == (
        "example.com lets only letsencrypt.org, digicert.com issue certificates: "
        'add the record CAA 0 issue "amazon.com"',
    )


def test_the_closest_records_count(account: Account) -> None:
    account.dns.allow("example.com", "amazon.com")
    account.dns.allow(DOMAIN, ";")
    result = certificate.check(account.scope())
    assert result and result.problems == (
        f'{DOMAIN} lets only nobody issue certificates: add the record CAA 0 issue "amazon.com"',
    )
