"""The host's STLS, also when it comes late.

adb 36 (seen: 36.0.0) answers STLS from one thread and starts TLS in another, so that under load its ClientHello now and
then overtakes its STLS. A real phone hangs up and is connected again by the person; a simulated one puts the two in
order, so that trainings and tests do not depend on the load of the machine.
"""

import asyncio
import contextlib
import socket
from typing import Final

from .packets import MAX_HANDSHAKE_PAYLOAD, ProtocolError, SocketWire, Verb, Wire, read_packet

_TLS_HANDSHAKE: Final = 0x16
_RECORD_HEADER_BYTES: Final = 5
_LONGEST_HELLO_BYTES: Final = 16 * 1024
_CHUNK_BYTES: Final = 256 * 1024

_relays: set[asyncio.Task[None]] = set()


class _Prefixed:
    """A wire of which some bytes were read already."""

    def __init__(self, prefix: bytes, wire: Wire) -> None:
        self._prefix = prefix
        self._wire = wire

    async def read_exactly(self, size: int) -> bytes:
        """From the prefix first."""
        taken, self._prefix = self._prefix[:size], self._prefix[size:]
        return taken + await self._wire.read_exactly(size - len(taken)) if len(taken) < size else taken

    async def write(self, data: bytes) -> None:
        """Send everything."""
        await self._wire.write(data)


async def take_tls_start(connection: socket.socket) -> socket.socket:
    """Read the host's STLS; return the socket on which TLS goes on: `connection`, or one that relays to it.

    Raise `ProtocolError` when something else came, `OSError` when the host left.
    """
    wire = SocketWire(connection)
    head = await wire.read_exactly(_RECORD_HEADER_BYTES)
    if head[0] != _TLS_HANDSHAKE:
        await _expect_stls(_Prefixed(head, wire))
        return connection
    length = int.from_bytes(head[3:5], "big")
    if length > _LONGEST_HELLO_BYTES:
        raise ProtocolError("TLS record too large")
    hello = head + await wire.read_exactly(length)
    near, far = socket.socketpair()
    for end in (near, far):
        end.setblocking(False)
    relay = asyncio.create_task(_relay(connection, near, hello))
    _relays.add(relay)
    relay.add_done_callback(_relays.discard)
    return far


async def _expect_stls(wire: Wire) -> None:
    if (await read_packet(wire, max_payload=MAX_HANDSHAKE_PAYLOAD)).verb is not Verb.STLS:
        raise ProtocolError("expected STLS")


async def _relay(connection: socket.socket, near: socket.socket, hello: bytes) -> None:
    """Both ways until one side ends."""
    with contextlib.suppress(OSError):
        await asyncio.get_running_loop().sock_sendall(near, hello)
    pumps = [asyncio.create_task(_pump_records(connection, near)), asyncio.create_task(_pump(near, connection))]
    try:
        await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for pump in pumps:
            pump.cancel()
        await asyncio.gather(*pumps, return_exceptions=True)
        connection.close()
        near.close()


async def _pump_records(connection: socket.socket, near: socket.socket) -> None:
    """TLS records from the host one by one, until the late STLS was found between two of them and dropped."""
    wire = SocketWire(connection)
    loop = asyncio.get_running_loop()
    with contextlib.suppress(OSError):
        while True:
            head = await wire.read_exactly(_RECORD_HEADER_BYTES)
            if head.startswith(b"STLS"):
                with contextlib.suppress(ProtocolError):
                    await _expect_stls(_Prefixed(head, wire))
                break
            await loop.sock_sendall(near, head + await wire.read_exactly(int.from_bytes(head[3:5], "big")))
        await _pump(connection, near)


async def _pump(source: socket.socket, sink: socket.socket) -> None:
    loop = asyncio.get_running_loop()
    with contextlib.suppress(OSError):
        while chunk := await loop.sock_recv(source, _CHUNK_BYTES):
            await loop.sock_sendall(sink, chunk)
