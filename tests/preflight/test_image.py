"""The image in its registry: there, tagged, of the right architecture, scanned."""

import pytest

from preflight.checks import image, image_scan
from preflight.stack import Stack
from tests.preflight import healthy
from tests.preflight.account import Account
from tests.preflight.healthy import configuration, digest, index, push, scan, single, use_image

REPOSITORY = "payments-foundation-prod"


def test_an_index_passes(account: Account, foundation: Stack) -> None:
    pushed = push(account, index(arm64=digest("arm64"), amd64=digest("amd64")))
    result = image.check(account.scope())
    assert result and result.text == f"{REPOSITORY}@{pushed[:19]} runs on arm64"
    account.stack = foundation
    assert image.check(account.scope()) is None
    assert image_scan.check(account.scope()) is None


def test_a_single_image_passes_by_tag(account: Account) -> None:
    push(account, single())
    use_image(account, ":1.0")
    with configuration(account, "arm64"):
        result = image.check(account.scope())
    assert result and result.text == f"{REPOSITORY}:1.0 runs on arm64"


def test_a_single_image_of_the_wrong_architecture(account: Account) -> None:
    pushed = push(account, single())
    with configuration(account, "amd64"):
        result = image.check(account.scope())
    assert result and result.problems == (
        f"{REPOSITORY}@{pushed[:19]} is built for amd64, the tasks are arm64: build it with "
        "`docker buildx build --platform linux/arm64`, or set service.cpu_architecture",
    )


def test_a_configuration_that_cannot_be_had(account: Account) -> None:
    push(account, single())
    with configuration(account, "arm64", text=b"<html>"), pytest.raises(OSError, match="configuration is none"):
        image.check(account.scope())
    account.answer("GetDownloadUrlForLayer", {"downloadUrl": "http://127.0.0.1:9/"})
    with pytest.raises(OSError, match="Connection refused"):
        image.check(account.scope())


def test_what_is_no_image(account: Account) -> None:
    pushed = push(account, index())
    result = image.check(account.scope())
    assert result and result.problems == (
        f"{REPOSITORY}@{pushed[:19]} is no container image, its manifest names no platform: push one and name it",
    )


def test_an_index_without_the_architecture(account: Account) -> None:
    pushed = push(account, index(amd64=digest("amd64"), riscv64=digest("riscv64")))
    result = image.check(account.scope())
    assert result and result.problems == (
        f"{REPOSITORY}@{pushed[:19]} is built for amd64, riscv64, the tasks are arm64: build it with "
        "`docker buildx build --platform linux/arm64`, or set service.cpu_architecture",
    )


def test_a_tag_that_belongs_to_another_digest(account: Account) -> None:
    pushed = push(account, index(arm64=digest("arm64")))
    use_image(account, f":1.0@{pushed}")
    result = image.check(account.scope())
    assert result and not result.problems
    use_image(account, f":2.0@{pushed}")
    result = image.check(account.scope())
    assert result and result.problems == (
        f"{REPOSITORY}@{pushed[:19]} does not carry the tag 2.0: correct the tag or the digest (CONTAINER_IMAGE)",
    )


def test_no_repository_and_no_image(account: Account) -> None:
    result = image.check(account.scope())
    assert result and result.problems == (
        f"eu-west-1 has no repository {REPOSITORY}: apply the account's foundation first",
    )
    push(account, index(arm64=digest("arm64")))
    use_image(account, f"@{digest('never pushed')}")
    result = image.check(account.scope())
    assert result and result.problems == (
        f"{REPOSITORY}@{digest('never pushed')[:19]} is not in the registry: "
        "push it, or name one that is there (CONTAINER_IMAGE)",
    )


def test_the_scan_passes_and_is_that_of_the_image_which_runs(account: Account) -> None:
    push(account, index(arm64=digest("arm64"), amd64=digest("amd64")))
    scan(account)
    result = image_scan.check(account.scope())
    assert result and result.text == "scanned, no critical finding"
    scan(account, critical=1)
    result = image_scan.check(account.scope())
    assert result and result.problems[0].startswith(digest("arm64")[:19])


def test_critical_findings(account: Account) -> None:
    pushed = push(account, single())
    scan(account, critical=4)
    result = image_scan.check(account.scope())
    assert result and result.problems == (
        f"{pushed[:19]} has 4 critical finding(s) (CVE-2026-0000, CVE-2026-0001, CVE-2026-0002, ...): "
        "build it anew from an updated base image",
    )


def test_a_scan_that_is_not_finished(account: Account) -> None:
    pushed = push(account, single())
    scan(account, status="FAILED")
    result = image_scan.check(account.scope())
    assert result and result.problems == (
        f"the scan of {pushed[:19]} is FAILED as told: wait for it, or start it again",
    )


def test_no_scan(account: Account) -> None:
    result = image_scan.check(account.scope())
    assert result and result.problems == (
        "there is no repository, so nothing was scanned: apply the account's foundation first",
    )
    pushed = push(account, single())
    account.refuse("DescribeImageScanFindings", "ScanNotFoundException")
    result = image_scan.check(account.scope())
    assert result and result.problems == (
        f"{pushed[:19]} was never scanned: `aws ecr start-image-scan`, or push it again",
    )
    use_image(account, f"@{healthy.digest('never pushed')}")
    result = image_scan.check(account.scope())
    assert result and result.problems == ("the image is not in the registry, so nothing was scanned: push it first",)
