"""Counts since the start, for whoever watches from outside: by source, severity and state, never by phone or person."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from adb_bridge.records import Source
from policies.model import Severity

BOUNDS_S: Final = (0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0)
"""Upper bounds of a reading's duration."""


@dataclass(slots=True)
class Durations:
    """A histogram."""

    counts: list[int] = field(default_factory=lambda: [0] * (len(BOUNDS_S) + 1))
    """By the smallest bound that is not exceeded; the last one exceeds all."""
    sum_s: float = 0.0

    def note(self, duration_s: float) -> None:
        """One more."""
        place = next((place for place, bound in enumerate(BOUNDS_S) if duration_s <= bound), len(BOUNDS_S))
        self.counts[place] += 1
        self.sum_s += duration_s


@dataclass(slots=True)
class Meters:
    """One per daemon; changed on the event loop only."""

    events: Counter[Source] = field(default_factory=Counter)
    """New records, committed."""
    verdicts: Counter[Severity] = field(default_factory=Counter)
    """Alerts that were raised, committed."""
    readings: dict[Source, Durations] = field(default_factory=dict)
    """Readings that succeeded."""
    failures: Counter[Source] = field(default_factory=Counter)
    last_success_at_s: dict[Source, float] = field(default_factory=dict)
    """Seconds since 1970."""
    restarts: Counter[str] = field(default_factory=Counter)
    """Of supervised tasks, by the task's name; tasks of phones go by `device`."""

    def read(self, source: Source, duration_s: float, at_s: float) -> None:
        """A source was read."""
        self.readings.setdefault(source, Durations()).note(duration_s)
        self.last_success_at_s[source] = at_s

    def failed(self, source: Source) -> None:
        """A source could not be read."""
        self.failures[source] += 1

    def committed(self, source: Source, new_events: int, raised: Iterable[Severity]) -> None:
        """A commit took."""
        self.events[source] += new_events
        self.verdicts.update(raised)
