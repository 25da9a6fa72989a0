"""One ADB stream: a pipe inside a connection, with its flow control.

Without delayed_ack one WRTE is in flight until its OKAY. With it the peers grant each other a window of bytes.
"""

import asyncio
import struct
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Final

from .packets import Packet, ProtocolError, Verb

ACK_WINDOW: Final = 32 * 1024 * 1024
"""Bytes a peer may send ahead when both speak delayed_ack."""

_ACK: Final = struct.Struct("<i")

SendPacket = Callable[[Packet], Awaitable[None]]


class StreamClosedError(Exception):
    """The other side is gone; like SIGPIPE for whoever writes."""


class Stream:
    """The device's end of a stream. Reads and writes are for one task each."""

    def __init__(
        self, send: SendPacket, *, local_id: int, remote_id: int, max_payload: int, host_window: int | None
    ) -> None:
        self.local_id = local_id
        self.remote_id = remote_id
        self.closed = asyncio.Event()
        self._send = send
        self._max_payload = max_payload
        self._is_windowed = host_window is not None
        self._credit = host_window if host_window is not None else 1
        self._changed = asyncio.Event()
        self._inbox: deque[bytes] = deque()
        self._inbox_bytes = 0
        self._is_close_sent = False

    async def accept(self) -> None:
        """Tell the host that the service runs."""
        await self._send_okay(ACK_WINDOW)

    async def write(self, data: bytes) -> None:
        """Send `data` in pieces the host can take. Raise `StreamClosedError` once the host has closed."""
        view = memoryview(data)
        while view:
            await self._wait_for_credit()
            size = min(len(view), self._max_payload, self._credit if self._is_windowed else len(view))
            self._credit -= size if self._is_windowed else 1
            payload = bytes(view[:size])
            view = view[size:]
            await self._send(Packet(verb=Verb.WRTE, arg0=self.local_id, arg1=self.remote_id, payload=payload))

    async def read(self) -> bytes:
        """The next piece from the host; b"" when it has closed. The host may send the next piece only after this."""
        while not self._inbox:
            if self.closed.is_set():
                return b""
            await self._wait_for_change()
        data = self._inbox.popleft()
        self._inbox_bytes -= len(data)
        if not self.closed.is_set():
            await self._send_okay(len(data))
        return data

    async def close(self) -> None:
        """Wait until the host has taken what was written, then close. Closing twice is silent."""
        if not self._is_windowed:
            while self._credit <= 0 and not self.closed.is_set():
                await self._wait_for_change()
        if self.closed.is_set() or self._is_close_sent:
            return
        self._is_close_sent = True
        await self._send(Packet(verb=Verb.CLSE, arg0=self.local_id, arg1=self.remote_id))
        self.mark_closed()

    def on_okay(self, payload: bytes) -> None:
        """The host acknowledged."""
        if self._is_windowed:
            if len(payload) != _ACK.size:
                raise ProtocolError("OKAY without a byte count")
            self._credit += int(_ACK.unpack(payload)[0])
        else:
            self._credit = 1
        self._changed.set()

    def on_write(self, payload: bytes) -> None:
        """The host sent data. Raise `ProtocolError` when it sends more than it was allowed to."""
        limit = ACK_WINDOW if self._is_windowed else 0
        if self._inbox and self._inbox_bytes + len(payload) > limit:
            raise ProtocolError("WRTE before OKAY")
        self._inbox.append(payload)
        self._inbox_bytes += len(payload)
        self._changed.set()

    def mark_closed(self) -> None:
        """The host closed, or the connection is gone."""
        self.closed.set()
        self._changed.set()

    async def _wait_for_credit(self) -> None:
        while True:
            if self.closed.is_set():
                raise StreamClosedError
            if self._credit > 0:
                return
            await self._wait_for_change()

    async def _wait_for_change(self) -> None:
        self._changed.clear()
        await self._changed.wait()

    async def _send_okay(self, size: int) -> None:
        payload = _ACK.pack(size) if self._is_windowed else b""
        await self._send(Packet(verb=Verb.OKAY, arg0=self.local_id, arg1=self.remote_id, payload=payload))
