"""The one door to all phones: a running adb server, the live list of transports, and remembered addresses."""

import asyncio
import contextlib
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
from .keeper import Keeper, Switchboard
from .pairing import PAIR_TIMEOUT_S, PairReport, check_secret, parse_pairing
from .reconnect import Link
from .records import AdbState, Transport, TransportSerial
from .server import LOOPBACK, AdbServer
from .session import Session
from .streams import server_gone
from .tracking import track

_T = TypeVar("_T")

_CONNECT_TIMEOUT_S = 20.0
"""adb itself gives up on an address after 10 s."""
_SILENCE_S = 5.0
"""A phone that turns this computer away does so at once."""
_CONNECTORS = 16
"""Threads that may wait for dead addresses at the same time; apart from the threads that open sessions."""
_HEALTH_INTERVAL_S = 10.0
_HEALTH_STRIKES = 3
_FIRST_DELAY_S = 0.25
_LONGEST_RESTART_DELAY_S = 5.0
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
        self._switchboard = Switchboard(
            clock=clock,
            listed=lambda address: self._listed.get(address),
            is_serving=lambda: self.is_serving,
            dial=self._dial,
            release=self._release,
            changed=self._link_changed,
        )
        self._server: AdbServer | None = None
        self._client: HostClient | None = None
        self._port = 0
        self._threads = ThreadPoolExecutor(settings.workers, thread_name_prefix="adb-host")
        self._connectors = ThreadPoolExecutor(_CONNECTORS, thread_name_prefix="adb-connect")
        self._tasks: set[asyncio.Task[None]] = set()
        self._keepers: dict[str, tuple[Keeper, asyncio.Task[None]]] = {}
        self._listed: dict[str, AdbState] = {}
        """The server's own list."""
        self._board = Board()
        """That list and the addresses that turned us away."""
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
            self._spawn(self._follow_external())
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
        tasks = (*self._tasks, *(task for _, task in self._keepers.values()))
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
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

        A remembered address whose phone does not know this computer is UNAUTHORIZED in it, though the server, to which
        wireless debugging just closes the door, lists nothing.

        Each iterator has its own backlog of 64 lists; one that is slower than that misses old ones, never the last.
        """
        return self._board.watch()

    async def connect(self, address: str) -> ConnectOutcome:
        """Connect to a phone on the network now, and remember it: its connection is held by the rules of `reconnect`,
        also through restarts of the server, until `disconnect`. On a phone that refused before, it asks again.

        Raises:
            ValueError: not a `host:port`.
        """
        return await self._keeper(parse_address(address)).dial_once()

    def hold(self, address: str) -> None:
        """As `connect`, without waiting; for a known address the same as `wake`.

        Raises:
            ValueError: not a `host:port`.
        """
        self._keeper(parse_address(address)).wake()

    def withdrawn(self, address: str) -> None:
        """Whoever announced this address took it back. Unknown addresses are no error."""
        if address in self._keepers:
            self._keepers[address][0].withdrawn()

    def links(self) -> dict[str, Link]:
        """Every remembered address."""
        return {address: keeper.link for address, (keeper, _) in self._keepers.items()}

    async def disconnect(self, address: str) -> None:
        """Forget a remembered address and drop its connection.

        Raises:
            ValueError: not a `host:port`.
        """
        address = parse_address(address)
        if (known := self._keepers.pop(address, None)) is not None:
            known[1].cancel()
            await asyncio.gather(known[1], return_exceptions=True)
            self._link_changed(address, known[0].link)
        await self._release(address)

    async def pair(self, address: str, secret: str) -> PairReport:
        """Have the server pair with a phone that shows a pairing code, or the QR code's answer, at this address.

        Takes a second, on a dead address half a minute.

        Args:
            secret: The six digits, or the QR code's password. Never in a log or an error.

        Raises:
            ValueError: not a `host:port`, or not a secret that Android makes.
            ServerUnavailableError: nobody answers.
        """
        address, secret = parse_address(address), check_secret(secret)
        words = await self._in_thread(
            self._connectors, lambda client: client.pair_with(address, secret, PAIR_TIMEOUT_S)
        )
        return parse_pairing(words)

    async def reset(self, transport: TransportSerial) -> None:
        """Have the server drop one transport and open it again; for a cable whose phone does not answer.

        Raises:
            ServerUnavailableError, DeviceUnavailableError: not listed.
        """
        await self.ask(lambda client: client.reset_transport(transport))

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
                    self._publish(transports)
            self._listing.clear()
            self._publish(())
            await asyncio.sleep(0.2)

    async def _follow_external(self) -> None:
        """A server that hangs closes no connection and tells no change: then its list is waited for anew. Whoever runs
        it starts it again.
        """
        while True:
            following = asyncio.create_task(self._follow())
            try:
                await self._until_silent()
            finally:
                following.cancel()
                await asyncio.gather(following, return_exceptions=True)
                self._listing.clear()
            self._publish(())

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
        ended, silent = asyncio.create_task(server.wait()), asyncio.create_task(self._until_silent())
        try:
            await asyncio.wait({ended, silent}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            ended.cancel()
            silent.cancel()

    async def _until_silent(self) -> None:
        """Return when the server did not answer three times in a row."""
        strikes = 0
        while strikes < _HEALTH_STRIKES:
            await asyncio.sleep(_HEALTH_INTERVAL_S)
            try:
                await self.ask(lambda client: client.version())
                strikes = 0
            except ServerUnavailableError:
                strikes += 1

    def _publish(self, transports: tuple[Transport, ...]) -> None:
        self._listed = {one.serial: one.state for one in transports}
        self._show()
        for keeper, _ in self._keepers.values():
            keeper.nudge()

    def _link_changed(self, _address: str, _link: Link) -> None:
        if self._listing.is_set():
            self._show()

    def _show(self) -> None:
        listed = self._listed
        if not self._listing.is_set():
            self._board.publish(())
            return
        closed = {
            address: AdbState.UNAUTHORIZED
            for address, (keeper, _) in self._keepers.items()
            if keeper.link.was_refused and keeper.link.listed is None and address not in listed
        }
        self._board.publish(
            tuple(Transport(serial=TransportSerial(name), state=state) for name, state in (listed | closed).items())
        )

    def _keeper(self, address: str) -> Keeper:
        if address not in self._keepers:
            keeper = Keeper(address, self._switchboard)
            self._keepers[address] = (keeper, asyncio.create_task(keeper.run(), name=f"keep:{address}"))
        return self._keepers[address][0]

    async def _release(self, address: str) -> None:
        with contextlib.suppress(AdbBridgeError):
            await self.ask(lambda client: client.disconnect_from(address))

    async def _dial(self, address: str) -> ConnectOutcome:
        since_s = self._clock.monotonic()
        try:
            words = await self._in_thread(
                self._connectors, lambda client: client.connect_to(address, _CONNECT_TIMEOUT_S)
            )
        except AdbBridgeError:
            return ConnectOutcome.FAILED
        outcome = parse_verdict(words)
        if outcome is ConnectOutcome.TURNED_AWAY and self._clock.monotonic() - since_s >= _SILENCE_S:
            return ConnectOutcome.FAILED
        return outcome
