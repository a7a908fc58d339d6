"""Engine version and instance class."""

from preflight.checks import engine_version, instance_class
from preflight.stack import Stack
from tests.preflight import healthy
from tests.preflight.account import Account

ZONES = ("eu-west-1a", "eu-west-1b", "eu-west-1c")


def test_the_version_passes(account: Account, foundation: Stack) -> None:
    healthy.engine(account, v17_7="available")
    result = engine_version.check(account.scope())
    assert result and result.text == "aurora-postgresql 17.7 available in eu-west-1"
    account.stack = foundation
    assert engine_version.check(account.scope()) is None


def test_a_deprecated_version(account: Account) -> None:
    healthy.engine(account, v16_9="available", v17_7="deprecated", v17_8="available", v17_9="available")
    result = engine_version.check(account.scope())
    assert result and result.problems == (
        "aurora-postgresql 17.7 is deprecated in eu-west-1: set database.engine_version to one of 17.8, 17.9",
    )


def test_a_version_of_no_known_major(account: Account) -> None:
    healthy.engine(account, v16_9="available")
    result = engine_version.check(account.scope())
    assert result and result.problems == ("aurora-postgresql 17.7 is unknown in eu-west-1: 17 is not offered at all",)


def test_the_class_passes(account: Account, foundation: Stack) -> None:
    healthy.orderable(account, *ZONES)
    result = instance_class.check(account.scope())
    assert result and result.text == "db.r7g.xlarge can be had in each instance's zone"
    account.stack = foundation
    assert instance_class.check(account.scope()) is None


def test_a_class_that_one_zone_lacks(account: Account) -> None:
    healthy.orderable(account, *ZONES[:2])
    result = instance_class.check(account.scope())
    assert result and result.problems == (
        "db.r7g.xlarge with aurora-postgresql 17.7 is not offered in eu-west-1c, only in eu-west-1a, eu-west-1b: "
        "take other network.zones or another class",
    )


def test_a_class_that_the_region_lacks(account: Account) -> None:
    healthy.orderable(account)
    result = instance_class.check(account.scope())
    assert result and result.problems == (
        "db.r7g.xlarge with aurora-postgresql 17.7 is not offered in this region: "
        "take another instance class or engine version",
    )


def test_a_class_without_performance_insights(account: Account) -> None:
    healthy.orderable(account, *ZONES, insights=False)
    result = instance_class.check(account.scope())
    assert result and result.problems == (
        "db.r7g.xlarge with aurora-postgresql 17.7 has no Performance Insights, which Database Insights needs: "
        "take another instance class",
    )


def test_serverless_is_asked_for_by_its_class(account: Account) -> None:
    for instance in account.changed()["resource"]["aws_rds_cluster_instance"].values():
        instance["instance_class"] = "db.serverless"
    healthy.orderable(account, *ZONES)
    result = instance_class.check(account.scope())
    assert result and result.text == "db.serverless can be had in each instance's zone"
