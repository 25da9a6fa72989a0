"""The host's STLS, also when it comes late.

adb 36 (seen: 36.0.0) answers STLS from one thread and starts TLS in another, so that under load its ClientHello now and
then overtakes its STLS. A real phone hangs up and is connected again by the person; a simulated one puts the two in
order, so that trainings and tests do not depend on the load of the machine.
"""

import asyncio
from typing import Final

from .packets import MAX_HANDSHAKE_PAYLOAD, ProtocolError, Source, Verb, read_packet

_TLS_HANDSHAKE: Final = 0x16
_RECORD_HEADER_BYTES: Final = 5
_LONGEST_RECORD_BYTES: Final = 17 * 1024
_CHUNK_BYTES: Final = 256 * 1024


class _Prefixed:
    """A source of which some bytes were read already."""

    def __init__(self, prefix: bytes, reader: asyncio.StreamReader) -> None:
        self._prefix = prefix
        self._reader = reader

    async def read_exactly(self, size: int) -> bytes:
        """From the prefix first."""
        taken, self._prefix = self._prefix[:size], self._prefix[size:]
        try:
            return taken + await self._reader.readexactly(size - len(taken))
        except asyncio.IncompleteReadError as error:
            raise ConnectionResetError("host closed the connection") from error


class TlsSource:
    """What a host sends of TLS, without its STLS before or between the records."""

    def __init__(self, reader: asyncio.StreamReader) -> None:
        self._reader = reader
        self._head = b""
        self._is_stls_due = False

    async def take_stls(self) -> None:
        """Read the host's STLS, or the beginning of the ClientHello that overtook it.

        Raise `ProtocolError` when something else came, `ConnectionResetError` when the host left.
        """
        wire = _Prefixed(b"", self._reader)
        head = await wire.read_exactly(_RECORD_HEADER_BYTES)
        if head[0] == _TLS_HANDSHAKE:
            self._head, self._is_stls_due = head, True
        else:
            await _expect_stls(_Prefixed(head, self._reader))

    async def read(self) -> bytes:
        """The next bytes, record by record while STLS is due; b"" at the end."""
        if not self._is_stls_due:
            return await self._reader.read(_CHUNK_BYTES)
        try:
            head, self._head = self._head or await self._reader.readexactly(_RECORD_HEADER_BYTES), b""
            if head.startswith(b"STLS"):
                await _expect_stls(_Prefixed(head, self._reader))
                self._is_stls_due = False
                return await self._reader.read(_CHUNK_BYTES)
            length = int.from_bytes(head[3:5], "big")
            if length > _LONGEST_RECORD_BYTES:
                raise ProtocolError("TLS record too large")
            return head + await self._reader.readexactly(length)
        except asyncio.IncompleteReadError:
            return b""


async def _expect_stls(wire: Source) -> None:
    if (await read_packet(wire, max_payload=MAX_HANDSHAKE_PAYLOAD)).verb is not Verb.STLS:
        raise ProtocolError("expected STLS")
