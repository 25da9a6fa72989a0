"""When a channel is quiet and when its digest is due, in the shop's time zone. Pure; times are aware."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Final

from .sections import ChannelSection

_WEEKDAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_MOST_DAYS: Final = 400
"""So far ahead the end of a quiet time is sought."""


class CalendarError(ValueError):
    """A date that does not exist, or a last day before the first. `key` and `content` say which."""

    def __init__(self, key: str, content: str) -> None:
        super().__init__(f"{key}: {content}")
        self.key = key
        self.content = content


@dataclass(frozen=True, slots=True, kw_only=True)
class Calendar:
    """Of one channel."""

    hours: tuple[tuple[time, time], ...]
    weekdays: frozenset[int]
    """0 is Monday."""
    days: tuple[tuple[date, date], ...]
    """First and last, inclusive."""
    work_days: tuple[tuple[date, date], ...]
    digest_every: timedelta | None
    digest_at: time | None
    zone: tzinfo | None
    """None: this machine's."""

    @classmethod
    def of(cls, channel: ChannelSection, zone: tzinfo | None) -> "Calendar":
        """CalendarError."""
        every = channel.digest_every_min
        return cls(
            hours=tuple(_hours(one) for one in channel.quiet_hours),
            weekdays=frozenset(_WEEKDAYS.index(one) for one in channel.quiet_weekdays),
            days=tuple(_ranges("quiet_days", channel.quiet_days)),
            work_days=tuple(_ranges("work_days", channel.work_days)),
            digest_every=None if every is None else timedelta(minutes=every),
            digest_at=None if channel.digest_at is None else time.fromisoformat(channel.digest_at),
            zone=zone,
        )

    @property
    def is_digest(self) -> bool:
        """Whether alerts are collected."""
        return self.digest_every is not None or self.digest_at is not None

    def quiet_until(self, moment: datetime) -> datetime | None:
        """The end of the quiet time that `moment` is in, UTC; None when it is in none. Times that touch count as one.

        A calendar that is quiet for ever ends after 400 days.
        """
        at = moment
        for _ in range(_MOST_DAYS * (1 + len(self.hours))):
            end = self._end(at)
            if end is None or end <= at:
                break
            at = end
        return None if at == moment else at

    def digest_due(self, first: datetime) -> datetime:
        """When what came first at `first` is told, UTC. `first` itself for a channel without a digest."""
        if self.digest_at is not None:
            local = first.astimezone(self.zone)
            for day in (local.date(), local.date() + timedelta(days=1)):
                due = self._utc(day, self.digest_at)
                if due > first:
                    return due
            return self._utc(local.date() + timedelta(days=2), self.digest_at)
        return first if self.digest_every is None else first + self.digest_every

    def _end(self, moment: datetime) -> datetime | None:
        """The end of one quiet time around `moment`."""
        local = moment.astimezone(self.zone)
        today = local.date()
        if self._is_quiet_day(today):
            return self._utc(today + timedelta(days=1), time())
        for begin, end in self.hours:
            for day in (today - timedelta(days=1), today):
                starts = self._utc(day, begin)
                ends = self._utc(day if begin < end else day + timedelta(days=1), end)
                if starts <= moment < ends:
                    return ends
        return None

    def _is_quiet_day(self, day: date) -> bool:
        if _is_among(day, self.work_days):
            return False
        return day.weekday() in self.weekdays or _is_among(day, self.days)

    def _utc(self, day: date, at: time) -> datetime:
        """A local time that a change of clocks skips counts as the one an hour on."""
        local = datetime.combine(day, at)
        aware = local.astimezone() if self.zone is None else local.replace(tzinfo=self.zone)
        return aware.astimezone(UTC)


def _hours(text: str) -> tuple[time, time]:
    begin, _, end = text.partition("-")
    return time.fromisoformat(begin), time.fromisoformat(end)


def _ranges(key: str, texts: Iterable[str]) -> Iterator[tuple[date, date]]:
    for text in texts:
        first, _, last = text.partition("/")
        try:
            days = date.fromisoformat(first), date.fromisoformat(last or first)
        except ValueError:
            raise CalendarError(key, text) from None
        if days[1] < days[0]:
            raise CalendarError(key, text)
        yield days


def _is_among(day: date, ranges: Iterable[tuple[date, date]]) -> bool:
    return any(first <= day <= last for first, last in ranges)
