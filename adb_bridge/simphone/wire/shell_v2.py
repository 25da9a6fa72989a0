"""The shell_v2 framing: u8 id, u32 LE length, data. Ids: see `ShellId`.

Source: `shell_protocol.h`. Packets may be split and joined over WRTEs at will.
"""

import struct
from collections.abc import Iterator
from enum import IntEnum
from typing import Final

from .packets import ProtocolError
from .streams import Stream

_HEADER: Final = struct.Struct("<BI")
_MAX_LENGTH: Final = 1024 * 1024
_CHUNK: Final = 256 * 1024


class ShellId(IntEnum):
    """The kinds of shell packets."""

    STDIN = 0
    STDOUT = 1
    STDERR = 2
    EXIT = 3
    CLOSE_STDIN = 4
    WINDOW_SIZE = 5


def shell_packet(kind: ShellId, data: bytes) -> bytes:
    """One framed packet."""
    return _HEADER.pack(kind, len(data)) + data


class ShellPackets:
    """Cuts a byte stream into shell packets, whatever way it arrives."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    def feed(self, data: bytes) -> Iterator[tuple[int, bytes]]:
        """Add bytes; yield the complete packets as (id, data). Raise `ProtocolError` for a packet over 1 MiB."""
        self._buffer += data
        while len(self._buffer) >= _HEADER.size:
            kind, length = _HEADER.unpack_from(self._buffer)
            if length > _MAX_LENGTH:
                raise ProtocolError("shell packet too large")
            end = _HEADER.size + length
            if len(self._buffer) < end:
                return
            payload = bytes(self._buffer[_HEADER.size : end])
            del self._buffer[:end]
            yield kind, payload


class ShellInput:
    """The command's stdin out of shell packets."""

    def __init__(self, stream: Stream) -> None:
        self._stream = stream
        self._packets = ShellPackets()
        self._ready: list[bytes] = []
        self._is_ended = False

    async def read(self) -> bytes:
        """The next piece, b"" after close-stdin or when the host is gone."""
        while not self._ready and not self._is_ended:
            data = await self._stream.read()
            if not data:
                self._is_ended = True
            for kind, payload in self._packets.feed(data):
                if kind == ShellId.STDIN and payload:
                    self._ready.append(payload)
                elif kind == ShellId.CLOSE_STDIN:
                    self._is_ended = True
        return self._ready.pop(0) if self._ready else b""


class ShellOutput:
    """stdout or stderr as shell packets."""

    def __init__(self, stream: Stream, kind: ShellId) -> None:
        self._stream = stream
        self._kind = kind

    async def write(self, data: bytes) -> None:
        """Frame and send. Raise `StreamClosedError` when the host is gone."""
        for start in range(0, len(data), _CHUNK):
            await self._stream.write(shell_packet(self._kind, data[start : start + _CHUNK]))
