"""ADB packets: 24 bytes of header, then a payload.

Source: LineageOS/android_packages_modules_adb lineage-22.0 (`adb.h`, `types.h`), checked against adb 36.0.0.
"""

import asyncio
import contextlib
import struct
from dataclasses import dataclass
from enum import IntEnum
from typing import Final, Protocol

VERSION: Final = 0x01000001
"""From this version on both sides ignore `check`."""

STLS_VERSION: Final = 0x01000000
MAX_PAYLOAD: Final = 1024 * 1024
MAX_HANDSHAKE_PAYLOAD: Final = 4096
"""Limit for packets before the first CNXN."""

_HEADER: Final = struct.Struct("<6I")


class Verb(IntEnum):
    """The seven commands, four ASCII letters each, little endian."""

    CNXN = 0x4E584E43
    AUTH = 0x48545541
    OPEN = 0x4E45504F
    OKAY = 0x59414B4F
    CLSE = 0x45534C43
    WRTE = 0x45545257
    STLS = 0x534C5453


class ProtocolError(Exception):
    """The host sent something that is not ADB. The connection ends; the phone lives on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Packet:
    """One message. `arg0` and `arg1` are unsigned 32 bit."""

    verb: Verb
    arg0: int
    arg1: int
    payload: bytes = b""


class Source(Protocol):
    """Bytes from the host."""

    async def read_exactly(self, size: int) -> bytes:
        """Raise `ConnectionError` when the host ends it first."""


class Wire(Source, Protocol):
    """A byte stream in both directions."""

    async def write(self, data: bytes) -> None:
        """Hand over everything; raise `ConnectionError` when the host is gone."""

    def abort(self) -> None:
        """Drop the connection now, as a pulled cable does."""


def encode(packet: Packet) -> bytes:
    """The bytes of a packet. `check` is the byte sum in CNXN and AUTH and 0 elsewhere, as adbd sends it."""
    check = sum(packet.payload) & 0xFFFFFFFF if packet.verb in (Verb.CNXN, Verb.AUTH) else 0
    magic = packet.verb ^ 0xFFFFFFFF
    header = _HEADER.pack(packet.verb, packet.arg0, packet.arg1, len(packet.payload), check, magic)
    return header + packet.payload


async def read_packet(wire: Source, *, max_payload: int) -> Packet:
    """Read one packet. Raise `ProtocolError` for a bad magic, an unknown verb or a payload over `max_payload` bytes."""
    verb, arg0, arg1, length, _check, magic = _HEADER.unpack(await wire.read_exactly(_HEADER.size))
    if magic != verb ^ 0xFFFFFFFF:
        raise ProtocolError("bad magic")
    try:
        known = Verb(verb)
    except ValueError as error:
        raise ProtocolError("unknown verb") from error
    if length > max_payload:
        raise ProtocolError("payload too large")
    payload = await wire.read_exactly(length) if length else b""
    return Packet(verb=known, arg0=arg0, arg1=arg1, payload=payload)


class StreamWire:
    """A wire over asyncio streams."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    async def read_exactly(self, size: int) -> bytes:
        """Read `size` bytes."""
        try:
            return await self._reader.readexactly(size)
        except asyncio.IncompleteReadError as error:
            raise ConnectionResetError("host closed the connection") from error

    async def write(self, data: bytes) -> None:
        """Send everything, waiting while the send buffer is full."""
        self._writer.write(data)
        await self._writer.drain()

    def abort(self) -> None:
        """Drop the connection now, as a pulled cable does."""
        with contextlib.suppress(OSError):
            self._writer.transport.abort()

    def close(self) -> None:
        """Send what is buffered, then close."""
        with contextlib.suppress(OSError):
            self._writer.close()
