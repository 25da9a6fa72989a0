"""Asyncio streams on accepted sockets."""

import asyncio
import socket
from typing import Final

from .packets import MAX_PAYLOAD, StreamWire

_READ_LIMIT: Final = 4 * MAX_PAYLOAD


async def open_streams(connection: socket.socket) -> tuple[asyncio.StreamReader, StreamWire]:
    """What reads the socket, and the wire on it; `StreamWire.abort` closes it."""
    connection.setblocking(False)
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader(limit=_READ_LIMIT, loop=loop)
    protocol = asyncio.StreamReaderProtocol(reader, loop=loop)
    transport, _ = await loop.connect_accepted_socket(lambda: protocol, connection)
    return reader, StreamWire(reader, asyncio.StreamWriter(transport, protocol, reader, loop))
