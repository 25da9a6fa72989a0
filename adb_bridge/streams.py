"""One service on one phone: a socket to the server, switched to that phone, then a service name, then bytes."""

import asyncio
import contextlib
import socket
from collections.abc import Callable
from typing import Protocol, TypeVar

from .errors import BridgeErrorCode, DeviceUnavailableError, ServerUnavailableError
from .host_protocol import HOST_TIMEOUT_S, HostClient, refusal
from .records import TransportSerial

_CHUNK_BYTES = 256 * 1024
_MAX_REQUEST_BYTES = 0x8000

_T = TypeVar("_T")


class HostLink(Protocol):
    """A running adb server, as sessions need it."""

    async def ask(self, call: Callable[[HostClient], _T]) -> _T:
        """Run one blocking exchange with the server in a worker thread; bounded by the client's own timeouts."""


class DeviceStream:
    """Bytes to and from one service. `abort` from anywhere ends every wait on it with DEVICE_OFFLINE."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    async def read(self) -> bytes:
        """The next bytes, at most 256 KiB; b"" when the phone closed the stream or the cable is gone."""
        try:
            return await self._reader.read(_CHUNK_BYTES)
        except OSError:
            return b""

    async def read_exactly(self, size: int) -> bytes:
        """`size` bytes or fewer, fewer only at the end."""
        try:
            return await self._reader.readexactly(size)
        except asyncio.IncompleteReadError as error:
            return error.partial
        except OSError:
            return b""

    def write(self, request: bytes) -> None:
        """Send a few bytes; a dead connection shows at the next read."""
        self._writer.write(request)

    def abort(self) -> None:
        """Drop the connection now, without waiting for anybody."""
        self._writer.transport.abort()


async def take_socket(link: HostLink, call: Callable[[HostClient], socket.socket]) -> socket.socket:
    """The socket that an exchange left; when the caller is cancelled meanwhile, the thread's socket is closed."""
    exchange = asyncio.ensure_future(link.ask(call))
    try:
        return await asyncio.shield(exchange)
    except asyncio.CancelledError:
        exchange.add_done_callback(_close_orphan)
        raise


def _close_orphan(exchange: asyncio.Future[socket.socket]) -> None:
    if not exchange.cancelled() and exchange.exception() is None:
        exchange.result().close()


async def adopt(handed_over: socket.socket) -> DeviceStream:
    """Bring a connected socket onto this event loop."""
    try:
        reader, writer = await asyncio.open_connection(sock=handed_over, limit=_CHUNK_BYTES)
    except BaseException:
        handed_over.close()
        raise
    return DeviceStream(reader, writer)


async def open_service(link: HostLink, transport: TransportSerial, service: str) -> DeviceStream:
    """Open `service` on a phone. The phone may let this wait for ever: bound it outside.

    Raises:
        DeviceUnavailableError: offline, unauthorized, or it refused the service.
        ServerUnavailableError: no server.
        ValueError: the request is longer than 32 KiB.
    """
    request = service.encode(errors="surrogateescape")  # a file's name may be no UTF-8
    if len(request) > _MAX_REQUEST_BYTES:
        raise ValueError("a command for a phone is longer than 32 KiB")
    stream = await adopt(await take_socket(link, lambda client: client.switch_to(transport)))
    try:
        stream.write(b"%04x" % len(request) + request)
        verdict = await stream.read_exactly(4)
        if verdict == b"OKAY":
            return stream
        if verdict == b"FAIL":
            raise refusal(await _words(stream))
        raise DeviceUnavailableError(BridgeErrorCode.DEVICE_OFFLINE)
    except BaseException:
        stream.abort()
        raise


async def _words(stream: DeviceStream) -> str:
    """The reason after a FAIL: four hex digits and that many bytes."""
    with contextlib.suppress(ValueError, TimeoutError):
        async with asyncio.timeout(HOST_TIMEOUT_S):
            size = int(await stream.read_exactly(4), 16)
            return (await stream.read_exactly(size)).decode(errors="replace")
    return "closed"


def server_gone() -> ServerUnavailableError:
    """The error for a bridge that is stopped or between two servers."""
    return ServerUnavailableError(BridgeErrorCode.SERVER_UNAVAILABLE, "no adb server is running")
