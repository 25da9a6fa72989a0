"""One host's connection after the handshake: routes packets to streams and opens services."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from typing import Final

from .handshake import Session
from .packets import MAX_PAYLOAD, Packet, ProtocolError, Verb, encode, read_packet
from .streams import Stream, StreamClosedError

MAX_STREAMS: Final = 256
"""More than adb opens for one device; beyond it OPEN is refused."""

DELAYED_ACK: Final = "delayed_ack"

Handler = Callable[[Stream], Awaitable[None]]
OpenService = Callable[[str], Handler | None]


class Link:
    """Serves one connection until either side ends it. Services that run on when it drops find their stream closed."""

    def __init__(
        self, session: Session, open_service: OpenService, *, features: tuple[str, ...], tasks: set[asyncio.Task[None]]
    ) -> None:
        self._session = session
        self._open_service = open_service
        self._tasks = tasks
        self._streams: dict[int, Stream] = {}
        self._next_id = 1
        self._is_windowed = DELAYED_ACK in features and DELAYED_ACK in session.host_features

    async def run(self) -> None:
        """Serve until the connection ends, then raise: `ProtocolError`, `ConnectionError` or `StreamClosedError`."""
        try:
            while True:
                await self._route(await read_packet(self._session.wire, max_payload=MAX_PAYLOAD))
        finally:
            for stream in self._streams.values():
                stream.mark_closed()
            self._session.wire.abort()

    def abort(self) -> None:
        """Drop the connection now."""
        self._session.wire.abort()

    async def _route(self, packet: Packet) -> None:
        match packet.verb:
            case Verb.OPEN:
                await self._open(packet)
            case Verb.OKAY:
                if stream := self._streams.get(packet.arg1):
                    stream.on_okay(packet.payload)
            case Verb.WRTE:
                if stream := self._streams.get(packet.arg1):
                    stream.on_write(packet.payload)
                else:
                    await self._send(Packet(verb=Verb.CLSE, arg0=0, arg1=packet.arg0))
            case Verb.CLSE:
                self._close(packet)
            case Verb.STLS if self._session.is_tls:
                pass  # adb's own STLS, so late that it came inside the TLS it asks for (see tls_start.py)
            case Verb.CNXN | Verb.AUTH | Verb.STLS:
                raise ProtocolError(f"{packet.verb.name} inside a session")

    async def _open(self, packet: Packet) -> None:
        service = packet.payload.rstrip(b"\0").decode("utf-8", "surrogateescape")
        handler = self._open_service(service) if len(self._streams) < MAX_STREAMS else None
        if handler is None or packet.arg0 == 0:
            await self._send(Packet(verb=Verb.CLSE, arg0=0, arg1=packet.arg0))
            return
        stream = Stream(
            self._send,
            local_id=self._next_id,
            remote_id=packet.arg0,
            max_payload=self._session.max_payload,
            host_window=packet.arg1 if self._is_windowed else None,
        )
        self._next_id += 1
        self._streams[stream.local_id] = stream
        await stream.accept()
        task = asyncio.create_task(self._serve(handler, stream))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _serve(self, handler: Handler, stream: Stream) -> None:
        try:
            with contextlib.suppress(StreamClosedError, ProtocolError):
                await handler(stream)
        except asyncio.CancelledError:
            stream.mark_closed()
            raise
        finally:
            with contextlib.suppress(StreamClosedError):
                await stream.close()
            stream.mark_closed()
            self._streams.pop(stream.local_id, None)

    def _close(self, packet: Packet) -> None:
        stream = self._streams.get(packet.arg1)
        if stream is None and packet.arg1 == 0:
            # The host may close before it has seen our OKAY: then it knows only its own id.
            stream = next((one for one in self._streams.values() if one.remote_id == packet.arg0), None)
        if stream is not None:
            stream.mark_closed()

    async def _send(self, packet: Packet) -> None:
        try:
            await self._session.wire.write(encode(packet))
        except (ConnectionError, OSError) as error:
            raise StreamClosedError from error
