"""Pieces on the medium: each content once, under a keyed name, `pieces/XX/NAME`.

A piece is complete when it has its name: it is written under another, synced, and renamed. Syncs are gathered, because
they cost most on USB sticks: nothing counts before `flush`.
"""

import contextlib
import hashlib
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

from crypto.backup_keys import NAME_DIGITS, BackupKeys

from .errors import BackupError, StoppedError
from .manifest import PieceRef
from .medium import TEMPORARY, medium_errors, read_whole, sync_folder, write_new

_LARGEST: Final = 16 * 1024 * 1024
"""No piece is larger; so much is read to find out what lies under a name."""
_WAITING_BYTES: Final = 32 * 1024 * 1024
_MOST_WAITING: Final = 64
_DIGITS: Final = frozenset("0123456789abcdef")


class PieceState(StrEnum):
    """What is on the medium for a piece. The words are told to people."""

    WHOLE = "whole"
    MISSING = "missing"
    TRUNCATED = "truncated"
    CHANGED = "changed"
    SWAPPED = "swapped"
    """Another piece of this backup lies under its name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Waiting:
    handle: int
    temporary: Path
    final: Path
    size_bytes: int


class PieceFolder:
    """Reading and removing. `folder` is named in errors."""

    def __init__(self, folder: Path, keys: BackupKeys) -> None:
        self._folder = folder
        self._root = folder / "pieces"
        self._keys = keys

    def path_of(self, name: str) -> Path:
        """Where the piece is."""
        return self._root / name[:2] / name

    def stored_size(self, name: str) -> int | None:
        """Bytes of its file; None when there is none."""
        try:
            with medium_errors(self._folder):
                found = self.path_of(name).lstat()
        except FileNotFoundError:
            return None
        return found.st_size if stat.S_ISREG(found.st_mode) else None

    def read(self, piece: PieceRef) -> tuple[PieceState, bytes]:
        """The content, when it is whole; else empty."""
        try:
            with medium_errors(self._folder):
                content = read_whole(self.path_of(piece.name), most_bytes=max(piece.size_bytes, _LARGEST))
        except FileNotFoundError:
            return PieceState.MISSING, b""
        sha256 = hashlib.sha256(content).digest()
        if sha256.hex() == piece.sha256 and len(content) == piece.size_bytes:
            return PieceState.WHOLE, content
        if self._is_another(sha256):
            return PieceState.SWAPPED, b""
        return (PieceState.TRUNCATED if len(content) < piece.size_bytes else PieceState.CHANGED), b""

    def remove_others(self, needed: frozenset[str] | set[str]) -> int:
        """Remove every piece that is not in `needed` and what cut runs left; how many bytes that frees."""
        freed = 0
        for path in self._all():
            if path.name not in needed:
                with medium_errors(self._folder), contextlib.suppress(FileNotFoundError):
                    size = path.lstat().st_size
                    path.unlink()
                    freed += size
        return freed

    def _is_another(self, sha256: bytes) -> bool:
        return self.stored_size(self._keys.name_of(sha256)) is not None

    def _all(self) -> Iterator[Path]:
        with medium_errors(self._folder):
            shards = sorted(self._root.iterdir()) if self._root.is_dir() else []
            for shard in shards:
                if len(shard.name) == 2 and set(shard.name) <= _DIGITS and shard.is_dir() and not shard.is_symlink():
                    yield from (path for path in sorted(shard.iterdir()) if _is_ours(path.name))


class PieceWriter:
    """Adds pieces in one run. Use it with `with`: what was not flushed is dropped at the end."""

    def __init__(self, folder: Path, keys: BackupKeys, *, known: frozenset[str], is_recheck: "Recheck") -> None:
        """`known`: names that a whole snapshot lists; they are looked at only for their size, others are read."""
        self._folder = folder
        self._pieces = PieceFolder(folder, keys)
        self._keys = keys
        self._known = known if is_recheck is Recheck.SIZES else frozenset()
        self._done: set[str] = set()
        self._waiting: list[_Waiting] = []
        self._shards: set[Path] = set()
        self.new_pieces = 0
        self.new_bytes = 0

    def put(self, content: bytes) -> PieceRef:
        """Have this content on the medium (after `flush`). PlaceFullError, PlaceFailedError."""
        sha256 = hashlib.sha256(content).digest()
        piece = PieceRef(name=self._keys.name_of(sha256), size_bytes=len(content), sha256=sha256.hex())
        if not self.has(piece):
            self._write(piece, content)
        return piece

    def has(self, piece: PieceRef) -> bool:
        """Whether the content need not be written."""
        if piece.name in self._done:
            return True
        if self._pieces.stored_size(piece.name) != piece.size_bytes:
            return False
        if piece.name not in self._known and self._pieces.read(piece)[0] is not PieceState.WHOLE:
            return False
        self._done.add(piece.name)
        return True

    def flush(self) -> None:
        """Make all that was put durable. PlaceFullError, PlaceFailedError."""
        self._settle()
        with medium_errors(self._folder):
            for shard in sorted(self._shards):
                sync_folder(shard)
            if self._shards:
                sync_folder(self._folder / "pieces")
                sync_folder(self._folder)
        self._shards.clear()

    def __enter__(self) -> "PieceWriter":
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is StoppedError:
            with contextlib.suppress(BackupError):
                self._settle()  # what was copied is of use to the next run
        for one in self._waiting:
            with contextlib.suppress(OSError):
                os.close(one.handle)
            with contextlib.suppress(OSError):
                one.temporary.unlink()
        self._waiting.clear()

    def _write(self, piece: PieceRef, content: bytes) -> None:
        final = self._pieces.path_of(piece.name)
        temporary = final.with_name(final.name + TEMPORARY)
        try:
            with medium_errors(self._folder):
                final.parent.mkdir(parents=True, exist_ok=True)
                handle = write_new(temporary, content)
        except BaseException:
            with contextlib.suppress(OSError):
                temporary.unlink()
            raise
        self._waiting.append(_Waiting(handle=handle, temporary=temporary, final=final, size_bytes=len(content)))
        self._done.add(piece.name)
        self.new_pieces += 1
        self.new_bytes += len(content)
        if len(self._waiting) >= _MOST_WAITING or sum(one.size_bytes for one in self._waiting) >= _WAITING_BYTES:
            self._settle()

    def _settle(self) -> None:
        """Sync and name what was written: the system has been writing the first while the last were added."""
        with medium_errors(self._folder):
            while self._waiting:
                one = self._waiting[0]
                os.fsync(one.handle)
                os.close(one.handle)
                del self._waiting[0]
                one.temporary.replace(one.final)
                self._shards.add(one.final.parent)


class Recheck(StrEnum):
    """What is looked at of pieces that are there already."""

    SIZES = "sizes"
    CONTENT = "content"
    """Read them all; damaged ones that this run needs are written anew."""


def _is_ours(name: str) -> bool:
    return name.endswith(TEMPORARY) or (len(name) == NAME_DIGITS and set(name) <= _DIGITS)
