"""What the frames of a write-ahead log say of themselves: their headers are plain, their pages are not opened.

Format: https://sqlite.org/fileformat2.html#walformat. A header of 32 bytes (salts at 16), then frames of 24 bytes (page
number, size of the database after a commit or 0, the salts again, two checksums) and a page each.
"""

import contextlib
import os
import struct
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from .atomic_file import storage_errors
from .opening import PAGE_BYTES

_HEADER_BYTES: Final = 32
_FRAME: Final = struct.Struct(">II8s8x")
_SALTS: Final = slice(16, 24)
_FRAME_BYTES: Final = _FRAME.size + PAGE_BYTES


@dataclass(frozen=True, slots=True, kw_only=True)
class LogFrames:
    """The frames of the log's present generation, valid or not; older ones that lie behind them are left out."""

    pages: frozenset[int]
    """Numbers of the database's pages that are in the log."""
    commits: tuple[int, ...]
    """Places, from 1, of the frames that end a transaction."""
    last: int
    """Place of the last frame, 0 when there is none."""

    def lost(self, kept: int) -> int:
        """Transactions that were on the disk whole and that a log which is valid up to frame `kept` only has lost.

        A transaction is synced before the next begins: what is followed by another one was no torn write.
        """
        return sum(kept < commit < self.last for commit in self.commits)


def read_log(database: Path) -> LogFrames:
    """The log beside `database`; no frames when there is none. StorageError."""
    path = database.with_name(database.name + "-wal")
    headers: list[tuple[int, int, bytes]] = []
    with storage_errors(path.name), contextlib.suppress(FileNotFoundError):
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
        try:
            salts = os.pread(handle, _HEADER_BYTES, 0)[_SALTS]
            while len(content := os.pread(handle, _FRAME.size, _HEADER_BYTES + len(headers) * _FRAME_BYTES)) == 24:
                headers.append(_FRAME.unpack(content))
        finally:
            os.close(handle)
    found = Counter(one[2] for one in headers)
    if found and found[salts] == 0:  # the header itself is damaged
        salts = found.most_common(1)[0][0]
    ours = [(place, page, size) for place, (page, size, salt) in enumerate(headers, 1) if _is_same(salt, salts)]
    return LogFrames(
        pages=frozenset(page for _, page, _ in ours),
        commits=tuple(place for place, _, size in ours if size),
        last=ours[-1][0] if ours else 0,
    )


def _is_same(one: bytes, other: bytes) -> bool:
    """But for a flipped bit. Half of another generation's salts is random."""
    return (int.from_bytes(one, "big") ^ int.from_bytes(other, "big")).bit_count() <= 1
