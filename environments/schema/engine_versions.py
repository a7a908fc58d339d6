"""The Aurora PostgreSQL versions that AWS offers, as data with a date; `make catalogue` asks AWS for it anew.

The plan asks the API once more (`data.aws_rds_engine_version`), so an entry that AWS has withdrawn since fails before
anything is touched.
"""

from datetime import date

# What follows, up to the end of STANDARD_SUPPORT_ENDS, is rewritten by `make catalogue`.
SOURCE = "aws-cdk-lib 2.275 AuroraPostgresEngineVersion, what is not deprecated; Aurora user guide, release calendars"
AS_OF = date(2026, 10, 31)

MINORS: dict[int, tuple[int, ...]] = {
    18: (3, 4, 6),
    17: (4, 5, 6, 7, 9),
    16: (4, 6, 8, 9, 10, 11, 13),
    15: (8, 10, 12, 13, 14, 15, 17),
    14: (6, 13, 15, 17, 18, 19, 20, 22),
    13: (9, 16, 23),
}

# After this day AWS bills extended support per vCPU-hour.
STANDARD_SUPPORT_ENDS: dict[int, date] = {
    18: date(2031, 2, 28),
    17: date(2030, 2, 28),
    16: date(2029, 2, 28),
    15: date(2028, 2, 29),
    14: date(2027, 2, 28),
    13: date(2026, 2, 28),
}

MAX_AGE_DAYS = 90


def stale(today: date) -> str | None:
    """A warning when the list is older than MAX_AGE_DAYS, else None; the caller has the clock, synthesis has none."""
    age = (today - AS_OF).days
    if age <= MAX_AGE_DAYS:
        return None
    return f"environments/schema/engine_versions.py is {age} days old and may lack versions: run `make catalogue`"


def check(version: str) -> str:
    """Returns `version` when AWS offers it under standard support; raises ValueError naming the nearest ones."""
    major, minor = _parse(version)
    if major not in MINORS:
        raise ValueError(f"Aurora PostgreSQL {version} does not exist; offered are {_names(_nearest(major, minor))}")
    if STANDARD_SUPPORT_ENDS[major] < AS_OF:
        supported = min(m for m, end in STANDARD_SUPPORT_ENDS.items() if end >= AS_OF)
        raise ValueError(
            f"Aurora PostgreSQL {major} left standard support on {STANDARD_SUPPORT_ENDS[major]} and costs extra; "
            f"take {supported}.{MINORS[supported][-1]} or later"
        )
    if minor not in MINORS[major]:
        raise ValueError(
            f"Aurora PostgreSQL {version} is not offered by AWS; nearest are {_names(_nearest(major, minor))}"
        )
    return version


def _parse(version: str) -> tuple[int, int]:
    major, dot, minor = version.partition(".")
    if not (dot and major.isascii() and major.isdecimal() and minor.isascii() and minor.isdecimal()):
        newest = max(MINORS)
        raise ValueError(f"write major.minor, for example '{newest}.{MINORS[newest][-1]}'")
    return int(major), int(minor)


def _nearest(major: int, minor: int, count: int = 3) -> list[tuple[int, int]]:
    offered = [(a, b) for a, minors in MINORS.items() for b in minors if STANDARD_SUPPORT_ENDS[a] >= AS_OF]
    return sorted(offered, key=lambda v: (abs(v[0] - major), abs(v[1] - minor), v))[:count]


def _names(versions: list[tuple[int, int]]) -> str:
    return ", ".join(f"{major}.{minor}" for major, minor in versions)
