"""Writing a sealed file: part by part into a spool directory, resumable after a cut or a kill, then moved to its name.

At any moment the spool holds whole parts 1 to n, each durable before the next begins. Nothing plain touches the disk.
"""

import contextlib
import errno
import hashlib
import secrets
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from .atomic_file import replace_file, storage_errors
from .errors import CryptoErrorCode, IntegrityError, VaultStateError
from .sealed_keys import MediaKeys
from .sealed_parts import (
    FILE_ID_BYTES,
    LIST_NAME,
    MOST_PARTS,
    PART_BYTES,
    Part,
    PartEntry,
    encode_list,
    frame,
    is_whole,
    new_list,
    part_name,
    read_part,
    sync_directory,
)

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
        self._pending = bytearray()
        with storage_errors(directory.name):
            directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._take_up()

    @property
    def offset(self) -> int:
        """Bytes of content that are safe on the disk."""
        return self._offset

    @property
    def directory(self) -> Path:
        """The spool."""
        return self._directory

    def write(self, chunk: bytes) -> None:
        """Take the next bytes; every full part goes to the disk before this returns."""
        view = memoryview(chunk)
        while view:
            room = PART_BYTES - len(self._pending)
            self._pending += view[:room]
            view = view[room:]
            if len(self._pending) == PART_BYTES:
                self._seal_pending()

    def pause(self) -> None:
        """Make safe what is worth it and forget the rest; `write` goes on from `offset`."""
        try:
            if len(self._pending) >= SMALLEST_KEPT_BYTES:
                self._seal_pending()
        finally:
            self._pending.clear()

    def finish(self, blobs: Path) -> SealedFile:
        """All was written: list the parts, move the file to its name below `blobs`. Durable when this returns.

        The same content that is there already is kept once. Ends this writer.
        """
        if self._pending:
            self._seal_pending()
        sha256 = self._hash.digest()
        entries = new_list(self._file_id, sha256, tuple(self._entries))
        replace_file(self._directory / LIST_NAME, encode_list(entries, self._keys))
        name = self._keys.name_of(sha256)
        self._move(place_of(blobs, name), sha256)
        return SealedFile(name=name, sha256=sha256, size_bytes=entries.size_bytes)

    def discard(self) -> None:
        """Remove the spool and all that is in it."""
        self._pending.clear()
        with storage_errors(self._directory.name), contextlib.suppress(FileNotFoundError):
            shutil.rmtree(self._directory)

    def _take_up(self) -> None:
        """Whole parts from the first on; from a damaged or foreign one on they are written again."""
        number = 1
        try:
            for number in range(1, MOST_PARTS + 1):
                part, stored = read_part(self._directory, number, self._keys)
                if self._entries and part.file_id != self._file_id:
                    break
                self._file_id = part.file_id
                self._count(part.content, stored)
        except IntegrityError:
            pass
        kept = {part_name(one) for one in range(1, len(self._entries) + 1)}
        with storage_errors(self._directory.name):
            for file in self._directory.iterdir():
                if file.name not in kept:
                    file.unlink()

    def _seal_pending(self) -> None:
        number = len(self._entries) + 1
        if number > MOST_PARTS:
            raise VaultStateError(CryptoErrorCode.FILE_TOO_LONG, f"more than {MOST_PARTS} parts")
        content = bytes(self._pending)
        sealed = self._keys.recipient.seal(frame(Part(file_id=self._file_id, number=number, content=content)))
        replace_file(self._directory / part_name(number), sealed)
        self._count(content, len(sealed))
        self._pending.clear()

    def _count(self, content: bytes, stored_bytes: int) -> None:
        digest = hashlib.sha256(content).digest()
        self._entries.append(PartEntry(size_bytes=len(content), stored_bytes=stored_bytes, sha256=digest))
        self._hash.update(content)
        self._offset += len(content)

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


def _make(directory: Path) -> None:
    if not directory.is_dir():
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        sync_directory(directory.parent)
