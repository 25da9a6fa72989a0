"""What of a state goes into a backup, beside the archive itself.

Sealed files of media as they are; the heads up to the archive's own size; the configuration and the private adb
server's key, which lie open in the state, sealed; what waits for the vault, see `waiting`. Left out: spools, uploads
and the inbox, whose files are kept by whoever put them there; the socket and the lock.
"""

import os
import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec

from crypto.atomic_file import read_file, storage_errors
from crypto.checkpoints import read_head
from crypto.errors import IntegrityError

from ..paths import StatePaths

MEDIA: Final = "media/blobs"
OPEN_FILES: Final = ("shopwarden.toml", "adb/.android/adbkey", "adb/.android/adbkey.pub")
"""Of the state, sealed by the backup."""
MOST_OPEN_BYTES: Final = 1024 * 1024
_SHELF: Final = re.compile(r"k[1-9][0-9]{0,9}")
_SHARD: Final = re.compile(r"[0-9a-f]{2}")
_NAME: Final = re.compile(r"[0-9a-f]{64}")
_PART: Final = re.compile(r"[0-9]{5}\.age|list\.age")
_LINE_BYTES: Final = 64 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaFile:
    """A file that is sealed already and copied as it is."""

    path: Path
    relative: str
    size_bytes: int
    modified_ns: int


def media_files(paths: StatePaths) -> Iterator[MediaFile]:
    """Every part of every finished sealed file, of all weeks. What is removed meanwhile is left out. StorageError."""
    root = paths.media / "blobs"
    for shelf in (root, *(root / name for name in folders_in(root, _SHELF))):
        for shard in folders_in(shelf, _SHARD):
            for name in folders_in(shelf / shard, _NAME):
                for part in names_in(shelf / shard / name, _PART):
                    path = shelf / shard / name / part
                    if (found := regular_file(path, f"{MEDIA}/{path.relative_to(root).as_posix()}")) is not None:
                        yield found


def regular_file(path: Path, relative: str) -> MediaFile | None:
    """None when it is not there, or is no file. StorageError."""
    with storage_errors("media"):
        try:
            found = path.lstat()
        except FileNotFoundError:
            return None
    if not stat.S_ISREG(found.st_mode):
        return None
    return MediaFile(path=path, relative=relative, size_bytes=found.st_size, modified_ns=found.st_mtime_ns)


def open_files(paths: StatePaths) -> Iterator[tuple[str, bytes]]:
    """Path in the state and content of each that is there. CryptoError for one that is too long or a link."""
    for relative in OPEN_FILES:
        try:
            yield relative, read_file(paths.root / relative, max_bytes=MOST_OPEN_BYTES)
        except FileNotFoundError:
            continue


def heads_up_to(path: Path, ledger_size: int) -> int:
    """How many bytes of the head log are of ledgers no larger than this; 0 when there is no log. StorageError.

    Later heads would say of the copy that it was rolled back.
    """
    with storage_errors(path.name):
        try:
            handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
        except FileNotFoundError:
            return 0
        try:
            end = os.fstat(handle).st_size
            return _cut(handle, end, ledger_size)
        finally:
            os.close(handle)


def _cut(handle: int, end: int, ledger_size: int) -> int:
    """Look at lines from the last one back."""
    window = _LINE_BYTES
    while True:
        start = max(0, end - window)
        content = os.pread(handle, end - start, start)
        lines = content.split(b"\n")[:-1]  # a torn last line was never acknowledged
        at = start + sum(len(line) + 1 for line in lines)
        first = 1 if start > 0 else 0  # the first line of a window may be cut
        for line in reversed(lines[first:]):
            size = _size_of(line)
            if size is not None and size <= ledger_size:
                return at
            at -= len(line) + 1
        if start == 0:
            return 0
        window *= 8


def _size_of(line: bytes) -> int | None:
    try:
        return read_head(msgspec.json.decode(line, type=str)).size
    except (msgspec.MsgspecError, UnicodeDecodeError, IntegrityError):
        return None


def folders_in(root: Path, pattern: re.Pattern[str]) -> list[str]:
    """Names of folders, in order; none when `root` is no folder. StorageError."""
    return [name for name in names_in(root, pattern) if (root / name).is_dir() and not (root / name).is_symlink()]


def names_in(folder: Path, pattern: re.Pattern[str]) -> list[str]:
    """Names in a folder, in order; none when it is no folder. StorageError."""
    with storage_errors("media"):
        try:
            return sorted(path.name for path in folder.iterdir() if pattern.fullmatch(path.name))
        except (FileNotFoundError, NotADirectoryError):
            return []
