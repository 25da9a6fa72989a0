"""Until when a request has to be answered.

Days are calendar days where the shop is, counted from the day after the request came in, to the end of the last one.
PIPL 50 asks for an answer "in time"; 15 days are practice in China (GB/T 35273 names 30 as the most). GDPR 12(3) gives
a month, 30 days here, and two more once. A weekend may only make it earlier; holidays are not known.
"""

from datetime import UTC, datetime, time, timedelta, tzinfo

from ..config import RequestsSection

_DAYS = {"pipl": (15, 15), "gdpr": (30, 60)}
_SATURDAY = 5


def due_at(received_at: datetime, section: RequestsSection, zone: tzinfo | None) -> datetime:
    """The last moment, UTC. `received_at` is aware; `zone` None: this machine's."""
    first, _ = _days(section)
    return _last_moment(received_at, first, section, zone)


def extended_due_at(received_at: datetime, section: RequestsSection, zone: tzinfo | None) -> datetime:
    """The last moment of a request whose time was extended, counted from its receipt, too."""
    first, more = _days(section)
    return _last_moment(received_at, first + more, section, zone)


def first_days(section: RequestsSection) -> int:
    """Days to answer, without an extension."""
    return _days(section)[0]


def days_left(due: datetime, now: datetime) -> int:
    """Whole days, negative when overdue: 0 in the last 24 hours."""
    return (due - now) // timedelta(days=1)


def _days(section: RequestsSection) -> tuple[int, int]:
    first, more = _DAYS[section.profile]
    return (
        first if section.due_days is None else section.due_days,
        more if section.extension_days is None else section.extension_days,
    )


def _last_moment(received_at: datetime, days: int, section: RequestsSection, zone: tzinfo | None) -> datetime:
    local = received_at.astimezone(zone)
    last = local.date() + timedelta(days=days)
    if section.weekends == "before" and last.weekday() >= _SATURDAY:
        last = max(local.date(), last - timedelta(days=last.weekday() - _SATURDAY + 1))
    moment = datetime.combine(last, time(23, 59, 59))
    aware = moment.astimezone() if zone is None else moment.replace(tzinfo=zone)
    return aware.astimezone(UTC)
