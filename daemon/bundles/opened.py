"""A bundle to be checked: its files, from a zip or from a folder it was unpacked to."""

import hashlib
import os
import stat
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Final, Protocol

from crypto.errors import IntegrityError
from crypto.notes import verify_note

from .zip_stream import file_note

CHUNK_BYTES: Final = 1024 * 1024
_IGNORED: Final = frozenset({".DS_Store", "Thumbs.db", "desktop.ini"})
"""Left in folders by systems that show them."""
_END: Final = struct.Struct("<4s16xH")
_END_MAGIC: Final = b"PK\x05\x06"
READ_ERRORS: Final = (
    OSError, zipfile.BadZipFile, zlib.error, KeyError, EOFError, RuntimeError, ValueError,
    struct.error, OverflowError,
)  # fmt: skip
"""What `zipfile` and the file system raise for damaged and missing files."""


class Seal(StrEnum):
    """How the file as a whole is."""

    WHOLE = "whole"
    REPACKED = "repacked"
    """Somebody packed its files anew: there is no signature over this file. Its contents are checked all the same."""
    BROKEN = "broken"


class OpenedBundle(Protocol):
    """Files by name."""

    def names(self) -> Sequence[str]:
        """Of all files."""

    def chunks(self, name: str) -> Iterator[bytes]:
        """A file in pieces. Raises READ_ERRORS."""

    def seal(self, public_key: str, bundle_id: str) -> Seal:
        """The signature over the whole file; a folder has none and is `WHOLE`. Raises READ_ERRORS."""


def open_bundle(path: Path) -> OpenedBundle:
    """Raises READ_ERRORS when it is neither a folder nor a zip."""
    return _Folder(path) if path.is_dir() else _Zip(path)


class _Folder:
    def __init__(self, path: Path) -> None:
        self._path = path

    def names(self) -> Sequence[str]:
        files = (Path(folder) / one for folder, _, names in os.walk(self._path) for one in names)
        return [one.relative_to(self._path).as_posix() for one in files if one.name not in _IGNORED]

    def chunks(self, name: str) -> Iterator[bytes]:
        handle = os.open(self._path / name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        with os.fdopen(handle, "rb") as file:
            if not stat.S_ISREG(os.fstat(handle).st_mode):
                raise OSError("not a file")
            while piece := file.read(CHUNK_BYTES):
                yield piece

    def seal(self, public_key: str, bundle_id: str) -> Seal:
        return Seal.WHOLE


class _Zip:
    def __init__(self, path: Path) -> None:
        self._path = path
        self._zip = zipfile.ZipFile(path)

    def names(self) -> Sequence[str]:
        return self._zip.namelist()

    def chunks(self, name: str) -> Iterator[bytes]:
        with self._zip.open(name) as file:
            while piece := file.read(CHUNK_BYTES):
                yield piece

    def seal(self, public_key: str, bundle_id: str) -> Seal:
        comment = self._zip.comment
        left = self._path.stat().st_size - len(comment)
        with self._path.open("rb") as file:
            file.seek(max(0, left - _END.size))
            magic, length = _END.unpack(file.read(_END.size))
            if magic != _END_MAGIC or length != len(comment):
                return Seal.BROKEN
            if not comment:
                return Seal.REPACKED
            file.seek(0)
            digest = _digest(file.read, left)
        try:
            text = verify_note(comment.decode(), public_key)
        except IntegrityError:
            return Seal.BROKEN
        return Seal.WHOLE if text == file_note(bundle_id, digest) else Seal.BROKEN


def _digest(read: Callable[[int], bytes], size: int) -> bytes:
    digest = hashlib.sha256()
    while size and (piece := read(min(size, CHUNK_BYTES))):
        digest.update(piece)
        size -= len(piece)
    return digest.digest()
