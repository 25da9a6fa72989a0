"""`date` (toybox: `-u`, `-d @SECONDS[.FRACTION]`, `-d "YYYY-MM-DD hh:mm[:ss]"`, `+FORMAT` with %s and %N) and `uptime`.

Source: toybox `date.c` (LineageOS/android_external_toybox); other options it has are not here.
"""

import re
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Final

from .call import Call

_NANO: Final = re.compile(r"%([1-9]?)N")
_UNIX: Final = re.compile(r"@(-?\d{1,11})(?:\.(\d{1,9})\d*)?")
_CIVIL: Final = re.compile(r"(\d{4})-(\d\d)-(\d\d)[ T](\d\d):(\d\d)(?::(\d\d))?")
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


async def date(call: Call) -> int:
    """Setting the date is refused to shell."""
    words = list(call.arguments)
    zone: tzinfo = call.handset.zone
    moment: str | None = None
    while words and words[0].startswith("-"):
        word = words.pop(0)
        if word == "-u":
            zone = UTC
        elif word == "-d" and words:
            moment = words.pop(0)
        elif word.startswith("-d") and len(word) > 2:
            moment = word[2:]
        else:
            await call.complain(f"date: Unknown option '{word[1:2]}' (see \"date --help\")")
            return 1
    if words and not words[0].startswith("+"):
        await call.complain("date: cannot set date: Operation not permitted")
        return 1
    at = call.handset.now().astimezone(zone) if moment is None else _parse(moment, zone)
    if at is None:
        await call.complain(f"date: bad date '{moment}'")
        return 1
    form = words[0][1:] if words else "%a %b %e %H:%M:%S %Z %Y"
    nanos = f"{at.microsecond:06d}000"
    form = _NANO.sub(lambda match: nanos[: int(match.group(1) or 9)], form)
    form = form.replace("%s", str((at - _EPOCH) // timedelta(seconds=1)))
    await call.print(at.strftime(form) if form else "")
    return 0


def _parse(text: str, zone: tzinfo) -> datetime | None:
    try:
        if match := _UNIX.fullmatch(text):
            fraction_us = int((match[2] or "0").ljust(6, "0")[:6])
            return (_EPOCH + timedelta(seconds=int(match[1]), microseconds=fraction_us)).astimezone(zone)
        if match := _CIVIL.fullmatch(text):
            year, month, day, hour, minute, second = (int(part or 0) for part in match.groups())
            return datetime(year, month, day, hour, minute, second, tzinfo=zone)
    except (ValueError, OverflowError):
        return None
    return None


async def uptime(call: Call) -> int:
    """As toybox prints it."""
    seconds = int(call.handset.uptime_s())
    days, hours, minutes = seconds // 86_400, seconds // 3600 % 24, seconds // 60 % 60
    up = f"{days} days, {hours:2d}:{minutes:02d}" if days else f"{hours:2d}:{minutes:02d}"
    await call.print(f" {call.handset.local_time():%H:%M:%S} up {up},  0 users,  load average: 1.21, 1.08, 0.96")
    return 0
