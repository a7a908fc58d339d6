"""Daily and weekly time windows in UTC, as RDS and ElastiCache write them."""

import re
from typing import Annotated

from pydantic import AfterValidator

DAY = 24 * 60
WEEK = 7 * DAY
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_DAILY = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]):([0-5]\d)")
_WEEKLY = re.compile(r"([a-z]{3}):(\d\d:\d\d)-([a-z]{3}):(\d\d:\d\d)")


def minutes(window: str) -> list[tuple[int, int]]:
    """The (start, end) minutes of a week that a window covers; a daily one covers seven. Raises ValueError."""
    if match := _DAILY.fullmatch(window):
        start, end = _minute(window[:5]), _minute(window[6:])
        length = (end - start) % DAY
        spans = [(day * DAY + start, day * DAY + start + length) for day in range(7)]
    elif (match := _WEEKLY.fullmatch(window)) and match[1] in _DAYS and match[3] in _DAYS:
        start = _DAYS.index(match[1]) * DAY + _minute(match[2])
        length = (_DAYS.index(match[3]) * DAY + _minute(match[4]) - start) % WEEK
        spans = [(start, start + length)]
    else:
        raise ValueError("write a daily window as '02:00-03:00' or a weekly one as 'sun:04:00-sun:05:00', in UTC")
    if not 30 <= length <= DAY:
        raise ValueError("a window lasts from 30 minutes to 24 hours")
    return spans


def overlap(one: str, other: str) -> bool:
    """Whether two windows share a minute, the turn of the week included."""
    return any(
        a < d + shift and c + shift < b
        for a, b in minutes(one)
        for c, d in minutes(other)
        for shift in (-WEEK, 0, WEEK)
    )


def _minute(text: str) -> int:
    hour, minute = int(text[:2]), int(text[3:])
    if hour > 23 or minute > 59:
        raise ValueError(f"{text} is no time of day")
    return hour * 60 + minute


def _daily(value: str) -> str:
    if not _DAILY.fullmatch(value):
        raise ValueError("write a daily window in UTC as '02:00-03:00'")
    minutes(value)
    return value


def _weekly(value: str) -> str:
    if not _WEEKLY.fullmatch(value):
        raise ValueError("write a weekly window in UTC as 'sun:04:00-sun:05:00'")
    minutes(value)
    return value


DailyWindow = Annotated[str, AfterValidator(_daily)]
WeeklyWindow = Annotated[str, AfterValidator(_weekly)]
