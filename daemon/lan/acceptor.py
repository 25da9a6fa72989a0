"""A port that strangers can reach: few connections an address, few altogether, and little time to say who one is."""

import asyncio
import contextlib
import socket
import ssl
from collections.abc import Callable
from dataclasses import dataclass

from ..logs import log_for

BACKLOG = 128
_NO_ROOM_PAUSE_S = 0.2


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptLimits:
    """Bounds of one port."""

    connections: int = 256
    of_one_address: int = 64
    handshakes: int = 64
    """At the same time. Beyond that the slowest one goes: an honest one takes milliseconds, strangers wait for ever."""
    handshake_s: float = 5.0
    shutdown_s: float = 2.0


class Acceptor:
    """Accepts at `listener`; whoever gets through the handshake is given to a protocol of `factory`."""

    def __init__(
        self,
        listener: socket.socket,
        context: ssl.SSLContext,
        factory: Callable[[], asyncio.BaseProtocol],
        limits: AcceptLimits | None = None,
    ) -> None:
        self._listener = listener
        self._context = context
        self._factory = factory
        self._limits = limits or AcceptLimits()
        self._shaking: dict[asyncio.Task[None], str] = {}
        self._open: dict[asyncio.Transport, str] = {}
        self._log = log_for("lan")
        self.turned_away = 0
        """Connections beyond a bound."""
        self.failed = 0
        """Handshakes that came to nothing."""

    async def run(self) -> None:
        """Until it is cancelled; then every connection is cut."""
        loop = asyncio.get_running_loop()
        try:
            while True:
                try:
                    link, peer = await loop.sock_accept(self._listener)
                except ConnectionError:
                    continue
                except OSError:  # no file descriptor left: those that are open end by themselves
                    await asyncio.sleep(_NO_ROOM_PAUSE_S)
                    continue
                self._admit(link, str(peer[0]))
        finally:
            self.close()

    def close(self) -> None:
        """Cut everything. Harmless twice."""
        self._listener.close()
        for task in tuple(self._shaking):
            task.cancel()
        self.cut(lambda _transport: True)

    def cut(self, is_meant: Callable[[asyncio.Transport], bool]) -> int:
        """End the connections that are meant, at once; how many."""
        meant = [transport for transport in self._live() if is_meant(transport)]
        for transport in meant:
            transport.abort()
        return len(meant)

    def any_open(self, is_meant: Callable[[asyncio.Transport], bool]) -> bool:
        """Whether one of the connections is meant."""
        return any(is_meant(transport) for transport in self._live())

    def _admit(self, link: socket.socket, address: str) -> None:
        if not self._has_room(address):
            self.turned_away += 1
            link.close()
            return
        task = asyncio.get_running_loop().create_task(self._shake_hands(link, address))
        self._shaking[task] = address
        task.add_done_callback(lambda done: self._shaking.pop(done, None) and None)

    def _has_room(self, address: str) -> bool:
        """Makes room where a handshake that goes on for longest is in the way."""
        limits, live = self._limits, list(self._live().values())
        if live.count(address) + list(self._shaking.values()).count(address) >= limits.of_one_address:
            return self._end_slowest(address)
        if len(self._shaking) >= limits.handshakes or len(live) + len(self._shaking) >= limits.connections:
            return self._end_slowest(None)
        return True

    def _end_slowest(self, address: str | None) -> bool:
        """None: of any address."""
        slowest = next((task for task, of in self._shaking.items() if address in (None, of)), None)
        if slowest is None:
            return False
        del self._shaking[slowest]
        slowest.cancel()
        self.turned_away += 1
        return True

    async def _shake_hands(self, link: socket.socket, address: str) -> None:
        loop = asyncio.get_running_loop()
        try:
            link.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
            transport, _ = await loop.connect_accepted_socket(
                self._factory,
                link,
                ssl=self._context,
                ssl_handshake_timeout=self._limits.handshake_s,
                ssl_shutdown_timeout=self._limits.shutdown_s,
            )
        except (OSError, ssl.SSLError) as error:  # strangers, old TLS, time-outs; ssl.SSLError says no content
            self.failed += 1
            self._log.debug("handshake_failed", error_type=type(error).__name__)
            with contextlib.suppress(OSError):
                link.close()
            return
        if isinstance(transport, asyncio.Transport):
            self._open[transport] = address

    def _live(self) -> dict[asyncio.Transport, str]:
        self._open = {transport: address for transport, address in self._open.items() if not transport.is_closing()}
        return self._open
