"""One channel's own lane: what is due is sent, and again until it arrived; nothing here waits for another channel."""

import asyncio
import random
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from adb_bridge.clock import Clock

from ..api.wire import AlertStatus
from ..archive.deliveries import DeliveryBook, OutcomeUnit
from ..archive.delivery_records import EVERY_CHANNEL, ArchivedChannel, ArchivedMessage, MessageState, TakenMessage
from ..logs import Log
from ..supervise import EventWaiter, RetryPolicy, Supervision, Waiter
from .addresses import AddressError, read_address
from .answers import Answer, Fate
from .courier import Courier
from .outgoing import Outgoing
from .routing import Route
from .wording import Wording

MOST_REFUSALS: Final = 5
"""Tries of a message that was refused for good, before it is given up."""
_PATIENCE: Final = RetryPolicy(first_s=15.0, cap_s=900.0)
_LOOK_S: Final = 60.0
_IMPORT_S: Final = 20.0
"""The first message of a run loads apprise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LaneParts:
    """What lanes are made of."""

    book: DeliveryBook
    clock: Clock
    log: Log
    base: Path | None
    """Folder of the configuration file."""
    told: Callable[[], None]
    """The health is to be asked anew."""
    waiter: Waiter = EventWaiter()
    chance: Callable[[], float] = random.random


class Lane:
    """Of one channel."""

    def __init__(self, route: Route, wording: Wording, parts: LaneParts) -> None:
        self.route = route
        self._wording = wording
        self._parts = parts
        self._courier = Courier(route.name)
        self._log = parts.log.bind(task=f"delivery.{route.name}")
        self._wake = asyncio.Event()
        self._wake.set()
        self._sent_s: deque[float] = deque(maxlen=route.section.most_per_minute)

    def wake(self) -> None:
        """Something may be due."""
        self._wake.set()

    async def run(self, supervision: Supervision) -> None:
        """For ever. Raises what the archive raises."""
        while True:
            wait_s = await self.step()
            supervision.well()
            if wait_s > 0:
                await self._parts.waiter.wait(self._wake, min(wait_s, _LOOK_S))

    async def step(self) -> float:
        """Try the next message that is due; seconds until there may be another, 0 for at once."""
        book, now = self._parts.book, self._parts.clock.now()
        known = await book.channels()
        channel = known.get(self.route.name) or ArchivedChannel(channel=self.route.name)
        shut = [one.held_until for one in (channel, known.get(EVERY_CHANNEL)) if one is not None]
        until = max((one for one in (*shut, channel.not_before) if one is not None and one > now), default=None)
        if until is not None:
            return min((until - now).total_seconds(), _LOOK_S)
        if (wait_s := self._too_soon_s()) > 0:
            return wait_s
        taken = await book.take(self.route.name)
        if taken is None:
            due = await book.next_due(self.route.name)
            return _LOOK_S if due is None else max((due - now).total_seconds(), 0.001)
        await self._try(taken, channel)
        return 0.0

    async def send(self, message: Outgoing) -> Answer:
        """Once, whatever is due."""
        section, base = self.route.section, self._parts.base

        def in_a_thread() -> Answer:
            from .plugins import sender_for

            try:
                return sender_for(read_address(section, base), section.timeout_s).deliver(message)
            except AddressError as error:
                return Answer(fate=Fate.LATER, code=error.code)

        self._sent_s.append(self._parts.clock.monotonic())
        return await self._courier.carry(in_a_thread, 2 * section.timeout_s + _IMPORT_S)

    async def note(self, answer: Answer) -> None:
        """What a message that is in no list met: a channel that works again is not kept waiting."""
        failures = 0 if answer.fate is Fate.TOOK else 1
        await self._parts.book.outcome(self._unit(0, MessageState.SENT, answer, failures, None))
        self.wake()

    async def _try(self, taken: TakenMessage, channel: ArchivedChannel) -> None:
        still = [one for one in taken.alerts if one.status is AlertStatus.OPEN]
        if not still:
            unit = self._unit(taken.message.message_no, MessageState.NEEDLESS, Answer(fate=Fate.TOOK), 0, None)
            await self._parts.book.outcome(unit)
            return
        answer = await self.send(await self._wording.message(taken, still))
        unit = self._outcome(taken.message, answer, channel.failures)
        await self._parts.book.outcome(unit)
        if unit.state is MessageState.DEAD or bool(channel.failures) is not bool(unit.failures):
            line = self._log.info if unit.code is None else self._log.warning
            line("delivery.outcome", code=unit.code or "ok", state=unit.state.name.lower(), tries=taken.message.tries)
            self._parts.told()

    def _outcome(self, message: ArchivedMessage, answer: Answer, failures: int) -> OutcomeUnit:
        if answer.fate is Fate.TOOK:
            return self._unit(message.message_no, MessageState.SENT, answer, 0, None)
        now = self._parts.clock.now()
        wait_s = _PATIENCE.delay_s(failures + 1, self._parts.chance())
        wait_s = max(wait_s, answer.retry_after_s or 0.0)
        first = message.first_tried_at or now
        is_old = now - first >= timedelta(hours=self.route.section.max_age_h)
        is_hopeless = answer.fate is Fate.REFUSED and message.tries >= MOST_REFUSALS
        state = MessageState.DEAD if is_old or is_hopeless else MessageState.WAITING
        return self._unit(message.message_no, state, answer, failures + 1, now + timedelta(seconds=wait_s))

    def _unit(
        self, number: int, state: MessageState, answer: Answer, failures: int, not_before: datetime | None
    ) -> OutcomeUnit:
        return OutcomeUnit(
            message_no=number,
            channel=self.route.name,
            state=state,
            code=answer.code,
            failures=failures,
            not_before=not_before,
        )

    def _too_soon_s(self) -> float:
        """Until the oldest of a minute's messages is a minute ago."""
        if len(self._sent_s) < self.route.section.most_per_minute:
            return 0.0
        return max(0.0, self._sent_s[0] + 60.0 - self._parts.clock.monotonic())
