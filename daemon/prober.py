"""When a phone's capability table is made anew.

Rules:
1. At each connection, and then at intervals.
2. When somebody asks: a source was denied or came back, or an operator had everything read again. Asking often makes
   one look, and looks keep a pause between them: a phone that comes and goes is not asked without end.
3. A table with lines that failed for the moment is made anew soon; so is the first one of a connection that says no
   to something, because the daemon sets right what it can (the life of its key) at the same time.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

from adb_bridge.probe import is_settled
from adb_bridge.records import Availability, DeviceProfile

from .supervise import Supervision

PAUSE_S: Final = 10.0
SOON_S: Final = 30.0


class Prober:
    """One for a phone and a connection. Runs under `supervise`."""

    def __init__(self, interval_s: float, *, pause_s: float = PAUSE_S) -> None:
        self._interval_s = interval_s
        self._pause_s = min(pause_s, interval_s)
        self._asked = asyncio.Event()

    def ask(self) -> None:
        """Rule 2."""
        self._asked.set()

    async def run(self, supervision: Supervision, look: Callable[[], Awaitable[DeviceProfile]]) -> None:
        """Until it is cancelled or `look` raises."""
        is_first = True
        while True:
            self._asked.clear()
            profile = await look()
            supervision.well()
            is_denied = any(one.availability is Availability.NO for one in profile.capabilities)
            is_soon = not is_settled(profile.capabilities) or (is_first and is_denied)
            rest_s = min(SOON_S, self._interval_s) if is_soon else self._interval_s
            is_first = False
            await asyncio.sleep(self._pause_s)
            try:
                async with asyncio.timeout(max(0.0, rest_s - self._pause_s)):
                    await self._asked.wait()
            except TimeoutError:
                continue
