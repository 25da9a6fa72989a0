"""When a phone's capability table is made anew.

Rules:
1. At each connection, and then at intervals.
2. When somebody asks: a source was denied or came back, or an operator had everything read again. Asking often makes
   one look, and looks keep a pause between them: a phone that comes and goes is not asked without end.
3. A table with lines that failed for the moment is made anew soon.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

from adb_bridge.probe import is_settled
from adb_bridge.records import DeviceProfile

from .supervise import Supervision

PAUSE_S: Final = 10.0
SOON_S: Final = 60.0


class Prober:
    """One for a phone and a connection. Runs under `supervise`."""

    def __init__(self, interval_s: float) -> None:
        self._interval_s = interval_s
        self._pause_s = min(PAUSE_S, interval_s)
        self._asked = asyncio.Event()

    def ask(self) -> None:
        """Rule 2."""
        self._asked.set()

    async def run(self, supervision: Supervision, look: Callable[[], Awaitable[DeviceProfile]]) -> None:
        """Until it is cancelled or `look` raises."""
        while True:
            self._asked.clear()
            profile = await look()
            supervision.well()
            rest_s = self._interval_s if is_settled(profile.capabilities) else min(SOON_S, self._interval_s)
            await asyncio.sleep(self._pause_s)
            try:
                async with asyncio.timeout(max(0.0, rest_s - self._pause_s)):
                    await self._asked.wait()
            except TimeoutError:
                continue
