"""Refreshing the list of engine versions, and telling when it is old."""

import ast
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from environments.schema import engine_versions
from preflight import catalogue
from preflight.catalogue import FILE, SHIPPED, Catalogue, difference, fetch, main, render, rewrite
from preflight.stack import CannotRun
from tests.preflight.account import Account

KNOWN = Catalogue({17: (4, 5), 16: (4,)}, {17: date(2030, 2, 28), 16: date(2029, 2, 28)})


def offer(account: Account, *versions: str, **ends: str) -> None:
    """RDS's answers: versions, and ends of standard support such as `v17="2030-02-28"`."""
    deprecated = {"EngineVersion": "17.1", "Status": "deprecated"}
    found = [{"EngineVersion": version, "Status": "available"} for version in versions]
    account.answer("DescribeDBEngineVersions", {"DBEngineVersions": [*found, deprecated]})
    majors = [
        {
            "MajorEngineVersion": name.removeprefix("v"),
            "SupportedEngineLifecycles": [
                lifecycle("open-source-rds-extended-support", "2099-01-01"),
                lifecycle("open-source-rds-standard-support", end),
            ],
        }
        for name, end in ends.items()
    ]
    account.answer("DescribeDBMajorEngineVersions", {"DBMajorEngineVersions": majors})


def lifecycle(name: str, end: str) -> dict[str, object]:
    return {
        "LifecycleSupportName": name,
        "LifecycleSupportEndDate": datetime.fromisoformat(end).replace(tzinfo=UTC),
    }


def test_what_rds_offers(account: Account) -> None:
    offer(account, "16.4", "17.10", "17.5", "17.5-limitless", "18.3", v18="2031-02-28", v17="2030-03-31")
    assert fetch(account.aws, KNOWN) == Catalogue(
        {18: (3,), 17: (5, 10), 16: (4,)},
        # RDS said nothing of 16, so that the known day stays.
        {18: date(2031, 2, 28), 17: date(2030, 3, 31), 16: date(2029, 2, 28)},
    )


def test_the_difference() -> None:
    new = Catalogue({18: (3,), 17: (5, 10), 16: (4,)}, {18: date(2031, 2, 28), 17: date(2030, 3, 31)})
    assert difference(KNOWN, new) == [
        "+ 17.10",
        "+ 18.3",
        "- 17.4",
        "~ 17: standard support ends 2030-03-31, was 2030-02-28",
        "~ 18: standard support ends 2031-02-28, was not listed",
    ]
    assert difference(KNOWN, KNOWN) == []


def test_an_answer_that_is_no_catalogue(account: Account) -> None:
    offer(account)
    with pytest.raises(CannotRun, match=r"RDS offers no version of aurora-postgresql in eu-west-1; the"):
        fetch(account.aws, KNOWN)
    offer(account, "19.1")
    with pytest.raises(CannotRun, match=r"does not tell the end of standard support of aurora-postgresql 19; .* enter"):
        fetch(account.aws, KNOWN)


def test_the_shipped_file_is_what_the_command_writes() -> None:
    text = FILE.read_text()
    assert rewrite(text, render(SHIPPED, engine_versions.SOURCE, engine_versions.AS_OF)) == text


def test_the_command_rewrites_the_data_alone(
    account: Account, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "engine_versions.py"
    file.write_text(FILE.read_text())
    monkeypatch.setattr(catalogue, "FILE", file)
    monkeypatch.setattr(catalogue, "Aws", lambda region: account.aws)
    monkeypatch.setattr(catalogue, "SHIPPED", KNOWN)
    offer(account, "17.5", v17="2030-02-28")
    assert main([]) == 0
    assert capsys.readouterr().out == (
        "- 16.4\n- 17.4\nengine_versions.py is of today; review it with `git diff`, and run `make test`\n"
    )
    written = file.read_text()
    assert "\nMINORS: dict[int, tuple[int, ...]] = {\n    17: (5,),\n}\n" in written
    today = date.today()
    assert f"\nAS_OF = date({today.year}, {today.month}, {today.day})\n" in written
    assert written[written.index("\nMAX_AGE_DAYS") :] == FILE.read_text()[FILE.read_text().index("\nMAX_AGE_DAYS") :]
    assert ast.parse(written)


def test_nothing_is_written_without_an_answer(
    account: Account, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(catalogue, "FILE", tmp_path / "absent.py")
    monkeypatch.setattr(catalogue, "Aws", lambda region: account.aws)
    account.refuse("DescribeDBEngineVersions", "AccessDenied")
    assert main(["--region", "eu-west-1"]) == 2
    assert capsys.readouterr().err == (
        "catalogue: no answer, these credentials may not call DescribeDBEngineVersions: "
        "allow it (docs/preflight.md has the policy)\n"
    )
    assert not list(tmp_path.iterdir())


def test_an_old_catalogue_warns() -> None:
    last = engine_versions.AS_OF + timedelta(days=engine_versions.MAX_AGE_DAYS)
    assert engine_versions.stale(last) is None
    assert engine_versions.stale(last + timedelta(days=1)) == (
        "environments/schema/engine_versions.py is 91 days old and may lack versions: run `make catalogue`"
    )
