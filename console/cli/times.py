"""Times on the command line: `--since`, `--until` and `--at` take ISO 8601, dates, or "how long ago"; output is UTC."""

import re
from datetime import UTC, datetime, timedelta

_AGO = re.compile(
    r"(\d{1,6})\s*(?:个)?(s|m|h|d|w|秒钟?|分钟?|小时|钟头|天|日|周|星期|礼拜)\s*(?:之?前|以前|ago)?", re.IGNORECASE
)
_UNITS = {
    "s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks",
    "秒": "seconds", "分": "minutes", "小": "hours", "钟": "hours", "天": "days", "日": "days",
    "周": "weeks", "星": "weeks", "礼": "weeks",
}  # fmt: skip
_DAYS = {"today": 0, "yesterday": 1, "今天": 0, "今日": 0, "昨天": 1, "昨日": 1, "前天": 2}
_DAY_WORD = re.compile(rf"({'|'.join(_DAYS)})\s*(\d.*)?", re.IGNORECASE)
_CHINESE_DATE = re.compile(r"(?:(\d{4})\s*年\s*)?(\d{1,2})\s*月\s*(\d{1,2})\s*[日号]\s*(\d.*)?")
_CLOCK = re.compile(r"(\d{1,2})(?:[:：点时](\d{1,2})?)?(?:[:：分](\d{1,2})?)?秒?")
_WIDE = str.maketrans("０１２３４５６７８９：－　", "0123456789:- ")
_DAY = timedelta(days=1)


def parse_since(text: str, now: datetime) -> datetime:
    """`2h`, `3d`, `45m`, `10s`, `1w` ago (`2小时`, `3天前`), `今天`, `yesterday`, `5月4日 14:30`, a date, or ISO 8601;
    without an offset this machine's time. UTC. Raises ValueError."""
    return _parsed(text, now)[0]


def parse_until(text: str, now: datetime) -> datetime:
    """The same; a day without a time of day is meant with all its hours."""
    moment, is_day = _parsed(text, now)
    try:
        return moment + _DAY if is_day else moment
    except OverflowError:
        raise ValueError(text) from None


def shown(moment: datetime | None) -> str:
    """For tables: UTC to the second, `-` for never."""
    return "-" if moment is None else moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%SZ")


def _parsed(text: str, now: datetime) -> tuple[datetime, bool]:
    """The moment, and whether it is a day without a time."""
    plain = text.translate(_WIDE).strip()
    try:
        if match := _AGO.fullmatch(plain):
            return now - timedelta(**{_UNITS[match[2][0].lower()]: int(match[1])}), False
        moment, is_day = _local(plain, now)
        return moment.astimezone(UTC), is_day
    except OverflowError:
        raise ValueError(text) from None


def _local(plain: str, now: datetime) -> tuple[datetime, bool]:
    here = now.astimezone()
    if match := _DAY_WORD.fullmatch(plain):
        day = here - _DAY * _DAYS[match[1].lower()]
        return _at(day.year, day.month, day.day, match[2]), not match[2]
    if match := _CHINESE_DATE.fullmatch(plain):
        month, day_of_month = int(match[2]), int(match[3])
        year = int(match[1]) if match[1] else here.year
        moment = _at(year, month, day_of_month, match[4])
        if not match[1] and moment > here.replace(tzinfo=None) + _DAY:
            moment = _at(year - 1, month, day_of_month, match[4])  # a day that is still to come: last year's is meant
        return moment, not match[4]
    return datetime.fromisoformat(plain), re.fullmatch(r"\d{4}-?\d\d-?\d\d|\d{4}-?W\d\d-?\d?", plain) is not None


def _at(year: int, month: int, day: int, clock: str | None) -> datetime:
    hours = minutes = seconds = 0
    if clock:
        match = _CLOCK.fullmatch(clock.strip())
        if match is None:
            raise ValueError(clock)
        hours, minutes, seconds = (int(part or 0) for part in match.groups())
    return datetime(year, month, day, hours, minutes, seconds)  # noqa: DTZ001 - this machine's time, as people type it
