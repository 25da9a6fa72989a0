"""The phone's `events` log buffer: the newest entries, and waiting for the next one.

Tags and fields: AOSP `EventLogTags.logtags` of Android 11; see `lines_*` in event_lines.py for who writes what.
"""

import asyncio
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

CAPACITY: Final = 5_000
"""Entries kept; a reader that falls further behind misses some, as on a real phone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LogEntry:
    """One entry."""

    sequence: int
    """Grows by one per entry, from 0."""
    at: datetime
    """UTC by the phone's clock."""
    pid: int
    tag: str
    message: str


class EventLog:
    """Written by the phone's parts, read by `logcat`."""

    def __init__(self) -> None:
        self._entries: deque[LogEntry] = deque(maxlen=CAPACITY)
        self._next = 0
        self._waiting: set[asyncio.Future[None]] = set()

    @property
    def next_sequence(self) -> int:
        """The sequence the next entry will get."""
        return self._next

    def append(self, *, at: datetime, pid: int, tag: str, message: str) -> None:
        """Add an entry and wake the readers."""
        self._entries.append(LogEntry(sequence=self._next, at=at, pid=pid, tag=tag, message=message))
        self._next += 1
        for future in self._waiting:
            if not future.done():
                future.set_result(None)

    def clear(self) -> None:
        """Forget everything, as `logcat -c`."""
        self._entries.clear()

    def since(self, sequence: int) -> Sequence[LogEntry]:
        """Entries still kept with at least this sequence, oldest first."""
        if sequence >= self._next:
            return ()
        return [entry for entry in self._entries if entry.sequence >= sequence]

    async def wait_beyond(self, sequence: int) -> None:
        """Return once an entry with at least this sequence exists."""
        while self._next <= sequence:
            future = asyncio.get_running_loop().create_future()
            self._waiting.add(future)
            try:
                await future
            finally:
                self._waiting.discard(future)
