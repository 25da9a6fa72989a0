"""The latest list of transports, for any number of readers on one event loop."""

import asyncio
import contextlib
from collections import deque
from collections.abc import AsyncGenerator

from .records import Transport

_LONGEST_BACKLOG = 64


class Board:
    """Publish lists, read them in order."""

    def __init__(self) -> None:
        self._transports: tuple[Transport, ...] = ()
        self._backlogs: list[deque[tuple[Transport, ...]]] = []
        self._news = asyncio.Event()
        self._has_listing = asyncio.Event()
        self._is_closed = False

    def publish(self, transports: tuple[Transport, ...]) -> None:
        """A new list; an equal one is not news."""
        self._has_listing.set()
        if transports == self._transports:
            return
        self._transports = transports
        for backlog in self._backlogs:
            backlog.append(transports)
        self._wake()

    def close(self) -> None:
        """End all readers after what they have not read yet."""
        self._is_closed = True
        self._wake()

    async def first_listing(self, timeout_s: float) -> None:
        """Wait for the first list, at most so long."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(timeout_s):
                await self._has_listing.wait()

    async def watch(self) -> AsyncGenerator[tuple[Transport, ...], None]:
        """The latest list at once, then each later one; a reader 64 lists behind misses the oldest."""
        backlog: deque[tuple[Transport, ...]] = deque([self._transports], maxlen=_LONGEST_BACKLOG)
        self._backlogs.append(backlog)
        try:
            while True:
                while backlog:
                    yield backlog.popleft()
                if self._is_closed:
                    return
                await self._news.wait()
        finally:
            # By identity: two backlogs of equal content are equal.
            self._backlogs = [other for other in self._backlogs if other is not backlog]

    def _wake(self) -> None:
        # Everyone who waits holds the old event; a fresh one makes the next wait a real one.
        news, self._news = self._news, asyncio.Event()
        news.set()
