"""A phone's sources in lanes: what is slow in one lane does not hold up the others.

Text messages are what alerts wait for and have a lane to themselves. Multimedia messages, calls and contacts share one:
their reads are many `content` queries, each of which starts a Java VM on the phone. What apps show and the telephony
state cost a phone nearly nothing; a recording of two hours is pulled in a lane of its own. Each lane has its own
session, so a phone answers at most one query of a lane at a time.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from enum import StrEnum

from adb_bridge.clock import Clock
from adb_bridge.records import Source

from .schedule import Job, Schedule
from .supervise import Supervision

_LONGEST_PAUSE_S = 60.0


class LaneName(StrEnum):
    """Which lane."""

    MESSAGES = "messages"
    RECORDS = "records"
    """Also status and notice."""
    SHOWN = "shown"
    FILES = "files"


LANE_OF = {
    Source.SMS: LaneName.MESSAGES,
    Source.NOTIFICATIONS: LaneName.SHOWN,
    Source.CALL_STATE: LaneName.SHOWN,
    Source.RECORDINGS: LaneName.FILES,
}
"""Every other source goes with the records."""


@dataclass(slots=True)
class Lane:
    """One schedule and who works it off."""

    name: LaneName
    schedule: Schedule
    wake: asyncio.Event = field(default_factory=asyncio.Event)

    async def run(self, supervision: Supervision, clock: Clock, do: Callable[[Job], Awaitable[None]]) -> None:
        """Until `do` raises."""
        while True:
            self.wake.clear()
            now_s = clock.monotonic()
            job = self.schedule.next_job(now_s)
            if job is None:
                await _wait(self.wake, min(max(self.schedule.next_due_s() - now_s, 0.0), _LONGEST_PAUSE_S))
                continue
            self.schedule.started(job, now_s)
            await do(job)
            supervision.well()


async def _wait(event: asyncio.Event, timeout_s: float) -> None:
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(timeout_s):
            await event.wait()
