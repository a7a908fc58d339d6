"""All checks together: side by side, read only, in the right account, with a sentence for every fault between."""

import threading
from pathlib import Path

import pytest
from botocore import exceptions
from botocore.exceptions import ClientError
from botocore.parsers import ResponseParserError

from preflight import errors
from preflight.check import Result, Scope
from preflight.checks import CHECKS
from preflight.dns import NoAnswer, Resolver
from preflight.run import run
from preflight.stack import CannotRun
from tests.preflight import healthy, policy
from tests.preflight.account import Account

DOCS = Path(__file__).resolve().parents[2] / "docs" / "preflight.md"


def results(account: Account) -> dict[str, Result]:
    return dict(run(account.stack, account.foundation, account.aws, Resolver(account.dns.address)))


def test_a_healthy_account_passes_every_check(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    healthy.everything(account, monkeypatch)
    found = results(account)
    assert {name: result.problems for name, result in found.items() if result.problems} == {}
    assert list(found) == ["credentials", *CHECKS]
    assert all(result.text for result in found.values())


def test_every_check_is_documented() -> None:
    described = DOCS.read_text()
    assert [name for name in CHECKS if name not in described] == []


def test_every_call_is_in_the_documented_policy_which_grants_reads_only(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    documented = policy.actions(DOCS)
    # IAM counts every use of a key as a write; S3 decrypts the state with it.
    assert policy.levels(documented - {"kms:Decrypt"}) <= {"Read", "List"}
    healthy.everything(account, monkeypatch)
    results(account)
    called = {policy.action(call) for call in account.wire.calls}
    assert called <= documented
    # What a healthy account before its first apply is not asked.
    assert documented - called == {
        "ecr:DescribeImages",  # only for an image named by tag and digest
        "ecr:DescribeRepositories",  # a foundation's names
        "ecr:GetDownloadUrlForLayer",  # only for an image that is no index
        "ecs:DescribeTasks",  # only where tasks run
        "iam:ListOpenIDConnectProviders",  # a foundation's names
        "kms:Decrypt",  # called by S3
        "rds:DescribeDBMajorEngineVersions",  # `make catalogue`
        "secretsmanager:DescribeSecret",  # only for a secret with a fixed name
        "servicequotas:GetAWSDefaultServiceQuota",  # only where a quota has no value of the account's own
    }


def test_credentials_of_another_account_end_the_run(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MOTO_ACCOUNT_ID", "111122223333")
    assert results(account) == {
        "credentials": Result(
            problems=(
                "arn:aws:sts::111122223333:user/moto is in account 111122223333, payments-prod belongs to "
                "777788889999: set AWS_PROFILE to a profile of that account (nothing else was checked)",
            )
        )
    }
    assert [call.operation for call in account.wire.calls] == ["GetCallerIdentity"]


def test_expired_credentials_end_the_run(account: Account) -> None:
    account.refuse("GetCallerIdentity", "ExpiredToken")
    with pytest.raises(CannotRun, match=r"the AWS credentials have expired: log in \(`aws sso login`"):
        results(account)


def test_a_check_without_an_answer_says_so_and_the_others_go_on(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    healthy.everything(account, monkeypatch)
    account.refuse("DescribeRegions", "UnauthorizedOperation")
    account.refuse("DescribeRegionSettings", "ThrottlingException")
    account.refuse("GetAccountSettings", "ServiceException", "it rains")
    account.dns.deaf = True
    found = dict(run(account.stack, account.foundation, account.aws, Resolver(account.dns.address, timeout=0.05)))
    silent = "no answer (the DNS resolver 127.0.0.1 does not answer: timed out): check the network and run it again"
    assert {name: result.problems for name, result in found.items() if result.problems} == {
        "regions": (
            "no answer, these credentials may not call DescribeRegions: allow it (docs/preflight.md has the policy)",
        ),
        "backup": ("no answer, AWS throttles DescribeRegionSettings: run it again in a minute",),
        "Lambda concurrency": ("no answer, GetAccountSettings says ServiceException: it rains",),
        "delegation": (silent,),
        "certificate": (silent,),
    }


def test_a_state_that_cannot_be_read_fails_the_checks_that_need_it(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    healthy.everything(account, monkeypatch)
    account.put_state("payments/prod/terraform.tfstate", b"{")
    found = results(account)
    broken = (
        "the state object is not a Terraform state (format 4): "
        "restore an earlier version of it (`aws s3api list-object-versions`)",
    )
    needing = ["state key", "hosted zone", "quotas", "database quotas", "Lambda concurrency", "role quota", "names"]
    assert {name: result.problems for name, result in found.items() if result.problems} == dict.fromkeys(
        needing, broken
    )


def test_the_checks_run_side_by_side(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each waits until all have started, which they never would one after the other."""
    barrier = threading.Barrier(len(CHECKS), timeout=20)

    def wait(scope: Scope) -> Result:
        barrier.wait()
        return Result("met")

    monkeypatch.setattr("preflight.run.CHECKS", dict.fromkeys(CHECKS, wait))
    assert {result.text for name, result in results(account).items() if name != "credentials"} == {"met"}


def test_a_black_hole_costs_seconds(monkeypatch: pytest.MonkeyPatch, account: Account) -> None:
    """Timeouts and attempts are set: the connection is given up, not tried for botocore's own minutes."""
    config = account.aws.client("ec2").meta.config
    assert (config.connect_timeout + config.read_timeout) * config.retries["total_max_attempts"] <= 16


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (
            exceptions.NoCredentialsError(),
            "there are no AWS credentials: log in (`aws sso login`, or AWS_PROFILE=<profile>) and run it again",
        ),
        (
            exceptions.ProfileNotFound(profile="nobody"),
            "The config profile (nobody) could not be found: set AWS_PROFILE to a profile of ~/.aws/config",
        ),
        (
            exceptions.UnauthorizedSSOTokenError(),
            "AWS credentials could not be had (The SSO session associated with this profile has expired or is "
            "otherwise invalid. To refresh this SSO session run aws sso login with the corresponding profile): "
            "log in (`aws sso login`, or AWS_PROFILE=<profile>) and run it again",
        ),
        (
            ClientError({"Error": {"Code": "InvalidClientTokenId"}}, "GetCallerIdentity"),
            "AWS does not know these credentials (InvalidClientTokenId): "
            "log in (`aws sso login`, or AWS_PROFILE=<profile>) and run it again",
        ),
        (
            exceptions.EndpointConnectionError(endpoint_url="https://sts.eu-west-1.amazonaws.com"),
            'AWS cannot be reached (Could not connect to the endpoint URL: "https://sts.eu-west-1.amazonaws.com"): '
            "check the network and the proxy",
        ),
        (
            exceptions.ConnectTimeoutError(endpoint_url="https://sts.eu-west-1.amazonaws.com"),
            'AWS cannot be reached (Connect timeout on endpoint URL: "https://sts.eu-west-1.amazonaws.com"): '
            "check the network and the proxy",
        ),
        (
            ResponseParserError("Unable to parse response, invalid XML received:\n<html>"),
            "no answer, something between here and AWS answers with a page of its own: check the proxy",
        ),
        (NoAnswer("nobody there"), "no answer (nobody there): check the network and run it again"),
    ],
)
def test_every_fault_is_one_sentence(error: Exception, sentence: str) -> None:
    assert errors.sentence(error) == sentence
