"""Carries out one phone's commands while it is connected: send, read back, and ask again after a lost link."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Final, assert_never

from adb_bridge.clock import Clock
from adb_bridge.errors import AdbBridgeError
from adb_bridge.records import DeviceSerial
from adb_bridge.session import Session
from adb_bridge.verbs.codes import Code
from adb_bridge.verbs.facts import PhoneFacts, probe_facts
from adb_bridge.verbs.result import Ending, StepTrace, VerbResult

from ..api.wire import CommandState, Verb
from ..archive.errors import ArchiveError, IllegalTransitionError
from ..archive.records import ArchivedCommand
from ..supervise import EventWaiter, Supervision, Waiter
from .carriers import BOOT_ID, Carriers, Trip
from .queue import CommandQueue
from .states import MOST_UNSURE, NEEDS_DECISION, Step

_LOOK_AGAIN_S: Final = 15.0
_MOVED_S: Final = 0.2
_PAUSE_S: Final = 3.0
_LONGEST_PAUSE_S: Final = 30.0
_MOST_ASKS: Final = 4
"""So often a phone that answers is asked how something ended, before that counts as not to be known."""
_RETRY_AFTER: Final = timedelta(seconds=10)
_RESEND_AFTER: Final = timedelta(seconds=2)
_FIRST_NOT_NOW_S: Final = 30.0
_LONGEST_NOT_NOW_S: Final = 900.0
_REFETCH_AT_MOST_S: Final = 330.0
_LINK_CODES: Final = frozenset({Code.LINK_LOST.value, Code.PHONE_UNAUTHORIZED.value, Code.REBOOTING.value})
"""How a read-back ends that was none: the phone is away, and is asked when it is back."""
INTERRUPTED: Final = "interrupted"
REFETCHED: Final = "refetched"


class CommandRunner:
    """For one phone and one connection."""

    def __init__(
        self,
        device: DeviceSerial,
        session: Session,
        *,
        queue: CommandQueue,
        carriers: Carriers,
        clock: Clock,
        refetch: Callable[[], Awaitable[bool]],
        known_facts: Callable[[], PhoneFacts | None],
        waiter: Waiter | None = None,
        probe: Callable[[Session], Awaitable[PhoneFacts]] = probe_facts,
    ) -> None:
        """`known_facts`: what is known without asking; a lock needs no more."""
        self._device = device
        self._session = session
        self._queue = queue
        self._carriers = carriers
        self._clock = clock
        self._refetch = refetch
        self._known_facts = known_facts
        self._waiter = waiter or EventWaiter()
        self._probe = probe
        self._news = queue.waiting.news_for(device)
        self._pause_s = _PAUSE_S
        self._asks: dict[str, int] = {}

    async def run(self, supervision: Supervision) -> None:
        """For ever. Whatever a crash or a lost link left as sent is asked about first."""
        while True:
            self._news.clear()
            command = self._queue.waiting.next(self._device, self._clock.now())
            if command is None:
                await self._waiter.wait(self._news, self._until_due_s())
            else:
                await self._try_to_advance(command)
            supervision.well()

    def _until_due_s(self) -> float:
        next_try_at = self._queue.waiting.next_try_at(self._device)
        if next_try_at is None:
            return _LOOK_AGAIN_S
        return min(_LOOK_AGAIN_S, max(0.05, (next_try_at - self._clock.now()).total_seconds()))

    async def _try_to_advance(self, command: ArchivedCommand) -> None:
        try:
            await self._advance(command)
        except IllegalTransitionError:
            # A person was first, or a step of a connection before this one is still being written.
            await self._waiter.wait(self._news, _MOVED_S)

    async def _advance(self, command: ArchivedCommand) -> None:
        match command.state:
            case CommandState.SENT:
                # Only one runner per phone: nobody else is sending it, so a former connection or daemon was.
                await self._queue.step(command, Step.UNSURE, Code.LINK_LOST)
            case CommandState.UNKNOWN:
                await self._ask_about(command)
            case _:
                await self._send(command)

    async def _send(self, command: ArchivedCommand) -> None:
        if command.verb is Verb.REFETCH:
            sent = await self._queue.step(command, Step.DISPATCH, None)
            await self._end(sent, await self._read_again(sent))
            return
        facts = await self._facts_for(command)
        if facts is None:
            return
        sent = await self._queue.step(command, Step.DISPATCH, None, steps=_kept_before(command, facts))
        trip = Trip(command=sent, session=self._session, facts=facts)
        try:
            result = await self._carriers.carry_out(trip)
        except asyncio.CancelledError:
            # The connection is gone, or the daemon stops: nobody knows how it ended, and until the phone is back that
            # is what lists have to say.
            with contextlib.suppress(ArchiveError):
                await self._queue.step(sent, Step.UNSURE, Code.LINK_LOST)
            raise
        await self._end(sent, result)

    async def _end(self, sent: ArchivedCommand, result: VerbResult) -> None:
        now = self._clock.now()
        match result.ending:
            case Ending.DONE:
                step, later = Step.VERIFIED, None
            case Ending.REFUSED | Ending.IMPOSSIBLE:
                step, later = Step.REFUSED, None
            case Ending.NOT_NOW:
                step, later = Step.NOT_NOW, now + timedelta(seconds=_not_now_s(sent, result))
            case Ending.NOT_SENT:
                is_interrupted = result.code == INTERRUPTED
                step, later = Step.NOT_SENT, None if is_interrupted else now + _RESEND_AFTER
            case Ending.UNSURE:
                step, later = Step.UNSURE, None
            case _:
                assert_never(result.ending)
        await self._queue.step(sent, step, result.code, next_try_at=later, steps=result.steps)

    async def _read_again(self, command: ArchivedCommand) -> VerbResult:
        """Until everything was read once; anything more urgent goes first."""
        reading = asyncio.ensure_future(self._refetch())
        news = asyncio.ensure_future(self._more_urgent(command))
        try:
            await asyncio.wait({reading, news}, return_when=asyncio.FIRST_COMPLETED, timeout=_REFETCH_AT_MOST_S)
            if reading.done():
                is_done = reading.result()
                return VerbResult(
                    ending=Ending.DONE if is_done else Ending.REFUSED, code=REFETCHED if is_done else "phone_failed"
                )
            if news.done():
                return VerbResult(ending=Ending.NOT_SENT, code=INTERRUPTED)
            return VerbResult(ending=Ending.UNSURE, code=Code.PHONE_TIMEOUT)
        finally:
            for task in (reading, news):
                task.cancel()
            await asyncio.gather(reading, news, return_exceptions=True)

    async def _more_urgent(self, command: ArchivedCommand) -> None:
        while not self._queue.waiting.has_other(command, self._clock.now()):
            self._news.clear()
            await self._waiter.wait(self._news, self._until_due_s())

    async def _ask_about(self, command: ArchivedCommand) -> None:
        """Was it carried out? What cannot be known is sent again if that does no harm, else a person decides."""
        if command.verb is Verb.REFETCH:
            await self._send_again(command, Code.LINK_LOST)
            return
        facts = await self._facts_for(command)
        if facts is None:
            return
        boot_id = await self._queue.kept_step(command, BOOT_ID)
        trip = Trip(command=command, session=self._session, facts=facts, boot_id=boot_id)
        found = await self._carriers.read_back(trip)
        if self._is_to_be_asked_again(command, found):
            await self._pause()
            return
        match found.ending:
            case Ending.DONE:
                await self._queue.step(command, Step.VERIFIED, found.code, steps=found.steps)
            case Ending.REFUSED if not self._carriers.is_repeatable(command):
                await self._queue.step(command, Step.REFUSED, found.code, steps=found.steps)
            case _ if self._carriers.is_repeatable(command):
                await self._send_again(command, found.code)
            case _:
                await self._queue.step(command, Step.UNDECIDED, NEEDS_DECISION, steps=found.steps)

    def _is_to_be_asked_again(self, command: ArchivedCommand, found: VerbResult) -> bool:
        """A phone that is away is asked when it is back; one that is there and does not tell, a few times."""
        if found.ending is Ending.UNSURE and found.code in _LINK_CODES:
            return True
        asks = self._asks.get(command.command_id, 0) + 1
        may_tell_later = found.ending is Ending.UNSURE and not self._carriers.is_repeatable(command)
        if asks < _MOST_ASKS and (may_tell_later or found.code == Code.PHONE_TIMEOUT):
            self._asks[command.command_id] = asks
            return True
        self._asks.pop(command.command_id, None)
        return False

    async def _send_again(self, command: ArchivedCommand, code: str) -> None:
        if command.unknown_count >= MOST_UNSURE:
            await self._queue.step(command, Step.REFUSED, code)
            return
        later = self._clock.now() + (_RETRY_AFTER if command.unknown_count > 1 else timedelta(0))
        await self._queue.step(command, Step.RETRY, code, next_try_at=later)

    async def _facts_for(self, command: ArchivedCommand) -> PhoneFacts | None:
        """None: the phone could not be asked, and this waited a little. A lock does not wait for an answer."""
        if command.verb is Verb.LOCK and (known := self._known_facts()) is not None:
            return known
        try:
            facts = await self._probe(self._session)
        except AdbBridgeError:
            await self._pause()
            return None
        self._pause_s = _PAUSE_S
        return facts

    async def _pause(self) -> None:
        """News end it: something more urgent may go without asking first."""
        await self._waiter.wait(self._news, self._pause_s)
        self._pause_s = min(2 * self._pause_s, _LONGEST_PAUSE_S)


def _kept_before(command: ArchivedCommand, facts: PhoneFacts) -> tuple[StepTrace, ...]:
    """What a read-back compares with is on the disk before anything is sent."""
    if command.verb is not Verb.REBOOT or facts.boot_id is None:
        return ()
    return (StepTrace(step=BOOT_ID, code=facts.boot_id, exit_code=None, stderr_sha256=None),)


def _not_now_s(command: ArchivedCommand, result: VerbResult) -> float:
    """Longer each time, and not before the phone said."""
    patience_s = min(_LONGEST_NOT_NOW_S, _FIRST_NOT_NOW_S * 2.0 ** min(command.not_now_count, 10))
    return max(result.retry_after_s or 0.0, patience_s if result.retry_after_s is None else 0.0)
