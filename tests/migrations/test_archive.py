"""The zip holds what the function needs and nothing else, with the same bytes everywhere."""

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from importlib.metadata import PackagePath, distribution
from pathlib import Path

import pytest

from migrations import archive
from migrations.revisions import load

PROJECT = Path(__file__).parents[2]
BUILD = "import sys, pathlib; from migrations import archive; archive.build(pathlib.Path(sys.argv[1]))"
# Lambda takes 50 MB; what is downloaded and unpacked at a cold start should stay far below.
LARGEST_BYTES = 2_000_000


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_same_input_same_bytes(archive_path: Path, tmp_path: Path, figure: Callable[[str], None]) -> None:
    """Another folder, umask, time zone, hash seed, language, and files as new as can be."""
    copy = tmp_path / "elsewhere" / "checkout"
    shutil.copytree(PROJECT / "migrations", copy / "migrations", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(PROJECT / "Pipfile.lock", copy)
    target = tmp_path / "second.zip"
    environment = {
        **os.environ,
        "TZ": "Asia/Tokyo",
        "PYTHONHASHSEED": "7",
        "LC_ALL": "C",
        "SOURCE_DATE_EPOCH": "1",
    }
    command = [sys.executable, "-c", BUILD, str(target)]
    subprocess.run(command, cwd=copy, env=environment, umask=0o077, check=True)
    assert sha256(target) == sha256(archive_path)
    figure(f"archive: {archive_path.stat().st_size:,} bytes")


def test_members_are_plain(archive_path: Path) -> None:
    with zipfile.ZipFile(archive_path) as zipped:
        members = zipped.infolist()
    names = [member.filename for member in members]
    assert names == sorted(names)
    assert len(names) == len(set(names))
    assert {member.date_time for member in members} == {(1980, 1, 1, 0, 0, 0)}
    assert {member.external_attr >> 16 for member in members} == {0o100644}
    assert {member.compress_type for member in members} == {zipfile.ZIP_STORED}
    assert archive_path.stat().st_size < LARGEST_BYTES


def test_members_are_those_of_the_lambda(archive_path: Path) -> None:
    with zipfile.ZipFile(archive_path) as zipped:
        names = zipped.namelist()
    assert not [name for name in names if re.search(r"\.pyc$|RECORD|INSTALLER|direct_url|/bin/|\.so$|^\.\.", name)]
    own = {name.removeprefix("migrations/") for name in names if name.startswith("migrations/")}
    assert {"handler.py", "rotation.py", "rds-ca-bundle.pem"} < own
    assert {f"versions/{revision.name}" for revision in load()} < own
    assert not [name for name in own if name.startswith(("commands", "__main__", "archive"))]
    assert len([name for name in names if "/LICENSE" in name or "licenses/" in name]) == len(archive.DISTRIBUTIONS)


def test_the_distributions_are_all_that_pg8000_requires() -> None:
    found, wanted = set[str](), {"pg8000"}
    while wanted - found:
        name = (wanted - found).pop()
        found.add(name)
        for requirement in distribution(name).requires or ():
            if "extra ==" not in requirement:
                wanted.add(re.split(r"[ <>=!~;\[]", requirement)[0])
    assert found == set(archive.DISTRIBUTIONS)


def test_a_new_revision_changes_the_archive(
    archive_path: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    copy = tmp_path / "migrations"
    shutil.copytree(PROJECT / "migrations", copy)
    monkeypatch.setattr(archive, "PACKAGE", copy)
    archive.build(tmp_path / "same.zip")
    assert sha256(tmp_path / "same.zip") == sha256(archive_path)
    (copy / "commands" / "new.py").write_text("# what a developer runs is not in the archive\n")
    archive.build(tmp_path / "command.zip")
    assert sha256(tmp_path / "command.zip") == sha256(archive_path)
    (copy / "versions" / "0099_more.sql").write_text("SELECT 1;\n")
    archive.build(tmp_path / "more.zip")
    assert sha256(tmp_path / "more.zip") != sha256(archive_path)


def test_another_version_than_the_locked_one_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    lock = json.loads(archive.LOCK.read_text())
    lock["default"]["scramp"]["version"] = "==0.0.1"
    (tmp_path / "Pipfile.lock").write_text(json.dumps(lock))
    monkeypatch.setattr(archive, "LOCK", tmp_path / "Pipfile.lock")
    with pytest.raises(archive.ArchiveError, match=r"^scramp .* is installed and Pipfile\.lock has 0\.0\.1: install"):
        archive.build(tmp_path / "a.zip")
    assert not (tmp_path / "a.zip").exists()


def test_a_missing_distribution_is_one_sentence(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    lock = json.loads(archive.LOCK.read_text())
    lock["default"]["no-such-package"] = {"version": "==1"}
    (tmp_path / "Pipfile.lock").write_text(json.dumps(lock))
    monkeypatch.setattr(archive, "LOCK", tmp_path / "Pipfile.lock")
    monkeypatch.setattr(archive, "DISTRIBUTIONS", ("no-such-package",))
    with pytest.raises(archive.ArchiveError, match=r"^no-such-package is not installed: install the locked"):
        archive.build(tmp_path / "a.zip")


def test_a_distribution_that_is_not_locked_is_one_sentence(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    lock = json.loads(archive.LOCK.read_text())
    del lock["default"]["six"]
    (tmp_path / "Pipfile.lock").write_text(json.dumps(lock))
    monkeypatch.setattr(archive, "LOCK", tmp_path / "Pipfile.lock")
    with pytest.raises(archive.ArchiveError, match=r"^six is not in Pipfile\.lock: lock the dependencies again$"):
        archive.build(tmp_path / "a.zip")


def test_an_edited_file_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A debugging line left in site-packages would reach production."""
    monkeypatch.setattr(PackagePath, "locate", lambda self: __file__)
    with pytest.raises(archive.ArchiveError, match="is not the file that was installed: reinstall asn1crypto"):
        archive.build(tmp_path / "a.zip")


def test_synthesis_reads_the_revisions_fast() -> None:
    """Neither pg8000 nor boto3 is imported by what the stacks use."""
    code = "import migrations.archive, migrations.revisions, sys; print(*sys.modules)"
    modules = subprocess.run([sys.executable, "-c", code], cwd=PROJECT, capture_output=True, text=True, check=True)
    assert not {"pg8000", "boto3", "ssl"} & set(modules.stdout.split())
