"""Moments for people: an age that fits a cell, and the absolute time with its offset."""

from collections.abc import Callable
from datetime import UTC, datetime, tzinfo
from typing import Final, TypeAlias

from daemon.api.texts import Texts

Now: TypeAlias = Callable[[], datetime]
"""Gives the present moment, aware."""

MINUTE_S: Final = 60
HOUR_S: Final = 3600
DAY_S: Final = 86400


def system_now() -> datetime:
    """The machine's clock, UTC."""
    return datetime.now(UTC)


class Times:
    """Formats moments in the console's time zone (`zone` None: the machine's)."""

    def __init__(self, texts: Texts, now: Now = system_now, zone: tzinfo | None = None) -> None:
        self._texts = texts
        self._now = now
        self._zone = zone

    def now(self) -> datetime:
        """The present, in the console's zone."""
        return self._local(self._now())

    def age(self, moment: datetime) -> str:
        """How long ago, in one unit: `12s`, `5m`, `3h`, `9d`. A moment to come counts as now."""
        return self.span(int((self._now() - moment).total_seconds()))

    def span(self, seconds: int) -> str:
        """A duration in one unit, rounded down."""
        seconds = max(seconds, 0)
        if seconds < MINUTE_S:
            return self._texts.get("app.time.seconds", n=seconds)
        if seconds < HOUR_S:
            return self._texts.get("app.time.minutes", n=seconds // MINUTE_S)
        if seconds < DAY_S:
            return self._texts.get("app.time.hours", n=seconds // HOUR_S)
        return self._texts.get("app.time.days", n=seconds // DAY_S)

    def ago(self, moment: datetime) -> str:
        """The age as a phrase: `5m ago`."""
        return self._texts.get("app.time.ago", age=self.age(moment))

    def short(self, moment: datetime) -> str:
        """`14:03:22` today, `11-21 14:03` before; eleven cells at most."""
        local = self._local(moment)
        return local.strftime("%H:%M:%S" if local.date() == self.now().date() else "%m-%d %H:%M")

    def full(self, moment: datetime) -> str:
        """`2025-11-22 14:03:22 +08:00`."""
        return self._local(moment).isoformat(sep=" ", timespec="seconds").replace("+", " +")

    def both(self, moment: datetime) -> str:
        """Absolute with the age behind it."""
        return f"{self.full(moment)} ({self.ago(moment)})"

    def _local(self, moment: datetime) -> datetime:
        try:
            return moment.astimezone(self._zone)
        except (OverflowError, ValueError, OSError):
            return moment
