"""What is in a file: stored bytes, or bytes made up when somebody reads them, so that 2 GB cost no memory."""

import hashlib
import random
from collections.abc import Iterator
from functools import lru_cache
from typing import Final, Protocol

MAX_STORED: Final = 64 * 1024 * 1024
"""Bytes that one file may hold in memory."""

PIECE: Final = 64 * 1024
"""What readers take at a time."""


class Content(Protocol):
    """Bytes that may grow and shrink while they are read."""

    @property
    def size(self) -> int:
        """Bytes now."""

    def read(self, offset: int, size: int) -> bytes:
        """Up to `size` bytes from `offset`; fewer or none at the end."""

    def append(self, data: bytes) -> None:
        """Add at the end. Raise `OSError`."""

    def truncate(self, size: int) -> None:
        """Cut off, or fill up with zero bytes. Raise `OSError`."""

    def copy(self) -> "Content":
        """The same bytes, untouched by later changes of this."""


class Stored:
    """Bytes in memory, at most 64 MiB."""

    def __init__(self, data: bytes = b"") -> None:
        """Raise `OSError` for more than 64 MiB."""
        if len(data) > MAX_STORED:
            raise OSError("File too large")
        self._data = bytearray(data)

    @property
    def size(self) -> int:
        """Bytes now."""
        return len(self._data)

    def read(self, offset: int, size: int) -> bytes:
        """Up to `size` bytes from `offset`."""
        return bytes(memoryview(self._data)[offset : offset + size])

    def append(self, data: bytes) -> None:
        """Add at the end. Raise `OSError` beyond 64 MiB."""
        if len(self._data) + len(data) > MAX_STORED:
            raise OSError("File too large")
        self._data += data

    def truncate(self, size: int) -> None:
        """Cut off, or fill up with zero bytes. Raise `OSError` beyond 64 MiB."""
        if size > MAX_STORED:
            raise OSError("File too large")
        del self._data[size:]
        self._data += bytes(size - len(self._data))

    def copy(self) -> "Stored":
        """The same bytes."""
        return Stored(bytes(self._data))


class Synthetic:
    """`size` bytes that follow from `seed`; every 64 KiB block is another, so misplaced data shows."""

    def __init__(self, size: int, *, seed: int = 0) -> None:
        """Raise `OSError` for a negative size."""
        self._seed = seed
        self._size = 0
        self.truncate(size)

    @property
    def size(self) -> int:
        """Bytes now."""
        return self._size

    def read(self, offset: int, size: int) -> bytes:
        """Up to `size` bytes from `offset`."""
        end = min(self._size, offset + size)
        if offset >= end:
            return b""
        first = offset // PIECE
        blocks = b"".join(_block(self._seed, number) for number in range(first, (end - 1) // PIECE + 1))
        return blocks[offset - first * PIECE : end - first * PIECE]

    def append(self, data: bytes) -> None:
        """Refuse: what comes next follows from the seed, see `grow`. Raise `OSError` unless `data` is empty."""
        if data:
            raise OSError("Operation not permitted")

    def grow(self, size: int) -> None:
        """Add `size` more bytes of the same seed."""
        self.truncate(self._size + size)

    def truncate(self, size: int) -> None:
        """Cut off, or grow. Raise `OSError` for a negative size."""
        if size < 0:
            raise OSError("Invalid argument")
        self._size = size

    def copy(self) -> "Synthetic":
        """The same bytes."""
        return Synthetic(self._size, seed=self._seed)


def pieces(content: Content, *, offset: int = 0, size: int | None = None) -> Iterator[bytes]:
    """The bytes from `offset`, at most `size` of them, as they are when each piece is read: a file that grows
    meanwhile gives more, one that shrinks less."""
    while size is None or size > 0:
        piece = content.read(offset, PIECE if size is None else min(PIECE, size))
        if not piece:
            return
        offset += len(piece)
        size = None if size is None else size - len(piece)
        yield piece


def sha256_of(content: Content) -> str:
    """SHA-256 in hexadecimal, in constant memory."""
    digest = hashlib.sha256()
    for piece in pieces(content):
        digest.update(piece)
    return digest.hexdigest()


def _block(seed: int, number: int) -> bytes:
    return number.to_bytes(8, "big") + _noise(seed)


@lru_cache(maxsize=64)
def _noise(seed: int) -> bytes:
    return random.Random(seed).randbytes(PIECE - 8)  # noqa: S311 (filler, not secrets)
