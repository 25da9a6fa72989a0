"""The one door to all phones: a running adb server, the live list of transports, and remembered addresses."""

import asyncio
import contextlib
import random
import weakref
from collections.abc import AsyncGenerator, Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from .addresses import ConnectOutcome, parse_address, parse_verdict
from .binary import find_binary
from .board import Board
from .clock import Clock
from .errors import AdbBridgeError, ServerUnavailableError
from .host_protocol import HOST_TIMEOUT_S, HostClient
from .records import AdbState, Transport, TransportSerial
from .server import LOOPBACK, AdbServer
from .session import Session
from .streams import server_gone
from .tracking import track

_T = TypeVar("_T")

_CONNECT_TIMEOUT_S = 20.0
"""adb itself gives up on an address after 10 s."""
_CONNECTORS = 4
"""Threads that may wait for dead addresses at the same time; apart from the threads that open sessions."""
_HEALTH_INTERVAL_S = 10.0
_HEALTH_STRIKES = 3
_FIRST_DELAY_S = 0.25
_LONGEST_RESTART_DELAY_S = 5.0
_LONGEST_RECONNECT_DELAY_S = 30.0
_STEADY_S = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class BridgeSettings:
    """How to reach phones."""

    home: Path
    """HOME of the private server, with its keys. Made with mode 0700."""
    binary: Path | None = None
    """An adb >= 34; None takes the one adbutils ships, else the system's."""
    port: int = 0
    """Port of the private server on 127.0.0.1, 0 for a free one. Not 5037."""
    external: str | None = None
    """`host:port` of a server that somebody else runs: never started, never ended by us."""
    workers: int = 8
    """Threads for exchanges with the server; each lasts a millisecond when it is healthy."""


