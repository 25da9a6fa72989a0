"""The moment that stands in a file name, as written: phone-local unless the name says otherwise."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

_EARLIEST_YEAR: Final = 2005
_LATEST_YEAR: Final = 2100
_CENTURY: Final = 2000
_LARGEST_OFFSET_MIN: Final = 14 * 60


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedTime:
    """When a call began by the name of its recording."""

    wall: datetime
    """Naive: the phone's wall clock, or UTC plus `utc_offset_min`."""
    utc_offset_min: int | None
    """None: the phone's own zone at that time."""
    precision_s: int
    """1, or 60 for names without seconds."""


def read_time(digits: str, *, millis: str | None = None, offset: str | None = None) -> NamedTime | None:
    """Twelve or fourteen digits of year to second, or ten of a two-digit year to the minute.

    Args:
        digits: 14: yyyyMMddHHmmss; 12: yyMMddHHmmss; 10: yyMMddHHmm.
        millis: Digits after the second, at most three count.
        offset: `+0800`, `-03:30` or `Z`.

    Returns:
        None when that is no moment between 2005 and 2100.
    """
    full = digits if len(digits) == 14 else f"{_CENTURY // 100}{digits}"
    precision_s = 1
    if len(full) == 12:
        full, precision_s = full + "00", 60
    if len(full) != 14 or not (full.isascii() and full.isdigit()):
        return None
    year = int(full[:4])
    month, day, hour, minute, second = (int(full[at : at + 2]) for at in range(4, 14, 2))
    if not _EARLIEST_YEAR <= year < _LATEST_YEAR:
        return None
    try:
        wall = datetime(year, month, day, hour, minute, second)  # noqa: DTZ001 - its zone is settled elsewhere
    except ValueError:
        return None
    if millis:
        wall += timedelta(milliseconds=int(millis[:3].ljust(3, "0")))
    return NamedTime(wall=wall, utc_offset_min=_offset_min(offset), precision_s=precision_s)


def _offset_min(offset: str | None) -> int | None:
    if not offset:
        return None
    if offset in "Zz":
        return 0
    match = re.fullmatch(r"([+-])([0-9]{2}):?([0-9]{2})", offset)
    if match is None:
        return None
    minutes = int(match[2]) * 60 + int(match[3])
    if minutes > _LARGEST_OFFSET_MIN or int(match[3]) >= 60:
        return None
    return -minutes if match[1] == "-" else minutes
