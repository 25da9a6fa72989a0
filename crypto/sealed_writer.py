"""Writing a sealed file: part by part into a spool directory, resumable after a cut or a kill, then moved to its name.

At any moment the spool holds whole parts 1 to n, each durable, and perhaps one that is not counted yet: while it goes
to the disk, the next one is taken, hashed and sealed. Nothing plain touches the disk.
"""

import contextlib
import errno
import hashlib
import os
import secrets
import shutil
from collections import deque
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from .aside import Aside
from .atomic_file import PRIVATE_MODE, replace_file, storage_errors, write_all
from .errors import CryptoError, CryptoErrorCode, IntegrityError, VaultStateError
from .sealed_keys import MediaKeys
from .sealed_parts import (
    FILE_ID_BYTES,
    HEADER_BYTES,
    LIST_NAME,
    MOST_PARTS,
    PART_BYTES,
    PartEntry,
    PartReader,
    encode_list,
    frame_header,
    is_whole,
    new_list,
    part_name,
    sync_directory,
)

_MOST_STORING: Final = 1
_CREATE: Final = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC
SMALLEST_KEPT_BYTES: Final = 64 * 1024
"""Less than this is not worth a part when writing pauses: it is written again."""
_SHARD_DIGITS: Final = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedFile:
    """A finished file."""

    name: str
    """Keyed hash of the content."""
    sha256: bytes
    size_bytes: int


def place_of(blobs: Path, name: str) -> Path:
    """Where a finished file lies."""
    return blobs / name[:_SHARD_DIGITS] / name


class SealedWriter:
    """One file being written. Not safe for two threads at a time; every call may block for a part's disk time.

    Every method raises DiskFullError and StorageError; then what was safe before is still safe, and the writer goes on
    from `offset`.
    """

    def __init__(self, directory: Path, keys: MediaKeys) -> None:
        """Open the spool `directory`, made if it is not there; whole parts in it are kept, anything else removed.

        Reads what is kept, to know the hash so far: about a second for 400 MB.
        """
        self._directory = directory
        self._keys = keys
        self._file_id = secrets.token_bytes(FILE_ID_BYTES)
        self._entries: list[PartEntry] = []
        self._hash = hashlib.sha256()
        self._offset = 0
        self._left: deque[memoryview] = deque()
        """Taken, and not held yet: the part before it could not be sealed."""
        self._plain = bytearray(HEADER_BYTES)
        """The part being gathered, behind the room for its header; used again for the next one."""
        self._held_bytes = 0
        self._spare: list[bytearray] = []
        self._storing: deque[_Storing] = deque()
        with storage_errors(directory.name):
            directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._take_up()

    @property
    def offset(self) -> int:
        """Bytes of content that are safe on the disk. Waits for a part that is on its way."""
        self._count_stored()
        return self._offset

    @property
    def directory(self) -> Path:
        """The spool."""
        return self._directory

    def write(self, chunk: bytes) -> None:
        """Take the next bytes. Of full parts all but the last are safe when this returns; that one is on its way.

        A failure of its disk is raised by the next call, which tries again; no byte that was taken is lost in between.
        """
        self._left.append(memoryview(chunk))
        self._take_left()

    def pause(self) -> None:
        """Make safe what is worth it and forget the rest; `write` goes on from `offset`."""
        try:
            self._take_left()
            if self._held_bytes >= SMALLEST_KEPT_BYTES:
                self._seal_held()
            self._settle()
        finally:
            self._forget()

    def finish(self, blobs: Path) -> SealedFile:
        """All was written: list the parts, move the file to its name below `blobs`. Durable when this returns.

        The same content that is there already is kept once. Ends this writer.
        """
        self._take_left()
        if self._held_bytes:
            self._seal_held()
        self._settle()
        sha256 = self._hash.digest()
        entries = new_list(self._file_id, sha256, tuple(self._entries))
        replace_file(self._directory / LIST_NAME, encode_list(entries, self._keys))
        name = self._keys.name_of(sha256)
        self._move(place_of(blobs, name), sha256)
        return SealedFile(name=name, sha256=sha256, size_bytes=entries.size_bytes)

    def discard(self) -> None:
        """Remove the spool and all that is in it."""
        self._count_stored()
        self._forget()
        with storage_errors(self._directory.name), contextlib.suppress(FileNotFoundError):
            shutil.rmtree(self._directory)

    def _take_up(self) -> None:
        """Whole parts from the first on; from a damaged or foreign one on they are written again."""
        reader = PartReader(self._directory, self._keys)
        try:
            for number in range(1, MOST_PARTS + 1):
                part, stored = reader.read(number)
                if self._entries and part.file_id != self._file_id:
                    break
                self._file_id = part.file_id
                self._hash.update(part.content)
                self._count(len(part.content), stored)
        except IntegrityError:
            pass
        kept = {part_name(one) for one in range(1, len(self._entries) + 1)}
        with storage_errors(self._directory.name):
            for file in self._directory.iterdir():
                if file.name not in kept:
                    file.unlink()

    def _take_left(self) -> None:
        while self._left:
            piece = self._left[0]
            room = PART_BYTES - self._held_bytes
            start = HEADER_BYTES + self._held_bytes
            self._plain[start : start + min(room, len(piece))] = piece[:room]
            self._held_bytes += min(room, len(piece))
            if len(piece) > room:
                self._left[0] = piece[room:]
            else:
                self._left.popleft()
            if self._held_bytes == PART_BYTES:
                self._seal_held()

    def _seal_held(self) -> None:
        number = len(self._entries) + len(self._storing) + 1
        if number > MOST_PARTS:
            raise VaultStateError(CryptoErrorCode.FILE_TOO_LONG, f"more than {MOST_PARTS} parts")
        self._plain[:HEADER_BYTES] = frame_header(self._file_id, number)
        sha256 = (self._storing[-1].sha256 if self._storing else self._hash).copy()
        buffer = self._spare.pop() if self._spare else bytearray()
        with memoryview(self._plain) as plain, plain[: HEADER_BYTES + self._held_bytes] as framed:
            hashing = Aside(lambda: sha256.update(framed[HEADER_BYTES:]))
            sealed = _Sealed(buffer, self._keys.recipient.seal_into(framed, buffer))
            hashing.result()
        self._settle(_MOST_STORING - 1)
        self._storing.append(_Storing(self._directory / part_name(number), sealed, self._held_bytes, sha256))
        self._held_bytes = 0

    def _settle(self, most_left: int = 0) -> None:
        """At most so many parts are still on their way to the disk; one that did not reach it is tried again."""
        while len(self._storing) > most_left:
            self._storing[0].wait()
            self._count_stored()

    def _count_stored(self) -> None:
        """Count parts up to the first that is not safe, without waiting for those behind it."""
        while self._storing and self._storing[0].is_safe():
            storing = self._storing.popleft()
            self._hash = storing.sha256
            self._count(storing.size_bytes, storing.sealed.size_bytes)
            self._spare.append(storing.sealed.buffer)

    def _count(self, size_bytes: int, stored_bytes: int) -> None:
        digest = self._hash.digest()
        self._entries.append(PartEntry(size_bytes=size_bytes, stored_bytes=stored_bytes, sha256=digest))
        self._offset += size_bytes

    def _forget(self) -> None:
        self._left.clear()
        self._held_bytes = 0
        self._plain = bytearray(HEADER_BYTES)
        self._spare.clear()
        for storing in self._storing:
            storing.is_safe()  # its thread must not write to a spool that another writer opens
        self._storing.clear()

    def _move(self, place: Path, sha256: bytes) -> None:
        with storage_errors(place.name):
            _make(place.parent)
            while True:
                try:
                    self._directory.rename(place)
                    break
                except OSError as error:
                    if error.errno not in {errno.ENOTEMPTY, errno.EEXIST}:
                        raise
                if is_whole(place, self._keys, sha256):
                    self.discard()
                    break
                # What lies there is damaged: the fresh one takes its place.
                broken = self._directory.with_name(f"broken.{secrets.token_hex(8)}")
                place.rename(broken)
                shutil.rmtree(broken)
        sync_directory(place.parent)
        sync_directory(self._directory.parent)


