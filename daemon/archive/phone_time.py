"""When something happened by our clock, from what a phone claimed and what its clock was found to be wrong by."""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from crypto.database import Database, SqlValue

TOLERANCE_US: Final = 2_000_000
"""A clock that is wrong by less counts as right."""
_SLACK_US: Final = 120_000_000
"""A record is received after it happened; two clocks' readings may say otherwise by so much."""
_END: Final = 2**62
_READINGS: Final = "SELECT read_at, offset_ms FROM phone_clocks WHERE device_no = ? ORDER BY read_at, ledger_index"


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockSpan:
    """A time of ours in which a phone's clock was wrong by the same."""

    since_us: int
    until_us: int
    offset_us: int
    """The phone's minus ours."""


RIGHT: Final = ClockSpan(since_us=-_END, until_us=_END, offset_us=0)
"""A clock that is right, or of which nothing is known."""


class PhoneTime:
    """One phone's clock over time. Before its first reading it counts as right."""

    def __init__(self, readings: Sequence[tuple[int, int]]) -> None:
        """(our time, offset) in microseconds, oldest first."""
        self._spans: list[ClockSpan] = []
        for at, (since_us, offset_us) in enumerate(readings):
            until_us = readings[at + 1][0] if at + 1 < len(readings) else _END
            if abs(offset_us) >= TOLERANCE_US and since_us < until_us:
                self._spans.append(ClockSpan(since_us=since_us, until_us=until_us, offset_us=offset_us))
        self._starts = [span.since_us for span in self._spans]

    @classmethod
    def load(cls, database: Database, device_no: int) -> "PhoneTime":
        """From the ledgered readings of a phone."""
        rows = database.fetch_all(_READINGS, (device_no,))
        return cls([(read_at, offset * 1000) for read_at, offset in _integers(rows)])

    @property
    def spans(self) -> tuple[ClockSpan, ...]:
        """Every span that an event of this phone can belong to; RIGHT is one of them."""
        return (RIGHT, *self._spans)

    def span_of(self, occurred_us: int, received_us: int) -> ClockSpan:
        """The span in which a claim was made. The last that agrees with when it was received; else RIGHT."""
        latest = bisect_right(self._starts, received_us)
        for span in reversed(self._spans[:latest]):
            ours = occurred_us - span.offset_us
            if span.since_us <= ours < span.until_us and ours <= received_us + _SLACK_US:
                return span
        return RIGHT


def _integers(rows: Iterable[Sequence[SqlValue]]) -> Iterable[tuple[int, int]]:
    for row in rows:
        match row:
            case (int(first), int(second)):
                yield first, second
            case _:
                continue
