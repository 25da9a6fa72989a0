"""Carries out one phone's commands while it is connected: send, read back, and ask again after a lost link."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import assert_never

from adb_bridge.clock import Clock
from adb_bridge.commands import LockResult, NoticeResult, is_notice_posted, lock, post_notice, probe_lock
from adb_bridge.errors import AdbBridgeError, BridgeErrorCode, ShellCommandError
from adb_bridge.records import DeviceSerial
from adb_bridge.session import Session

from .api.wire import CommandState, Verb
from .archive.records import ArchivedCommand
from .command_queue import CommandQueue
from .commands import MAX_TRIES, Step
from .supervise import Supervision

NOTICE_TAG = "shopwarden"
_LOOK_AGAIN_S = 15.0
_PROBE_PAUSE_S = 3.0
_RETRY_AFTER = timedelta(seconds=10)


@dataclass(frozen=True, slots=True)
class StandingNotice:
    """What the phone shows its holder."""

    title: str
    text: str


@dataclass(frozen=True, slots=True)
class _Outcome:
    step: Step
    result: str


class CommandRunner:
    """For one phone and one connection."""

    def __init__(
        self,
        device: DeviceSerial,
        session: Session,
        queue: CommandQueue,
        clock: Clock,
        notice: StandingNotice,
        *,
        timeout_s: float,
        refetch: Callable[[], Awaitable[bool]],
    ) -> None:
        self._device = device
        self._session = session
        self._queue = queue
        self._clock = clock
        self._notice = notice
        self._timeout_s = timeout_s
        self._refetch = refetch

    async def run(self, supervision: Supervision) -> None:
        """For ever. Whatever a crash or a lost link left as sent is asked about first."""
        news = self._queue.news_for(self._device)
        while True:
            news.clear()
            command = await self._queue.next_for(self._device)
            if command is None:
                await _wait(news, _LOOK_AGAIN_S)
            else:
                await self._advance(command)
            supervision.well()

    async def _advance(self, command: ArchivedCommand) -> None:
        match command.state:
            case CommandState.SENT:
                # Only one runner per phone: nobody else is sending it, so a former connection or daemon was.
                await self._queue.step(command, Step.LINK_LOST, "link_lost")
            case CommandState.UNKNOWN:
                await self._ask_about(command)
            case _:
                sent = await self._queue.step(command, Step.DISPATCH, None)
                outcome = await self._carry_out(sent)
                await self._queue.step(sent, outcome.step, outcome.result)

    async def _carry_out(self, command: ArchivedCommand) -> _Outcome:
        """Bounded in time; a lost link is an outcome, not an error."""
        try:
            async with asyncio.timeout(self._timeout_s if command.verb is not Verb.REFETCH else None):
                return await self._send(command.verb)
        except TimeoutError:
            return _Outcome(Step.LINK_LOST, "phone_timeout")
        except ShellCommandError:
            return _Outcome(Step.REFUSED, "phone_failed")
        except AdbBridgeError as error:
            return _Outcome(Step.LINK_LOST, _LINK_RESULTS.get(error.code, "link_lost"))

    async def _send(self, verb: Verb) -> _Outcome:
        match verb:
            case Verb.LOCK:
                return _of_lock(await lock(self._session))
            case Verb.NOTICE:
                notice = self._notice
                return _of_notice(
                    await post_notice(self._session, tag=NOTICE_TAG, title=notice.title, text=notice.text)
                )
            case Verb.REFETCH:
                is_done = await self._refetch()
                return _Outcome(Step.VERIFIED, "refetched") if is_done else _Outcome(Step.REFUSED, "phone_failed")
            case _:
                assert_never(verb)

    async def _ask_about(self, command: ArchivedCommand) -> None:
        """Was it carried out? What cannot be confirmed is sent again, a few times."""
        try:
            async with asyncio.timeout(self._timeout_s):
                found = await self._read_back(command.verb)
        except (TimeoutError, AdbBridgeError):
            await asyncio.sleep(_PROBE_PAUSE_S)
            return
        if found is not None and found.step is Step.VERIFIED:
            await self._queue.step(command, Step.VERIFIED, found.result)
        elif command.tries >= MAX_TRIES or (found is not None and found.step is Step.REFUSED):
            await self._queue.step(command, Step.REFUSED, found.result if found is not None else "not_verified")
        else:
            later = self._clock.now() + (_RETRY_AFTER if command.tries > 1 else timedelta(0))
            await self._queue.step(command, Step.RETRY, "not_verified", next_try_at=later)

    async def _read_back(self, verb: Verb) -> _Outcome | None:
        match verb:
            case Verb.LOCK:
                result = await probe_lock(self._session)
                return _of_lock(result) if result is LockResult.LOCKED else None
            case Verb.NOTICE:
                is_there = await is_notice_posted(self._session, NOTICE_TAG)
                return _Outcome(Step.VERIFIED, "posted") if is_there else None
            case Verb.REFETCH:
                return None
            case _:
                assert_never(verb)


_LINK_RESULTS = {
    BridgeErrorCode.DEVICE_TIMEOUT: "phone_timeout",
    BridgeErrorCode.DEVICE_UNAUTHORIZED: "phone_unauthorized",
}


def _of_lock(result: LockResult) -> _Outcome:
    match result:
        case LockResult.LOCKED:
            return _Outcome(Step.VERIFIED, "locked")
        case LockResult.NO_SCREEN_LOCK:
            return _Outcome(Step.REFUSED, "no_screen_lock")
        case LockResult.NOT_VERIFIED:
            return _Outcome(Step.LINK_LOST, "not_verified")
        case LockResult.REFUSED:
            return _Outcome(Step.REFUSED, "refused")
        case _:
            assert_never(result)


def _of_notice(result: NoticeResult) -> _Outcome:
    match result:
        case NoticeResult.POSTED:
            return _Outcome(Step.VERIFIED, "posted")
        case NoticeResult.NOT_SUPPORTED:
            return _Outcome(Step.REFUSED, "not_supported")
        case NoticeResult.REFUSED:
            return _Outcome(Step.REFUSED, "refused")
        case _:
            assert_never(result)


async def _wait(event: asyncio.Event, timeout_s: float) -> None:
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(timeout_s):
            await event.wait()
