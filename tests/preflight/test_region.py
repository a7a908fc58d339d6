"""Regions, zones, and the endpoint services in them."""

from preflight.checks import endpoints, regions, zones
from preflight.stack import Stack
from tests.preflight import healthy
from tests.preflight.account import Account

ZONES = ("eu-west-1a", "eu-west-1b", "eu-west-1c")


def test_regions_pass(account: Account) -> None:
    assert regions.check(account.scope()).text == "eu-west-1, eu-central-1 switched on"


def test_a_region_that_is_switched_off_and_one_that_is_not_there(account: Account) -> None:
    main, copies = account.changed()["provider"]["aws"]
    main["region"], copies["region"] = "eu-south-2", "eu-west-9"
    account.answer("DescribeRegions", {"Regions": [{"RegionName": "eu-south-2", "OptInStatus": "not-opted-in"}]})
    assert regions.check(account.scope()).problems == (
        "eu-south-2 is switched off (not-opted-in): `aws account enable-region --region-name eu-south-2`",
        "AWS has no region eu-west-9: correct it in environments/",
    )


def test_zones_pass(account: Account, foundation: Stack) -> None:
    result = zones.check(account.scope())
    assert result and result.text == ", ".join(ZONES)
    account.stack = foundation
    assert zones.check(account.scope()) is None


def test_a_zone_that_the_account_does_not_have(account: Account) -> None:
    subnets = account.changed()["resource"]["aws_subnet"]
    next(iter(subnets.values()))["availability_zone"] = "eu-west-1d"
    result = zones.check(account.scope())
    assert result and result.problems == (
        f"this account has no zone eu-west-1d to use; it has {', '.join(ZONES)}: "
        "correct network.zones in environments/",
    )


def test_endpoints_pass(account: Account) -> None:
    healthy.endpoint_services(account, *ZONES)
    result = endpoints.check(account.scope())
    assert result and result.text == "9 services offered in every zone"


def test_an_endpoint_service_that_a_zone_lacks(account: Account) -> None:
    healthy.endpoint_services(account, *ZONES[:2])
    result = endpoints.check(account.scope())
    # One for each of the eight interface endpoints; the gateway endpoint has no zone.
    assert result and len(result.problems) == 8
    assert result.problems[0] == (
        "com.amazonaws.eu-west-1.ecr.api is not offered in eu-west-1c: take other network.zones"
    )


def test_an_endpoint_service_that_the_region_lacks(account: Account) -> None:
    endpoint = next(iter(account.changed()["resource"]["aws_vpc_endpoint"].values()))
    endpoint["service_name"] = "com.amazonaws.eu-west-1.teleport"
    # AWS refuses the whole call for one unknown name; moto does so too, so that the list is asked for in full.
    result = endpoints.check(account.scope())
    assert result
    assert "eu-west-1 has no service com.amazonaws.eu-west-1.teleport: take it out of the endpoints" in result.problems
