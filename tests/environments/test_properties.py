"""Whatever is written into a setting: a usable value, or one clear sentence."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from environments.loading import load
from environments.schema import names
from environments.schema.base import SettingsError
from environments.schema.engine_versions import MINORS, check
from environments.schema.network import Network
from environments.schema.operations import LOG_RETENTION_DAYS, Logs
from environments.schema.service import FARGATE, Task, check_image
from environments.schema.windows import WEEK, minutes, overlap

STACK = re.compile(r"payments-(dev|staging|prod)(-[a-z0-9]+)*")
CHARACTERS = st.characters(codec="utf-8", exclude_characters="\0")
suffixes = st.one_of(st.text(CHARACTERS, max_size=40), st.from_regex(r"[a-z0-9-]{1,30}", fullmatch=True))


@given(environment=st.one_of(st.sampled_from(names.ENVIRONMENTS), st.text(CHARACTERS, max_size=12)), suffix=suffixes)
def test_any_suffix_gives_a_valid_stack_or_one_sentence(environment: str, suffix: str) -> None:
    variables = {"ENVIRONMENT": environment, "ENVIRONMENT_SUFFIX": suffix}
    try:
        found = load(variables)
    except SettingsError as error:
        lines = str(error).splitlines()
        setting = "ENVIRONMENT_SUFFIX = " if environment in names.ENVIRONMENTS else "ENVIRONMENT"
        assert all(line.startswith(f"environment variable: {setting}") for line in lines), lines
        assert len(lines) == 1 or environment not in names.ENVIRONMENTS
    else:
        for workspace in found:
            assert STACK.fullmatch(workspace.names.stack)
            assert not list(names.too_long(workspace.names, workspace.domain))


@given(st.one_of(st.text(CHARACTERS), st.from_regex(r"\d{1,3}\.\d{1,3}", fullmatch=True)))
def test_any_engine_version_is_in_the_catalogue_or_refused(version: str) -> None:
    try:
        major, minor = (int(part) for part in check(version).split("."))
    except ValueError as error:
        assert len(str(error).splitlines()) == 1
    else:
        assert minor in MINORS[major]


@given(st.one_of(st.text(CHARACTERS), st.from_regex(r"\d{12}\.dkr\.ecr\.[a-z-]{3,9}\.amazonaws\.com/[a-z:@.]+")))
def test_any_image_is_fixed_or_refused(image: str) -> None:
    try:
        check_image(image)
    except ValueError as error:
        assert len(str(error).splitlines()) == 1
    else:
        assert "@sha256:" in image or re.search(r":[^/]+$", image)
        assert not image.endswith(":latest")


@given(st.integers(-5, 5000))
def test_any_retention_is_one_of_cloudwatchs_or_refused(days: int) -> None:
    try:
        Logs(retention_days=days)
    except ValueError as error:
        assert "nearest is" in str(error)
        assert days not in LOG_RETENTION_DAYS
    else:
        assert days in LOG_RETENTION_DAYS


@given(st.sampled_from([*FARGATE, 100, 3000]), st.integers(0, 130_000))
def test_any_size_is_fargates_or_refused(cpu: int, memory: int) -> None:
    try:
        Task(cpu=cpu, memory=memory)
    except ValueError as error:
        assert "Fargate" in str(error)
    else:
        # Fargate gives each CPU unit between 2 and 8 MiB.
        assert 2 * cpu <= memory <= 8 * cpu


windows = st.builds(
    lambda day, start, length: _weekly(day * 1440 + start, length),
    st.integers(0, 6),
    st.integers(0, 1439),
    st.integers(30, 1440),
)


@given(windows, windows)
def test_overlap_means_a_minute_in_common(one: str, other: str) -> None:
    in_common = {m % WEEK for a, b in minutes(one) for m in range(a, b)} & {
        m % WEEK for a, b in minutes(other) for m in range(a, b)
    }
    assert overlap(one, other) == bool(in_common)
    assert overlap(other, one) == overlap(one, other)


def _weekly(start: int, length: int) -> str:
    def at(minute: int) -> str:
        day, rest = divmod(minute % WEEK, 1440)
        return f"{('mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun')[day]}:{rest // 60:02}:{rest % 60:02}"

    return f"{at(start)}-{at(start + length)}"


@pytest.mark.parametrize("cidr", ["10.0.0.0/16", "10.0.0.0/19", "172.16.0.0/17", "192.168.0.0/18"])
def test_private_ranges_are_taken(cidr: str) -> None:
    assert str(Network(cidr=cidr, zones=("a", "b")).range) == cidr
