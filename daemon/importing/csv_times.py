"""Dates and durations as people and spreadsheets write them. Without a zone of their own they are the store's time."""

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from enum import StrEnum
from typing import Final

_TIME: Final = (
    r"(?P<half>上午|下午|凌晨|早上|中午|晚上|[AaPp]\.?[Mm]\.?)?\s*(?P<hour>[0-9]{1,2})\s*[:：时時点]\s*(?P<minute>[0-9]{1,2})"
    r"(?:\s*[:：分]\s*(?P<second>[0-9]{1,2})(?:[.,](?P<fraction>[0-9]{1,9}))?)?\s*[分秒]?\s*"
    r"(?P<half_after>[AaPp]\.?[Mm]\.?)?\s*(?P<zone>Z|z|(?:UTC|GMT)?[+-][0-9]{2}:?[0-9]{2})?"
)
_BETWEEN: Final = r"(?:\s*[T,]\s*|\s*)(?:星期.|周.)?\s*"
_FORMS: Final = tuple(
    re.compile(rf"\s*{date}(?:{_BETWEEN}{_TIME})?\s*")
    for date in (
        r"(?P<year>[0-9]{4})\s*[-/.年]\s*(?P<month>[0-9]{1,2})\s*[-/.月]\s*(?P<day>[0-9]{1,2})日?",
        r"(?P<first>[0-9]{1,2})[-/.](?P<other>[0-9]{1,2})[-/.](?P<year>[0-9]{4})",
        r"(?P<name>[A-Za-z]{3,9})\.?\s+(?P<day>[0-9]{1,2}),?\s+(?P<year>[0-9]{4})",
        r"(?P<day>[0-9]{1,2})[- ](?P<name>[A-Za-z]{3,9})\.?[-, ]\s*(?P<year>[0-9]{4})",
    )
)
_COMPACT: Final = re.compile(
    r"(?P<year>20[0-9]{2})(?P<month>[0-9]{2})(?P<day>[0-9]{2})[ T_-]?"
    r"(?P<hour>[0-9]{2})(?P<minute>[0-9]{2})(?P<second>[0-9]{2})?"
)
_MONTHS: Final = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_EPOCH_MS, _EPOCH_S = re.compile(r"1[0-9]{12}"), re.compile(r"1[0-9]{9}")
_CLOCK: Final = re.compile(r"(?:(?P<hours>[0-9]{1,3}):)?(?P<minutes>[0-9]{1,3}):(?P<seconds>[0-9]{1,2})(?:\.0+)?")
_WORDED: Final = re.compile(
    r"(?:(?P<hours>[0-9]{1,3})\s*(?:小时|小時|时|時|h(?:ours?|rs?)?))?\s*"
    r"(?:(?P<minutes>[0-9]{1,4})\s*(?:分钟|分鐘|分|m(?:in(?:ute)?s?)?))?\s*"
    r"(?:(?P<seconds>[0-9]{1,6})\s*(?:秒钟|秒鐘|秒|s(?:ec(?:ond)?s?)?))?",
    re.IGNORECASE,
)
_LONGEST: Final = 80
_MOST_DURATION_S: Final = 10 * 86_400
_AFTERNOON: Final = frozenset({"下午", "晚上", "pm"})
_MORNING: Final = frozenset({"上午", "凌晨", "早上", "am"})


class DateOrder(StrEnum):
    """How a file writes `03/04/2024`."""

    DAY_FIRST = "day_first"
    MONTH_FIRST = "month_first"
    UNKNOWN = "unknown"


class UnclearDateError(Exception):
    """Day and month cannot be told apart."""


class OrderWatch:
    """Finds the order in what all dates of a file show together."""

    def __init__(self) -> None:
        self._day_first = self._month_first = False

    def see(self, text: str) -> None:
        """One date of the file."""
        match = _FORMS[1].fullmatch(text[:_LONGEST])
        if match is not None:
            self._day_first |= int(match["first"]) > 12
            self._month_first |= int(match["other"]) > 12

    @property
    def order(self) -> DateOrder:
        """UNKNOWN too when dates contradict each other."""
        if self._day_first is self._month_first:
            return DateOrder.UNKNOWN
        return DateOrder.DAY_FIRST if self._day_first else DateOrder.MONTH_FIRST