@dataclass(frozen=True, slots=True)
class _Sealed:
    """A sealed part at the beginning of a buffer that is used again."""

    buffer: bytearray
    size_bytes: int


class _Storing:
    """A sealed part on its way to the disk."""

    def __init__(self, path: Path, sealed: _Sealed, size_bytes: int, sha256: "hashlib._Hash") -> None:
        self._path = path
        self._is_safe = False
        self.sealed = sealed
        self.sha256 = sha256
        """Of all content up to its end."""
        self.size_bytes = size_bytes
        self._writing: Aside[None] | None = Aside(self._store)

    def wait(self) -> None:
        """Until it is durable; raises why it is not, and the next call tries again."""
        writing, self._writing = self._writing, None
        if writing is not None:
            writing.result()
        elif not self._is_safe:
            self._store()

    def is_safe(self) -> bool:
        """Wait until it is durable or has failed."""
        if self._writing is not None:
            with contextlib.suppress(CryptoError):
                self._writing.result()
        return self._is_safe

    def _store(self) -> None:
        """In place: a torn part does not open and is written again. Its name is made durable together with the list."""
        with storage_errors(self._path.name):
            handle = os.open(self._path, _CREATE, PRIVATE_MODE)
            try:
                with memoryview(self.sealed.buffer) as buffer:
                    write_all(handle, buffer[: self.sealed.size_bytes])
                os.fsync(handle)
            except OSError:
                self._path.unlink()
                raise
            finally:
                os.close(handle)
        self._is_safe = True


def _make(directory: Path) -> None:
    if not directory.is_dir():
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        sync_directory(directory.parent)
