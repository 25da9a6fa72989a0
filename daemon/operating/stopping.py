"""An end that is never late: what was asked to stop and does not is left behind.

A thread that hangs in a system call cannot be ended, and Python waits for it at exit. The archive stands any kill
(`docs/faults.md`), so a daemon that is told to stop ends within `STOP_AT_MOST_S` in any case.
"""

import asyncio
import os
import threading
from collections.abc import Awaitable, Callable
from typing import Final

from ..logs import Log, log_for

STOP_AT_MOST_S: Final = 10.0
"""From SIGTERM to the end of the process. `TimeoutStopSec` of the unit is more."""
TASKS_AT_MOST_S: Final = 3.0
"""Of that, for the work under way: sessions to phones are closed, what was sent stays SENT and is asked after later."""
STEPS_AT_MOST_S: Final = 4.0
"""And for whoever serves people. What is left is the archive's own end."""
OVERDUE_STATUS: Final = 70
"""EX_SOFTWARE: the exit status of a process that had to be cut off."""


class LastResort:
    """Ends the process a while after `arm`, unless `disarm` comes first."""

    def __init__(self, after_s: float = STOP_AT_MOST_S, end: Callable[[int], object] = os._exit) -> None:
        self._after_s = after_s
        self._end = end
        self._timer: threading.Timer | None = None

    def arm(self) -> None:
        """Once; later calls do nothing."""
        if self._timer is None:
            self._timer = threading.Timer(self._after_s, self._cut_off)
            self._timer.daemon = True
            self._timer.start()

    def disarm(self) -> None:
        """All ended in time."""
        if self._timer is not None:
            self._timer.cancel()

    def _cut_off(self) -> None:
        log_for("stop").error("stop.overdue", duration_s=self._after_s)
        self._end(OVERDUE_STATUS)


class Closing:
    """Steps of an end, one after the other, that share a time."""

    def __init__(self, at_most_s: float = STEPS_AT_MOST_S, log: Log | None = None) -> None:
        self._until_s = asyncio.get_running_loop().time() + at_most_s
        self._log = log or log_for("stop")

    @property
    def left_s(self) -> float:
        """Never less than a tenth: each step gets a chance."""
        return max(self._until_s - asyncio.get_running_loop().time(), 0.1)

    async def step(self, name: str, work: Awaitable[object]) -> None:
        """Wait for it as long as there is time; its errors are logged and end nothing else."""
        try:
            async with asyncio.timeout(self.left_s):
                await work
        except TimeoutError:
            self._log.warning("stop.step_overdue", where=name)
        except Exception as error:  # noqa: BLE001 - the steps after this one matter as much
            self._log.warning("stop.step_failed", where=name, error_type=type(error).__name__)