def is_order_needed(text: str) -> bool:
    """Whether this date is one whose order must be known."""
    return _FORMS[1].fullmatch(text[:_LONGEST]) is not None


def read_moment(date: str, time: str, order: DateOrder, zone: tzinfo | None) -> tuple[int, int] | None:
    """Unix ms and how exact it is, ms (1, 1,000, 60,000); None when there is no date with a time. Total otherwise.

    Args:
        date: With its time, or alone and then `time` has it.
        zone: The store's; None is this machine's.

    Raises:
        UnclearDateError: day and month cannot be told apart.
    """
    date = date.strip()
    if _EPOCH_MS.fullmatch(date):
        return int(date), 1
    if _EPOCH_S.fullmatch(date):
        return int(date) * 1000, 1_000
    text = f"{date} {time.strip()}".strip()
    if len(text) > _LONGEST:
        return None
    for form in (_COMPACT, *_FORMS):
        match = form.fullmatch(text)
        if match is not None and (said := match.groupdict()).get("hour"):
            return _moment(said, order, zone)
    return None


def read_duration(text: str, *, unit_s: int = 1) -> int | None:
    """Seconds: `65`, `1:05`, `00:01:05`, `1分5秒`, `1h 2m`; an empty cell is 0. None for anything else.

    Args:
        unit_s: What a plain number counts.
    """
    said = text.strip()[:_LONGEST]
    if not said or said in {"-", "--"}:
        return 0
    if re.fullmatch(r"[0-9]{1,9}(?:\.[0-9]{1,6})?", said):
        seconds = round(float(said) * unit_s)
    else:
        match = _CLOCK.fullmatch(said) or _WORDED.fullmatch(said)
        if match is None:
            return None
        hours, minutes, rest = (int(match[name] or 0) for name in ("hours", "minutes", "seconds"))
        seconds = hours * 3600 + minutes * 60 + rest
    return seconds if seconds <= _MOST_DURATION_S else None


def _moment(said: dict[str, str | None], order: DateOrder, zone: tzinfo | None) -> tuple[int, int] | None:
    day_and_month = _day_and_month(said, order)
    hour = _hour(int(said["hour"] or 0), (said.get("half") or said.get("half_after") or "").lower().replace(".", ""))
    if day_and_month is None or hour is None:
        return None
    day, month = day_and_month
    fraction = (said.get("fraction") or "").ljust(6, "0")[:6]
    try:
        wall = datetime(  # noqa: DTZ001 - its zone follows
            int(said["year"] or 0),
            month,
            day,
            hour,
            int(said["minute"] or 0),
            int(said.get("second") or 0),
            int(fraction),
        )
        moment = _zoned(wall, said.get("zone"), zone)
        stamp_ms = (moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1)
    except (ValueError, OverflowError, OSError):
        return None
    if stamp_ms < 0:
        return None
    if said.get("second") is None:
        return stamp_ms, 60_000
    return stamp_ms, 1 if said.get("fraction") else 1_000


def _day_and_month(said: dict[str, str | None], order: DateOrder) -> tuple[int, int] | None:
    if (name := said.get("name")) is not None:
        short = name[:3].lower()
        return (int(said["day"] or 0), _MONTHS.index(short) + 1) if short in _MONTHS else None
    if (first := said.get("first")) is None:
        return int(said["day"] or 0), int(said["month"] or 0)
    other = int(said["other"] or 0)
    if order is DateOrder.UNKNOWN and int(first) != other:
        raise UnclearDateError
    return (other, int(first)) if order is DateOrder.MONTH_FIRST else (int(first), other)


def _hour(hour: int, half: str) -> int | None:
    if half in _AFTERNOON:
        return hour if hour >= 12 else hour + 12
    if half in _MORNING:
        return 0 if hour == 12 else hour
    if half == "中午":
        return hour + 12 if hour < 3 else hour
    return hour


def _zoned(wall: datetime, stated: str | None, zone: tzinfo | None) -> datetime:
    if stated is None:
        return (wall.astimezone() if zone is None else wall.replace(tzinfo=zone)).astimezone(UTC)
    digits = re.sub(r"[^0-9]", "", stated)
    if not digits:
        return wall.replace(tzinfo=UTC)
    offset = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    return wall.replace(tzinfo=timezone(-offset if "-" in stated else offset)).astimezone(UTC)
