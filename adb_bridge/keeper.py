"""Carries out what `reconnect` decides for one address, against the real server."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from .addresses import ConnectOutcome
from .clock import Clock
from .reconnect import (
    Act,
    Dialled,
    Dialling,
    Link,
    LinkEvent,
    LinkState,
    Listed,
    Passed,
    ServerBack,
    ServerLost,
    Withdrawn,
    Woken,
    step,
)
from .records import AdbState


@dataclass(frozen=True, slots=True, kw_only=True)
class Switchboard:
    """What a keeper needs of the bridge."""

    clock: Clock
    listed: Callable[[str], AdbState | None]
    """The address's state in the server's latest list."""
    is_serving: Callable[[], bool]
    dial: Callable[[str], Awaitable[ConnectOutcome]]
    """Never raises but CancelledError."""
    release: Callable[[str], Awaitable[None]]
    """Have the server let go of a transport; never raises but CancelledError."""
    changed: Callable[[str, Link], None]
    """Called at every change of an address's link."""


class Keeper:
    """One remembered address. `run` ends only by being cancelled."""

    def __init__(self, address: str, board: Switchboard) -> None:
        self._address = address
        self._board = board
        self._news = asyncio.Event()
        self.link = Link()
        self._last_outcome: asyncio.Future[ConnectOutcome] | None = None

    def nudge(self) -> None:
        """The list or the server changed."""
        self._news.set()

    def wake(self) -> None:
        """The phone announced itself or an operator asks: no more patience."""
        self._take(Woken())

    def withdrawn(self) -> None:
        """The phone took its announcement back."""
        self._take(Withdrawn())

    async def dial_once(self) -> ConnectOutcome:
        """Wake, and wait for the end of the dial that is under way or comes next; ALREADY when the phone is
        there, AUTH_PENDING when it is about to be."""
        self._take(Listed(state=self._board.listed(self._address)))
        match self.link.state:
            case LinkState.READY:
                return ConnectOutcome.ALREADY
            case LinkState.HANDSHAKING:
                return ConnectOutcome.AUTH_PENDING
            case _ if not self.link.is_served:
                return ConnectOutcome.FAILED
            case _:
                pass
        if self._last_outcome is None:
            self._last_outcome = asyncio.get_running_loop().create_future()
        self.wake()
        return await asyncio.shield(self._last_outcome)

    async def run(self) -> None:
        """Hold the connection."""
        try:
            while True:
                self._news.clear()
                self._look()
                match self.link.act(self._board.clock.monotonic()):
                    case Act.NOTHING:
                        await self._wait()
                        continue
                    case Act.RELEASE_AND_DIAL:
                        self._take(Dialling())
                        await self._board.release(self._address)
                    case Act.DIAL:
                        self._take(Dialling())
                outcome = await self._board.dial(self._address)
                self._look()
                self._take(Dialled(outcome=outcome))
                self._tell(outcome)
        finally:
            self._tell(ConnectOutcome.FAILED)

    def _look(self) -> None:
        is_serving = self._board.is_serving()
        if is_serving is not self.link.is_served:
            self._take(ServerBack() if is_serving else ServerLost())
        self._take(Listed(state=self._board.listed(self._address)))
        self._take(Passed())

    async def _wait(self) -> None:
        due_s = self.link.due_s
        timeout_s = None if due_s is None else max(due_s - self._board.clock.monotonic(), 0.0)
        try:
            async with asyncio.timeout(timeout_s):
                await self._news.wait()
        except TimeoutError:
            return

    def _take(self, event: LinkEvent) -> None:
        before = self.link
        self.link = step(before, event, now_s=self._board.clock.monotonic(), chance=random.random())
        if self.link != before:
            self._news.set()
            self._board.changed(self._address, self.link)

    def _tell(self, outcome: ConnectOutcome) -> None:
        waiting, self._last_outcome = self._last_outcome, None
        if waiting is not None and not waiting.done():
            waiting.set_result(outcome)
