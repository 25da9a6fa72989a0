"""The file of signed heads, outside the database: it finds an archive that was rolled back.

One head a line: its note as a JSON string. Lines are only added, and are on the disk when `append` returns. A crash can
leave a torn last line: it was never acknowledged, is reported, and goes at the next append. After a power cut it may
have its end and lack what is before it, of which the disk then says zeros.
"""

import contextlib
import os
import stat
import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec

from .atomic_file import PRIVATE_MODE, storage_errors, write_all
from .checkpoints import Head, SignedHead, read_head
from .errors import CryptoErrorCode, IntegrityError, VaultStateError
from .notes import MAX_NOTE_CHARACTERS

_MAX_LINE_BYTES: Final = 4 * MAX_NOTE_CHARACTERS
_TAIL_BYTES: Final = 8 * _MAX_LINE_BYTES
_HOLE: Final = bytes(8)


@dataclass(frozen=True, slots=True, kw_only=True)
class DamagedLine:
    """A line that holds no head. `number` counts from 1; `is_torn_tail`: the last one, cut by a crash."""

    number: int
    is_torn_tail: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class HeadLogContents:
    """The whole log: heads in the order written (signatures not checked), and the lines that hold none."""

    heads: tuple[SignedHead, ...]
    damaged_lines: tuple[int, ...]
    has_torn_tail: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class _Tail:
    last: SignedHead | None
    torn: bytes
    length: int


class HeadLog:
    """The head file at `path`, made at the first append. Safe for several threads; one process writes."""

    def __init__(self, path: Path) -> None:
        """Touches nothing yet."""
        self._path = path
        self._lock = threading.Lock()

    def append(self, head: SignedHead) -> None:
        """Add a head; on the disk when this returns. The head that is already last is not written again.

        Raises IntegrityError(HEAD_ROLLBACK) when it is smaller than the last of the same origin, HEAD_EQUIVOCATION when
        it has the same size and another root, HEAD_LOG_DAMAGED as `last`; VaultStateError(FILE_IS_LINK); DiskFullError
        or StorageError, and then the log is as before.
        """
        with self._lock, self._open(os.O_RDWR | os.O_CREAT | os.O_APPEND) as handle:
            tail = self._tail(handle)
            _refuse_older(tail.last, head.head)
            repair, whole = b"", tail.length
            if tail.torn and _parse(tail.torn) is not None:
                repair = b"\n"
            elif tail.torn:
                whole -= len(tail.torn)
                os.ftruncate(handle, whole)
            line = b"" if tail.last == head else msgspec.json.encode(head.note) + b"\n"
            try:
                write_all(handle, repair + line)
                os.fsync(handle)
            except OSError:
                with contextlib.suppress(OSError):
                    os.ftruncate(handle, whole)
                raise
            if tail.length == 0:
                self._sync_directory()

    def last(self) -> SignedHead | None:
        """The newest readable head, None when there is none yet. Reads only the end of the file.

        IntegrityError(HEAD_LOG_DAMAGED) when there are whole lines and no readable head at the end.
        """
        with self._lock:
            try:
                with self._open(os.O_RDONLY) as handle:
                    return self._tail(handle).last
            except FileNotFoundError:
                return None

    def check(self, *, origin: str, size: int, root: bytes) -> None:
        """Compare a ledger's present state with the last signed head. IntegrityError(HEAD_ROLLBACK, HEAD_EQUIVOCATION).

        A ledger that is larger passes here: compare its root at the size of `last()`, or verify a consistency proof. A
        crash between the commit and the log's line leaves it so.
        """
        _refuse_older(self.last(), Head(origin=origin, size=size, root=root))

    def read_all(self) -> HeadLogContents:
        """Every head, without checking signatures (`verify_head` does). Nothing when there is no file."""
        heads: list[SignedHead] = []
        damaged: list[DamagedLine] = []
        for entry in self.entries():
            if isinstance(entry, SignedHead):
                heads.append(entry)
            else:
                damaged.append(entry)
        return HeadLogContents(
            heads=tuple(heads),
            damaged_lines=tuple(line.number for line in damaged),
            has_torn_tail=any(line.is_torn_tail for line in damaged),
        )

    def entries(self) -> Iterator[SignedHead | DamagedLine]:
        """The same one by one, for logs of any length."""
        try:
            with self._open(os.O_RDONLY) as handle, os.fdopen(os.dup(handle), "rb") as file:
                number = 0
                while line := file.readline(_MAX_LINE_BYTES):
                    number += 1
                    is_torn = not line.endswith(b"\n") or _has_hole(line, handle, file.tell())
                    yield _parse(line) or DamagedLine(number=number, is_torn_tail=is_torn)
        except FileNotFoundError:
            return

    @contextlib.contextmanager
    def _open(self, flags: int) -> Iterator[int]:
        with storage_errors(self._path.name):
            handle = os.open(self._path, flags | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, PRIVATE_MODE)
            try:
                if not stat.S_ISREG(os.fstat(handle).st_mode):
                    raise VaultStateError(CryptoErrorCode.FILE_UNREADABLE, f"{self._path.name} is not a regular file")
                yield handle
            finally:
                os.close(handle)

    def _tail(self, handle: int) -> _Tail:
        length = os.fstat(handle).st_size
        content = os.pread(handle, _TAIL_BYTES, max(0, length - _TAIL_BYTES))
        *whole, torn = content.split(b"\n")
        if not torn and whole and _HOLE in whole[-1]:
            torn = whole.pop() + b"\n"
        if (last := _parse(torn)) is None:
            last = next(filter(None, map(_parse, reversed(whole))), None)
        if last is None and whole:
            raise IntegrityError(CryptoErrorCode.HEAD_LOG_DAMAGED, self._path.name)
        return _Tail(last=last, torn=torn, length=length)

    def _sync_directory(self) -> None:
        directory = os.open(self._path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            os.fsync(directory)
        finally:
            os.close(directory)


def write_log(path: Path, heads: Iterable[SignedHead]) -> int:
    """A whole log as the new file `path`, on the disk when this returns; how many heads it has.

    VaultStateError(FILE_EXISTS), DiskFullError, StorageError; then there is no such file.
    """
    count = 0
    with storage_errors(path.name):
        try:
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, PRIVATE_MODE)
        except FileExistsError:
            raise VaultStateError(CryptoErrorCode.FILE_EXISTS, path.name) from None
        try:
            for head in heads:
                write_all(handle, msgspec.json.encode(head.note) + b"\n")
                count += 1
            os.fsync(handle)
        except BaseException:
            path.unlink(missing_ok=True)
            raise
        finally:
            os.close(handle)
    return count


def _refuse_older(last: SignedHead | None, head: Head) -> None:
    if last is None or last.origin != head.origin:
        return
    if head.size < last.size:
        detail = f"the ledger has {head.size} records, a signed head says {last.size}"
        raise IntegrityError(CryptoErrorCode.HEAD_ROLLBACK, detail)
    if head.size == last.size and head.root != last.root:
        raise IntegrityError(CryptoErrorCode.HEAD_EQUIVOCATION, f"two roots for {head.size} records")


def _has_hole(line: bytes, handle: int, end: int) -> bool:
    """Whether it is the last line and a part of it never came to the disk."""
    return _HOLE in line and end == os.fstat(handle).st_size


def _parse(line: bytes) -> SignedHead | None:
    try:
        return read_head(msgspec.json.decode(line, type=str))
    except (msgspec.DecodeError, UnicodeDecodeError, IntegrityError):
        return None