class Bridge:
    """One per daemon, on one event loop. `start`, use, `stop`; not to be started twice."""

    def __init__(self, settings: BridgeSettings, clock: Clock) -> None:
        self._settings = settings
        self._clock = clock
        self._server: AdbServer | None = None
        self._client: HostClient | None = None
        self._port = 0
        self._threads = ThreadPoolExecutor(settings.workers, thread_name_prefix="adb-host")
        self._connectors = ThreadPoolExecutor(_CONNECTORS, thread_name_prefix="adb-connect")
        self._tasks: set[asyncio.Task[None]] = set()
        self._keepers: dict[str, asyncio.Task[None]] = {}
        self._board = Board()
        self._listing = asyncio.Event()
        """Set while the server tells its list."""
        self._sessions: weakref.WeakSet[Session] = weakref.WeakSet()

    @property
    def server_port(self) -> int:
        """The server's TCP port; 0 before `start`."""
        return self._port

    @property
    def is_serving(self) -> bool:
        """False while the server is down or between two lives."""
        return self._listing.is_set()

    async def start(self) -> None:
        """Bring the server up (or find the external one) and begin to follow its list.

        Raises:
            ServerUnavailableError: SERVER_UNAVAILABLE, PORT_TAKEN, BINARY_MISSING or BINARY_TOO_OLD; nothing is left
                running.
        """
        if self._settings.external is not None:
            host, _, port = parse_address(self._settings.external).rpartition(":")
            self._client = HostClient(host.strip("[]"), int(port))
            self._port = int(port)
            await self.ask(lambda client: client.version())
        else:
            binary = await find_binary(self._settings.binary)
            server = AdbServer(binary=binary, home=self._settings.home, port=self._settings.port)
            await server.start()
            self._server, self._port = server, server.port
            self._client = HostClient(LOOPBACK, server.port)
            self._spawn(self._revive(server))
        self._spawn(self._follow())
        await self._board.first_listing(HOST_TIMEOUT_S)

    async def stop(self) -> None:
        """End everything that was started here; sessions end with DEVICE_OFFLINE, `watch` ends."""
        for task in (*self._tasks, *self._keepers.values()):
            task.cancel()
        await asyncio.gather(*self._tasks, *self._keepers.values(), return_exceptions=True)
        self._keepers.clear()
        for session in tuple(self._sessions):
            await session.close()
        self._client = None
        if self._server is not None:
            await self._server.stop()
        self._board.close()
        self._threads.shutdown(wait=False, cancel_futures=True)
        self._connectors.shutdown(wait=False, cancel_futures=True)

    def watch(self) -> AsyncGenerator[tuple[Transport, ...], None]:
        """The whole list now and after every change; () while the server is down. Ends at `stop`.

        Each iterator has its own backlog of 64 lists; one that is slower than that misses old ones, never the last.
        """
        return self._board.watch()

    async def connect(self, address: str) -> ConnectOutcome:
        """Connect to a phone on the network now, and remember it: it is retried for ever, with back-off, also after a
        restart of the server (which by itself gives up after 20 tries), until `disconnect`.

        Raises:
            ValueError: not a `host:port`.
        """
        address = parse_address(address)
        outcome = await self._dial(address)
        if address not in self._keepers:
            self._keepers[address] = asyncio.create_task(self._keep(address))
        return outcome

    async def disconnect(self, address: str) -> None:
        """Forget a remembered address and drop its connection.

        Raises:
            ValueError: not a `host:port`.
        """
        address = parse_address(address)
        keeper = self._keepers.pop(address, None)
        if keeper is not None:
            keeper.cancel()
            await asyncio.gather(keeper, return_exceptions=True)
        with contextlib.suppress(AdbBridgeError):
            await self.ask(lambda client: client.disconnect_from(address))

    def session(self, transport: TransportSerial) -> Session:
        """Calls on one transport. No I/O yet: a phone that is not there shows at the first call."""
        session = Session(self, transport)
        self._sessions.add(session)
        return session

    async def ask(self, call: Callable[[HostClient], _T]) -> _T:
        """Run one blocking exchange with the server in a worker thread (see `HostLink`).

        Raises:
            ServerUnavailableError: stopped, or nobody answers.
        """
        return await self._in_thread(self._threads, call)

    async def _in_thread(self, threads: ThreadPoolExecutor, call: Callable[[HostClient], _T]) -> _T:
        client = self._client
        if client is None:
            raise server_gone()
        return await asyncio.get_running_loop().run_in_executor(threads, call, client)

    def _spawn(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _follow(self) -> None:
        """Keep the board up to date, through any number of server deaths."""
        while True:
            with contextlib.suppress(AdbBridgeError):
                async for transports in track(self):
                    self._listing.set()
                    self._board.publish(transports)
            self._listing.clear()
            self._board.publish(())
            await asyncio.sleep(0.2)

    async def _revive(self, server: AdbServer) -> None:
        """Start the server again whenever it ends or stops answering."""
        delay_s = _FIRST_DELAY_S
        while True:
            since = self._clock.monotonic()
            await self._until_dead(server)
            await server.stop()
            if self._clock.monotonic() - since > _STEADY_S:
                delay_s = _FIRST_DELAY_S
            while True:
                await asyncio.sleep(delay_s)
                delay_s = min(delay_s * 2, _LONGEST_RESTART_DELAY_S)
                with contextlib.suppress(ServerUnavailableError, OSError):
                    await server.start()
                    break

    async def _until_dead(self, server: AdbServer) -> None:
        """Return when the process ended or did not answer three times in a row."""
        ended = asyncio.create_task(server.wait())
        try:
            strikes = 0
            while strikes < _HEALTH_STRIKES:
                done, _ = await asyncio.wait({ended}, timeout=_HEALTH_INTERVAL_S)
                if done:
                    return
                try:
                    await self.ask(lambda client: client.version())
                    strikes = 0
                except ServerUnavailableError:
                    strikes += 1
        finally:
            ended.cancel()

    async def _keep(self, address: str) -> None:
        """Hold the connection to one address. A phone that waits for its holder's consent is left alone."""
        attempt = 0
        while True:
            if not self._listing.is_set():
                # Not this phone's failure: it is called at once when the server is back.
                await self._listing.wait()
                attempt = 0
            state = self._board.state_of(address)
            if state not in {None, AdbState.OFFLINE}:
                attempt = 0
                await self._board.until_state_differs(address, state, timeout_s=None)
                continue
            delay_s = min(_FIRST_DELAY_S * 1.8**attempt, _LONGEST_RECONNECT_DELAY_S) * random.uniform(0.8, 1.2)
            if await self._board.until_state_differs(address, state, timeout_s=delay_s):
                continue
            attempt = min(attempt + 1, 20)
            if state is AdbState.OFFLINE:
                # The server holds on to a dead connection and answers "already connected": make it let go.
                with contextlib.suppress(AdbBridgeError):
                    await self.ask(lambda client: client.disconnect_from(address))
            await self._dial(address)

    async def _dial(self, address: str) -> ConnectOutcome:
        try:
            words = await self._in_thread(
                self._connectors, lambda client: client.connect_to(address, _CONNECT_TIMEOUT_S)
            )
        except AdbBridgeError:
            return ConnectOutcome.FAILED
        return parse_verdict(words)
