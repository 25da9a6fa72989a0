"""Whether the daemon gets anywhere: what a ping of the watchdog means.

Rules:
1. The loop: whoever asks runs on it; a loop that hangs asks nobody and pings nothing.
2. The writer: idle, or with one group of units for less than `writer_s`. A group is a second's work; the largest
   deletion known here took fifteen.
3. The collectors: of the phones that are connected and collected from, one at least took a turn, good or bad, within
   `collectors_s`. One phone that hangs is that phone's trouble; all of them for so long are ours.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Protocol


class Stuck(StrEnum):
    """What does not go on. Codes for the log and the status line."""

    WRITER_ENDED = "writer_ended"
    WRITER = "writer"
    COLLECTORS = "collectors"


class WriterState(Protocol):
    """Of the archive."""

    @property
    def is_writable(self) -> bool: ...
    @property
    def writer_busy_s(self) -> float: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """Seconds."""

    writer_s: float = 40.0
    collectors_s: float = 900.0


PATIENCE: Final = Patience()


def stuck_part(
    writer: WriterState, turned_s: Iterable[float], *, now_s: float, patience: Patience = PATIENCE
) -> Stuck | None:
    """What is stuck, None when all goes on.

    Args:
        turned_s: When each phone that is collected from took its last turn, by the same monotonic clock as `now_s`.
    """
    if not writer.is_writable:
        return Stuck.WRITER_ENDED
    if writer.writer_busy_s >= patience.writer_s:
        return Stuck.WRITER
    last_s = max(turned_s, default=now_s)
    return Stuck.COLLECTORS if now_s - last_s >= patience.collectors_s else None
