"""Where a command reads and writes: the three standard streams, pipes between commands, and sinks."""

import asyncio
from collections import deque
from typing import Final, Protocol

PIPE_CAPACITY: Final = 1024 * 1024


class Output(Protocol):
    """Takes bytes. Raises when nobody reads any more; the command ends then, as on SIGPIPE."""

    async def write(self, data: bytes) -> None:
        """Hand over `data`, waiting while the reader is slow."""


class Input(Protocol):
    """Gives bytes."""

    async def read(self) -> bytes:
        """The next piece, b"" at the end."""


class BrokenPipe(Exception):  # noqa: N818 (named after EPIPE)
    """The reader of a pipe inside the phone has gone."""


class NoInput:
    """/dev/null to read."""

    async def read(self) -> bytes:
        """Nothing."""
        return b""


class NoOutput:
    """/dev/null to write."""

    async def write(self, data: bytes) -> None:
        """Forget it."""


class Buffer:
    """Collects output in memory. Raise `BrokenPipe` beyond `limit` bytes."""

    def __init__(self, *, limit: int = 64 * 1024 * 1024) -> None:
        self._parts: list[bytes] = []
        self._room = limit

    async def write(self, data: bytes) -> None:
        """Keep it."""
        self._room -= len(data)
        if self._room < 0:
            raise BrokenPipe
        self._parts.append(data)

    def value(self) -> bytes:
        """Everything written so far."""
        return b"".join(self._parts)


class Given:
    """Fixed bytes to read."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    async def read(self) -> bytes:
        """All of it, then nothing."""
        data, self._data = self._data, b""
        return data


class Pipe:
    """A pipe between two commands, holding at most `PIPE_CAPACITY` bytes."""

    def __init__(self) -> None:
        self._parts: deque[bytes] = deque()
        self._size = 0
        self._has_writer = True
        self._has_reader = True
        self._changed = asyncio.Event()

    async def write(self, data: bytes) -> None:
        """Raise `BrokenPipe` when the reader has gone."""
        while self._has_reader and self._size >= PIPE_CAPACITY:
            await self._wait()
        if not self._has_reader:
            raise BrokenPipe
        if data:
            self._parts.append(data)
            self._size += len(data)
            self._changed.set()

    async def read(self) -> bytes:
        """The next piece, b"" once the writer has gone."""
        while not self._parts:
            if not self._has_writer:
                return b""
            await self._wait()
        data = self._parts.popleft()
        self._size -= len(data)
        self._changed.set()
        return data

    def close_writer(self) -> None:
        """The writing command ended."""
        self._has_writer = False
        self._changed.set()

    def close_reader(self) -> None:
        """The reading command ended."""
        self._has_reader = False
        self._changed.set()

    async def _wait(self) -> None:
        self._changed.clear()
        await self._changed.wait()


async def read_all(source: Input, *, limit: int = 64 * 1024 * 1024) -> bytes:
    """Read to the end. Raise `BrokenPipe` beyond `limit` bytes."""
    buffer = Buffer(limit=limit)
    while data := await source.read():
        await buffer.write(data)
    return buffer.value()
