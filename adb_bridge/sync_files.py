"""Looking at and fetching files by adb's own `sync:` service: no shell, no parsing of names, any size.

Source: AOSP packages/modules/adb `file_sync_protocol.h`, `file_sync_service.cpp`, `SYNC.TXT` (Android 4 to 16). A
request is an id, a u32 little-endian length and a path. `LIS2` and `STA2` (features `ls_v2`, `stat_v2`: Android 11+,
8+) carry 64-bit sizes and the reason of a refusal; before that sizes are modulo 2^32 and a folder that cannot be
opened looks like an empty one. `RECV` is the same in both: it has no size, only data until DONE, so nothing is gained
by `RCV2` without a compression that both sides speak.

Every number and name from the phone is checked before it is used, and every wait is bounded.
"""

import asyncio
import errno
import stat
import struct
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from .errors import BridgeErrorCode, DeviceUnavailableError, ParseError, ShellCommandError
from .samples import sample_hash
from .session import Session
from .streams import DeviceStream

MAX_PATH_BYTES: Final = 1024
"""adbd refuses longer paths and ends the connection."""
MAX_NAME_BYTES: Final = 255
MAX_ENTRIES: Final = 50_000
"""Of one folder; the rest is passed over and the listing is not complete."""

_REQUEST: Final = struct.Struct("<4sI")
_STAT_1: Final = struct.Struct("<4sIII")
_STAT_2: Final = struct.Struct("<4sIQQIIIIQqqq")
_DENT_1: Final = struct.Struct("<4sIIII")
_DENT_2: Final = struct.Struct("<4sIQQIIIIQqqqI")
_DATA_MAX: Final = 64 * 1024
_REASON_MAX: Final = 4096
_ENTRIES_PER_FOLDER_AT_MOST: Final = 4 * MAX_ENTRIES
"""A folder that goes on after this is not one."""
_ID_SIZE: Final = 4


class FileRefusal(StrEnum):
    """Why the phone does not hand out a file."""

    GONE = "gone"
    DENIED = "denied"
    OTHER = "other"


_REFUSALS: Final = {
    errno.ENOENT: FileRefusal.GONE,
    errno.ENOTDIR: FileRefusal.GONE,
    errno.EACCES: FileRefusal.DENIED,
    errno.EPERM: FileRefusal.DENIED,
}
"""adbd's numbers on the wire are Linux's."""


class FileRefusedError(ShellCommandError):
    """The phone answered and does not hand out this file. PERMISSION_DENIED or SHELL_FAILED."""

    def __init__(self, refusal: FileRefusal, *, sample_sha256: str) -> None:
        code = BridgeErrorCode.PERMISSION_DENIED if refusal is FileRefusal.DENIED else BridgeErrorCode.SHELL_FAILED
        super().__init__(code, exit_code=None, stderr_sha256=sample_sha256, detail=f"file {refusal.value}")
        self.refusal = refusal


@dataclass(frozen=True, slots=True, kw_only=True)
class FileEntry:
    """A name in a folder, or what a path leads to."""

    name: bytes
    """Not checked for anything but its length and `/`; b"" for the answer to `stat`."""
    mode: int
    """st_mode; 0 when the phone would not tell."""
    size_bytes: int
    """Modulo 2^32 when `Files.has_wide_sizes` is False."""
    modified_s: int
    """Unix seconds by the phone's clock."""

    @property
    def is_file(self) -> bool:
        """A regular file."""
        return stat.S_ISREG(self.mode)

    @property
    def is_folder(self) -> bool:
        """A directory."""
        return stat.S_ISDIR(self.mode)


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """What one folder showed."""

    entries: tuple[FileEntry, ...]
    """Without `.` and `..`, in the phone's order."""
    is_there: bool
    """At least `.` was listed. False: missing, or not to be opened, or (some file systems) empty."""
    is_complete: bool
    """False when names were left out: too many, or ones that no folder can hold."""
    modified_s: int | None
    """Of the folder itself: changes when names come and go. None when not told."""


