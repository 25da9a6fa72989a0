"""`--since`, `--until` and `--at` as moments, with the command line's own error for what is none."""

from collections.abc import Callable
from datetime import UTC, datetime

from .context import UsageError
from .times import parse_since, parse_until


def moment_of(text: str, now: datetime | None = None) -> datetime:
    """`2h` before `now`, a date, ISO 8601 (see `times`). UsageError."""
    return _read(parse_since, text, now)


def end_of(text: str, now: datetime | None = None) -> datetime:
    """As `moment_of`; a day is meant with all its hours."""
    return _read(parse_until, text, now)


def since_of(text: str | None, now: datetime | None = None) -> datetime | None:
    """None when it was not asked for. UsageError."""
    return None if text is None else moment_of(text, now)


def until_of(text: str | None, now: datetime | None = None) -> datetime | None:
    """None when it was not asked for; see `end_of`. UsageError."""
    return None if text is None else end_of(text, now)


def _read(parse: Callable[[str, datetime], datetime], text: str, now: datetime | None) -> datetime:
    try:
        return parse(text, datetime.now(UTC) if now is None else now)
    except ValueError:
        raise UsageError("usage.bad_time", text=text) from None
