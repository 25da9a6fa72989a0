"""inotify: what happens to files, told to whoever watches."""

import asyncio
from collections import deque
from dataclasses import dataclass
from enum import IntFlag
from typing import Final

QUEUE: Final = 16_384
"""`fs.inotify.max_queued_events`; what comes beyond is lost, and the loss is told once."""


class FileEvent(IntFlag):
    """Bits of `inotify(7)`."""

    NONE = 0
    ACCESS = 0x1
    MODIFY = 0x2
    ATTRIB = 0x4
    CLOSE_WRITE = 0x8
    CLOSE_NOWRITE = 0x10
    OPEN = 0x20
    MOVED_FROM = 0x40
    MOVED_TO = 0x80
    CREATE = 0x100
    DELETE = 0x200
    DELETE_SELF = 0x400
    MOVE_SELF = 0x800
    UNMOUNT = 0x2000
    OVERFLOW = 0x4000
    IGNORED = 0x8000


ALWAYS: Final = FileEvent.UNMOUNT | FileEvent.OVERFLOW | FileEvent.IGNORED
"""Told whether they were asked for or not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """One event."""

    watch: int
    """Which watch of the instance, from 1; 0 for an overflow."""
    events: FileEvent
    name: str | None
    """The name inside the watched directory; None when the event is about the watched path itself."""


class Inotify:
    """One instance: several watches, one queue."""

    def __init__(self) -> None:
        self._queue: deque[Notice] = deque()
        self._has_overflown = False
        self._changed = asyncio.Event()
        self._watches: list[Watch] = []

    def add(self, points: "list[Watch]", mask: FileEvent) -> int:
        """Watch the file or directory that `points` belongs to (`Entry.watches`). Return the watch's number; an entry
        that is watched already keeps its number and takes the new mask."""
        for watch in points:
            if watch.instance is self:
                watch.mask = mask
                return watch.number
        watch = Watch(self, len(self._watches) + 1, mask, points)
        self._watches.append(watch)
        points.append(watch)
        return watch.number

    async def read(self) -> tuple[Notice, ...]:
        """The events since the last read; waits for one."""
        while not self._queue:
            self._changed.clear()
            await self._changed.wait()
        return self.drain()

    def drain(self) -> tuple[Notice, ...]:
        """The events since the last read, maybe none."""
        notices = tuple(self._queue)
        self._queue.clear()
        self._has_overflown = False
        return notices

    def close(self) -> None:
        """Watch nothing any more."""
        for watch in self._watches:
            watch.leave()

    def put(self, notice: Notice) -> None:
        """Queue an event; equal neighbours are one, as in the kernel."""
        if self._queue and self._queue[-1] == notice:
            return
        if len(self._queue) >= QUEUE:
            if not self._has_overflown:
                self._has_overflown = True
                self._queue.append(Notice(watch=0, events=FileEvent.OVERFLOW, name=None))
            return
        self._queue.append(notice)
        self._changed.set()


class Watch:
    """One watched file or directory of an instance."""

    def __init__(self, instance: Inotify, number: int, mask: FileEvent, points: "list[Watch]") -> None:
        self.instance = instance
        self.number = number
        self.mask = mask
        self._points = points

    def tell(self, events: FileEvent, name: str | None) -> None:
        """Pass on what the mask lets through."""
        if events & (self.mask | ALWAYS):
            self.instance.put(Notice(watch=self.number, events=events, name=name))

    def leave(self) -> None:
        """Forget the place."""
        if self in self._points:
            self._points.remove(self)


def tell(points: "list[Watch]", events: FileEvent, name: str | None = None) -> None:
    """Tell everybody who watches there."""
    for watch in tuple(points):
        watch.tell(events, name)


def end(points: "list[Watch]") -> None:
    """The watched file or directory is gone for good."""
    for watch in tuple(points):
        watch.tell(FileEvent.DELETE_SELF, None)
        watch.tell(FileEvent.IGNORED, None)
        watch.leave()