class Files:
    """One `sync:` connection; one request at a time. A fetch that is left early ends it: open another."""

    def __init__(self, stream: DeviceStream, features: frozenset[str], timeout_s: float) -> None:
        self._stream = stream
        self._timeout_s = timeout_s
        self._is_list_2 = "ls_v2" in features
        self._is_stat_2 = "stat_v2" in features

    @property
    def has_wide_sizes(self) -> bool:
        """Whether sizes are exact from 4 GiB on."""
        return self._is_list_2 and self._is_stat_2

    async def list(self, folders: Sequence[bytes]) -> tuple[Listing, ...]:
        """The names in each folder, asked for in one go. Links to folders are followed in the path, not in the list.

        Raises:
            DeviceUnavailableError: gone, or silent for `timeout_s` over the whole call.
            ParseError: not the sync protocol.
        """
        name = b"LIS2" if self._is_list_2 else b"LIST"
        async with _bounded(self._timeout_s):
            self._stream.write(b"".join(_request(name, folder) for folder in folders))
            return tuple([await self._listing() for _ in folders])

    async def stat(self, paths: Sequence[bytes]) -> tuple[FileEntry | FileRefusal, ...]:
        """What each path itself is (links are not followed at its end), or why that is not told; a phone without
        `stat_v2` tells no reason.

        Raises:
            As `list`.
        """
        name = b"LST2" if self._is_stat_2 else b"STAT"
        async with _bounded(self._timeout_s):
            self._stream.write(b"".join(_request(name, path) for path in paths))
            return tuple([await self._stat() for _ in paths])

    async def fetch(self, path: bytes) -> AsyncGenerator[bytes, None]:
        """The file's bytes in pieces of at most 64 KiB, as the phone reads them. It may grow or shrink meanwhile:
        compare `stat` before and after. Only an iteration that ends by itself reached the end of the file.

        Raises:
            FileRefusedError: the phone does not hand it out, or stopped in the middle.
            DeviceUnavailableError: gone, or silent for `timeout_s`.
            ParseError: not the sync protocol.
        """
        self._stream.write(_request(b"RECV", path))
        while True:
            async with _bounded(self._timeout_s):
                kind, size = _REQUEST.unpack(await self._exactly(_REQUEST.size))
                if kind == b"DONE":
                    return
                if kind == b"FAIL":
                    raise await self._refusal(size)
                if kind != b"DATA" or size > _DATA_MAX:
                    raise _not_sync(kind)
                piece = await self._exactly(size)
            if piece:
                yield piece

    async def _stat(self) -> FileEntry | FileRefusal:
        if not self._is_stat_2:
            _, mode, size, modified_s = _STAT_1.unpack(await self._answer(b"STAT", _STAT_1.size))
            if not mode:
                return FileRefusal.OTHER
        else:
            fields = _STAT_2.unpack(await self._answer(b"LST2", _STAT_2.size))
            error, mode, size, modified_s = fields[1], fields[4], fields[8], fields[10]
            if error:
                return _REFUSALS.get(error, FileRefusal.OTHER)
        return FileEntry(name=b"", mode=mode, size_bytes=size, modified_s=modified_s)

    async def _listing(self) -> Listing:
        layout = _DENT_2 if self._is_list_2 else _DENT_1
        entries: list[FileEntry] = []
        is_there, is_complete = False, True
        folder_s: int | None = None
        for _ in range(_ENTRIES_PER_FOLDER_AT_MOST):
            head = await self._exactly(_ID_SIZE)
            if head == b"FAIL":
                size = int.from_bytes(await self._exactly(4), "little")
                raise await self._refusal(size)
            raw = head + await self._exactly(layout.size - _ID_SIZE)
            if head == b"DONE":
                return Listing(entries=tuple(entries), is_there=is_there, is_complete=is_complete, modified_s=folder_s)
            if self._is_list_2:
                kind, error, _, _, mode, _, _, _, size, _, modified_s, _, length = layout.unpack(raw)
            else:
                (kind, mode, size, modified_s, length), error = layout.unpack(raw), 0
            if kind != (b"DNT2" if self._is_list_2 else b"DENT") or length > MAX_PATH_BYTES:
                raise _not_sync(raw)
            name = await self._exactly(length)
            if name in {b".", b".."}:
                is_there = True
                folder_s = modified_s if name == b"." and not error else folder_s
            elif not name or len(name) > MAX_NAME_BYTES or b"/" in name or b"\0" in name or len(entries) >= MAX_ENTRIES:
                is_complete = False
            else:
                is_there = True
                mode = 0 if error else mode
                entries.append(FileEntry(name=name, mode=mode, size_bytes=size, modified_s=modified_s))
        raise _not_sync(b"endless folder")

    async def _answer(self, kind: bytes, size: int) -> bytes:
        raw = await self._exactly(size)
        if raw[:_ID_SIZE] != kind:
            raise _not_sync(raw)
        return raw

    async def _refusal(self, size: int) -> FileRefusedError:
        """After a FAIL: `open failed: No such file or directory` and the like (strerror of the phone's libc)."""
        words = await self._exactly(min(size, _REASON_MAX))
        if b"No such file" in words:
            refusal = FileRefusal.GONE
        elif b"ermission denied" in words or b"not permitted" in words:
            refusal = FileRefusal.DENIED
        else:
            refusal = FileRefusal.OTHER
        return FileRefusedError(refusal, sample_sha256=sample_hash(words))

    async def _exactly(self, size: int) -> bytes:
        raw = await self._stream.read_exactly(size)
        if len(raw) < size:
            raise DeviceUnavailableError(BridgeErrorCode.DEVICE_OFFLINE)
        return raw


@asynccontextmanager
async def open_files(session: Session, *, timeout_s: float = 30.0) -> AsyncIterator[Files]:
    """A `sync:` connection to a phone.

    Args:
        timeout_s: For opening, for one `list` or `stat`, and for the longest silence of a `fetch`.

    Raises:
        DeviceUnavailableError, ServerUnavailableError: as `Session.shell`.
    """
    features = await session.features()
    opening = session.service("sync:")
    async with _bounded(timeout_s):
        stream = await opening.__aenter__()
    try:
        yield Files(stream, features, timeout_s)
    finally:
        await opening.__aexit__(None, None, None)


@asynccontextmanager
async def _bounded(timeout_s: float) -> AsyncIterator[None]:
    try:
        async with asyncio.timeout(timeout_s):
            yield
    except TimeoutError as error:
        raise DeviceUnavailableError(BridgeErrorCode.DEVICE_TIMEOUT) from error


def _request(kind: bytes, path: bytes) -> bytes:
    """
    Raises:
        ValueError: a path that adbd would end the connection for.
    """
    if not 0 < len(path) <= MAX_PATH_BYTES or b"\0" in path:
        raise ValueError("not a path of 1 to 1024 bytes")
    return _REQUEST.pack(kind, len(path)) + path


def _not_sync(sample: bytes) -> ParseError:
    return ParseError("sync", sample_sha256=sample_hash(sample), detail="not the sync protocol")
