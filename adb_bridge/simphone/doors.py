"""The ports through which hosts come in, and the connections through them.

One phone may have several: the cable's stand-in, wireless debugging, `adb tcpip`. They share one list of trusted hosts.
"""

import asyncio
import contextlib
import socket
from dataclasses import dataclass, field
from typing import Final

from .spec import AuthMode, Security
from .trust import TrustedHosts
from .wire.auth import HostKey
from .wire.handshake import Banner, Gate, shake_hands
from .wire.link import Link, OpenService
from .wire.packets import ProtocolError
from .wire.sockets import open_streams
from .wire.streams import StreamClosedError

MAX_CONNECTIONS: Final = 16
"""Open at once, over all doors; more are turned away."""


@dataclass(eq=False, slots=True, kw_only=True)
class Door:
    """One listening port."""

    listener: socket.socket
    security: Security
    is_shut: bool = False
    """Hosts that knock are reset, as when the cable is out."""
    accepting: asyncio.Task[None] | None = None
    connections: set[asyncio.Task[None]] = field(default_factory=set)
    links: set[Link] = field(default_factory=set)

    @property
    def host(self) -> str:
        """The phone's IPv4 address."""
        return str(self.listener.getsockname()[0])

    @property
    def port(self) -> int:
        """The TCP port."""
        return int(self.listener.getsockname()[1])

    @property
    def address(self) -> str:
        """`IP:PORT` for `adb connect`."""
        return f"{self.host}:{self.port}"

    def cut(self) -> None:
        """Drop the connections through this door."""
        for task in tuple(self.connections):
            task.cancel()
        for link in tuple(self.links):
            link.abort()

    def shut(self) -> None:
        """As `cut`, and let nobody in until `reopen`."""
        self.is_shut = True
        self.cut()

    def reopen(self) -> None:
        """Let hosts in again."""
        self.is_shut = False


class Doors:
    """All doors of a phone. To be used on one event loop."""

    def __init__(
        self,
        *,
        auth: AuthMode,
        trusted: TrustedHosts,
        banner: Banner,
        open_service: OpenService,
        tasks: set[asyncio.Task[None]],
    ) -> None:
        """`tasks` gets the services that run for hosts."""
        self.trusted = trusted
        self._auth = auth
        self._banner = banner
        self._open_service = open_service
        self._tasks = tasks
        self._allowed = asyncio.Event()
        self._is_plugged = True
        self._doors: list[Door] = []
        self._connections: set[asyncio.Task[None]] = set()
        self._accepting: set[asyncio.Task[None]] = set()

    def open(self, host: str, port: int, security: Security) -> Door:
        """Listen; port 0 takes a free one. Raise `OSError`."""
        listener = socket.create_server((host, port), backlog=32)
        listener.setblocking(False)
        door = Door(listener=listener, security=security)
        door.accepting = asyncio.get_running_loop().create_task(self._accept(door))
        # Not before the loop has let go of it: the number may be another socket's at once.
        door.accepting.add_done_callback(lambda _task: listener.close())
        self._accepting.add(door.accepting)
        door.accepting.add_done_callback(self._accepting.discard)
        self._doors.append(door)
        return door

    def close(self, door: Door) -> None:
        """Stop listening and drop its connections. Closing twice is silent."""
        if door not in self._doors:
            return
        self._doors.remove(door)
        if door.accepting is not None:
            door.accepting.cancel()
        door.shut()

    async def close_all(self) -> None:
        """Close every door and wait until its connections are gone."""
        pending = (*self._accepting, *self._connections)
        for door in tuple(self._doors):
            self.close(door)
        await asyncio.gather(*pending, return_exceptions=True)

    def allow_host(self) -> None:
        """The person at the phone says yes to the host that is asking, or will ask next (PENDING)."""
        self._allowed.set()

    def unauthorize(self) -> None:
        """Forget all hosts, ask from now on, and drop everybody."""
        self.trusted.forget_all()
        self._allowed.clear()
        self._auth = AuthMode.PENDING
        self.cut()

    def cut(self) -> None:
        """Drop all connections; hosts may come again."""
        for door in self._doors:
            door.cut()

    def unplug(self) -> None:
        """As `cut`, and let nobody in until `plug`."""
        self._is_plugged = False
        self.cut()

    def plug(self) -> None:
        """Let hosts in again."""
        self._is_plugged = True

    async def settle(self) -> None:
        """Return when no connection is left but the caller's own."""
        me = asyncio.current_task()
        await asyncio.gather(*(task for task in self._connections if task is not me), return_exceptions=True)

    @property
    def links(self) -> tuple[Link, ...]:
        """The authorised connections."""
        return tuple(link for door in self._doors for link in door.links)

    async def _accept(self, door: Door) -> None:
        loop = asyncio.get_running_loop()
        while True:
            connection, _ = await loop.sock_accept(door.listener)
            if not self._is_plugged or door.is_shut or len(self._connections) >= MAX_CONNECTIONS:
                _set_reset(connection)
                connection.close()
                continue
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            task = asyncio.create_task(self._serve(door, connection))
            for tasks in (door.connections, self._connections):
                tasks.add(task)
                task.add_done_callback(tasks.discard)

    async def _serve(self, door: Door, connection: socket.socket) -> None:
        reader, raw = await open_streams(connection)
        gate = Gate(
            trusted=None if self._auth is AuthMode.OPEN else self.trusted.current,
            ask=self._ask,
            admit=self._admits if door.security is Security.TLS else None,
        )
        try:
            session = await shake_hands(reader, raw, self._banner, gate)
        except (ProtocolError, OSError):
            raw.abort()
            return
        except asyncio.CancelledError:
            _set_reset(connection)
            raw.abort()
            raise
        link = Link(session, self._open_service, features=self._banner.features, tasks=self._tasks)
        door.links.add(link)
        if session.host_key is not None:
            self.trusted.enter(session.host_key)
        try:
            with contextlib.suppress(ProtocolError, OSError, StreamClosedError):
                await link.run()
        finally:
            if session.host_key is not None:
                self.trusted.leave(session.host_key)
            door.links.discard(link)

    async def _ask(self, key: HostKey) -> None:
        match self._auth:
            case AuthMode.REFUSE:
                await asyncio.Event().wait()
            case AuthMode.PENDING:
                await self._allowed.wait()
            case AuthMode.ACCEPT | AuthMode.OPEN:
                pass
        self.trusted.trust(key)

    def _admits(self, key: HostKey) -> bool:
        """TLS asks nobody: an unknown host is turned away until it was paired, or the person said yes before."""
        if self._auth is AuthMode.OPEN or key in self.trusted.current():
            return True
        if self._auth is AuthMode.ACCEPT or (self._auth is AuthMode.PENDING and self._allowed.is_set()):
            self.trusted.trust(key)
            return True
        return False


def _set_reset(connection: socket.socket) -> None:
    """Let the close be a RST, as a pulled cable is: no goodbye."""
    with contextlib.suppress(OSError):
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")
