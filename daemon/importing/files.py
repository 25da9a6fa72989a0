"""Files as importers see them: a name, and bytes that can be read more than once, a piece at a time."""

import codecs
import hashlib
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

_HEAD_BYTES: Final = 64 * 1024
_PIECE_BYTES: Final = 1024 * 1024


class ImportFile(Protocol):
    """A file to import."""

    @property
    def name(self) -> str:
        """Without a folder; a claim, for recordings only."""

    @property
    def size_bytes(self) -> int: ...

    @property
    def modified_s(self) -> int | None:
        """Unix seconds; None when not known."""

    def chunks(self) -> Iterator[bytes]:
        """From the beginning, in pieces of some MiB. Blocks; call it in a thread.

        Raises:
            OSError, crypto.errors.CryptoError: it cannot be read.
            FileChangedError: it is not what it was.
        """


class FileChangedError(Exception):
    """The file is another than the one that was looked at."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Survey:
    """What one reading of a whole file tells."""

    sha256: str
    size_bytes: int
    head: bytes
    """At most 64 KiB, for finding out what it is."""
    is_utf8: bool
    """All of it; a character that is cut at the very end does not count."""


def survey_of(file: ImportFile) -> Survey:
    """Read it once. Blocks. Raises as `ImportFile.chunks`."""
    digest, size = hashlib.sha256(), 0
    head = b""
    decoder = codecs.getincrementaldecoder("utf-8")()
    is_utf8 = True
    for chunk in file.chunks():
        digest.update(chunk)
        size += len(chunk)
        if len(head) < _HEAD_BYTES:
            head += chunk[: _HEAD_BYTES - len(head)]
        if is_utf8:
            try:
                decoder.decode(chunk)
            except UnicodeDecodeError:
                is_utf8 = False
    return Survey(sha256=digest.hexdigest(), size_bytes=size, head=head, is_utf8=is_utf8)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlainFile:
    """A regular file on this machine, never through a symbolic link."""

    path: Path
    size_bytes: int
    modified_ns: int
    inode: int

    @classmethod
    def look(cls, path: Path) -> "PlainFile | None":
        """The file at `path` now; None when no regular file is there. Raises OSError."""
        try:
            found = path.lstat()
        except FileNotFoundError:
            return None
        if not stat.S_ISREG(found.st_mode):
            return None
        return cls(path=path, size_bytes=found.st_size, modified_ns=found.st_mtime_ns, inode=found.st_ino)

    @property
    def name(self) -> str:
        """See `ImportFile`."""
        return self.path.name.encode("utf-8", "replace").decode()

    @property
    def modified_s(self) -> int | None:
        """See `ImportFile`."""
        return max(0, self.modified_ns // 1_000_000_000)

    def chunks(self) -> Iterator[bytes]:
        """See `ImportFile`."""
        handle = os.open(self.path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        with os.fdopen(handle, "rb", buffering=0) as file:
            self._require_same(os.fstat(handle))
            while chunk := file.read(_PIECE_BYTES):
                yield chunk
            self._require_same(os.fstat(handle))

    def _require_same(self, found: os.stat_result) -> None:
        is_same = (found.st_size, found.st_mtime_ns, found.st_ino) == (self.size_bytes, self.modified_ns, self.inode)
        if not is_same or not stat.S_ISREG(found.st_mode):
            raise FileChangedError
