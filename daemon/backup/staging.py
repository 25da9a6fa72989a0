"""A new state put together beside its name: `.NAME.restoring`, renamed when it is whole and verified.

A state that is half there has another name, so nothing takes it for one; the next try begins anew.
"""

import contextlib
import fcntl
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from crypto.atomic_file import storage_errors, write_all
from crypto.backup_keys import BackupKeys
from crypto.errors import CryptoErrorCode, DiskFullError
from crypto.opening import PAGE_BYTES

from ..api.exit_codes import ExitCode
from ..errors import StateError
from .errors import BackupError, DamagedError, PlaceError
from .manifest import ARCHIVE, SEALED, FileEntry, Manifest, PieceRef, damaged
from .pages import decode_pages, pages_of_pack
from .pieces import PieceFolder, PieceState
from .place import KeysCopy
from .progress import Progress, Stage
from .waiting import WAITING

KEYS: Final = "keys.json"
_LOCK: Final = "restoring.lock"


@contextlib.contextmanager
def staged(state: Path) -> Iterator[Path]:
    """A private empty folder beside `state`; removed at the end unless `finish` gave it its name.

    PlaceError(`state_exists`, `inside_itself`); BackupError(`backup.running`); StateError when the folder above it
    cannot be written.
    """
    if state.is_symlink() or (state.exists() and not (state.is_dir() and not any(state.iterdir()))):
        raise PlaceError("state_exists", state)
    stage = state.with_name(f".{state.name}.restoring")
    try:
        state.parent.mkdir(parents=True, exist_ok=True)
        stage.mkdir(mode=0o700, exist_ok=True)
        handle = os.open(stage / _LOCK, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise StateError("state.unusable", ExitCode.VAULT, state=str(state), problem=error.strerror or "?") from error
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise BackupError("backup.running", ExitCode.USAGE) from None
        _empty(stage)
        try:
            yield stage
        finally:
            if stage.exists():
                shutil.rmtree(stage, ignore_errors=True)
    finally:
        os.close(handle)


def finish(stage: Path, state: Path) -> None:
    """Give the stage its name, over an empty folder if there is one. StorageError: then there is no state."""
    with storage_errors(state.name):
        (stage / _LOCK).unlink(missing_ok=True)
        _sync(stage)
        stage.replace(state)
        try:
            _sync(state.parent)
        except OSError:
            with contextlib.suppress(OSError):
                state.replace(stage)  # a name that may be gone after a power cut is none
            raise


def put_keys(stage: Path, copy: KeysCopy) -> None:
    """The wrapped keys into a stage. StorageError."""
    with storage_errors("restore"):
        _write(stage / KEYS, [copy.content])


class StateWriter:
    """Puts files of a snapshot into a stage. Every piece is checked once more as it is read."""

    def __init__(self, stage: Path, pieces: PieceFolder, keys: BackupKeys) -> None:
        self._stage = stage
        self._pieces = pieces
        self._keys = keys

    def write(self, manifest: Manifest, progress: Progress) -> None:
        """All files, durable. DamagedError, StorageError, DiskFullError, PlaceFailedError, StoppedError."""
        progress.begin(Stage.RESTORING, manifest.size_bytes)
        self._require_room(manifest)
        folders = {self._stage}
        with storage_errors("restore"):
            for file in manifest.files:
                folders |= set(self._file(manifest, file, progress).parents) - set(self._stage.parents)
            for folder in sorted(folders):
                _sync(folder)

    def _archive(self, manifest: Manifest, progress: Progress) -> Path:
        """Pack by pack, each page to its place."""
        target = self._stage / ARCHIVE
        pages = decode_pages(self._piece(manifest, manifest.pages))
        packs = manifest.archive.pieces
        handle = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        try:
            if len(pages) * PAGE_BYTES != manifest.archive.size_bytes:
                raise damaged("the page map")
            os.ftruncate(handle, manifest.archive.size_bytes)
            for pack, places in zip(packs, pages.by_pack(len(packs)), strict=True):
                for offset, content in pages_of_pack(self._piece(manifest, pack), places):
                    _write_at(handle, content, offset)
                progress.add(len(places) * PAGE_BYTES)
            os.fsync(handle)
        finally:
            os.close(handle)
        return target

    def _file(self, manifest: Manifest, file: FileEntry, progress: Progress) -> Path:
        if file.path == ARCHIVE:
            return self._archive(manifest, progress)
        target = self._stage / _place_of(file.path)
        for folder in reversed(target.relative_to(self._stage).parents):  # `parents` makes those above readable
            (self._stage / folder).mkdir(mode=0o700, exist_ok=True)
        content = self._content(manifest, file, progress)
        if file.path.startswith(SEALED):
            content = iter([self._keys.unseal(file.path.removeprefix(SEALED), b"".join(content))])
        _write(target, content)
        if file.modified_ns:
            os.utime(target, ns=(file.modified_ns, file.modified_ns))  # else the next backup would read all of them
        return target

    def _content(self, manifest: Manifest, file: FileEntry, progress: Progress) -> Iterator[bytes]:
        for piece in file.pieces:
            content = self._piece(manifest, piece)
            yield content
            progress.add(len(content))

    def _piece(self, manifest: Manifest, piece: PieceRef) -> bytes:
        state, content = self._pieces.read(piece)
        if state is not PieceState.WHOLE:
            raise DamagedError(snapshot=manifest.number, reason=state.value, count=1, whole=None)
        return content

    def _require_room(self, manifest: Manifest) -> None:
        disk = os.statvfs(self._stage)
        if disk.f_bavail * disk.f_frsize < manifest.size_bytes:
            raise DiskFullError(CryptoErrorCode.DISK_FULL, "restore")


def _place_of(path: str) -> Path:
    """In a state, of a manifest's path."""
    if path.startswith(WAITING):
        return Path("sealed") / path.removeprefix(WAITING)
    return Path(path.removeprefix(SEALED))


def _write(path: Path, content: Iterator[bytes] | list[bytes]) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        for part in content:
            write_all(handle, part)
        os.fsync(handle)
    finally:
        os.close(handle)


def _write_at(handle: int, content: bytes, offset: int) -> None:
    while content:
        written = os.pwrite(handle, content, offset)
        content, offset = content[written:], offset + written


def _empty(stage: Path) -> None:
    with storage_errors(stage.name):
        for path in stage.iterdir():
            if path.name != _LOCK:
                if path.is_dir() and not path.is_symlink():
                    shutil.rmtree(path)
                else:
                    path.unlink()


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
