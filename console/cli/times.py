"""Times on the command line: `--since` takes ISO 8601 or "how long ago"; output is UTC."""

import re
from datetime import UTC, datetime, timedelta

_AGO = re.compile(r"(\d{1,6})\s*([smhdw])")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


def parse_since(text: str, now: datetime) -> datetime:
    """`2h`, `3d`, `45m`, `10s`, `1w` ago, or ISO 8601; without an offset this machine's time. Raises ValueError."""
    if match := _AGO.fullmatch(text.strip().lower()):
        try:
            return now - timedelta(**{_UNITS[match[2]]: int(match[1])})
        except OverflowError:
            raise ValueError(text) from None
    moment = datetime.fromisoformat(text.strip())
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise ValueError(text) from None


def shown(moment: datetime | None) -> str:
    """For tables: UTC to the second, `-` for never."""
    return "-" if moment is None else moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%SZ")
