"""Room kept for what must not fail when the disk is full: audit entries, commands, the end of an enrolment."""

import contextlib
import os
from pathlib import Path

from crypto.errors import CryptoErrorCode, DiskFullError

_MOST_BYTES = 64 * 1024 * 1024
_SHARE = 50
_LEAST_BYTES = 8 * 1024 * 1024
"""Less would go up in emptying the log, which takes up to 6 MiB before anything can be written again."""
_LARGEST_SHARE = 4


def reserve_for(archive: Path) -> int:
    """How much to keep free beside the archive: a fiftieth of the disk, 8 to 64 MiB, never more than a quarter.

    Of the disk's size and not of what is free: a start on a full disk must find the same reserve again.
    """
    disk = os.statvfs(archive.parent)
    total = disk.f_blocks * disk.f_frsize
    return min(_MOST_BYTES, max(total // _SHARE, _LEAST_BYTES), total // _LARGEST_SHARE)


def give_up_reserve(archive: Path) -> bool:
    """Before the archive can be opened on a full disk. True when there was a reserve."""
    try:
        archive.with_name(f"{archive.name}.reserve").unlink()
    except OSError:
        return False
    return True


class SpaceReserve:
    """A file of `size_bytes` beside the archive that is given up when the disk is full. Belongs to the writer thread.

    While it is given up (`is_spent`), what phones can send again waits; it is made anew once there is room for it and
    as much again. Size 0: no reserve, every write is tried.
    """

    def __init__(self, path: Path, size_bytes: int) -> None:
        self._path = path
        self._size_bytes = size_bytes
        self.is_spent = False

    def restore(self) -> None:
        """Make the file if it is missing and there is room."""
        if self._size_bytes == 0:
            return
        try:
            if self._path.stat().st_size >= self._size_bytes and not self._path.is_symlink():
                self.is_spent = False
                return
        except FileNotFoundError:
            pass
        self.is_spent = not (self._has_room() and self._make())

    def spend(self) -> bool:
        """Give the room up. True when there was some to give up, so that a second try can succeed."""
        if self._size_bytes == 0:
            return False
        self.is_spent = True
        try:
            self._path.unlink()
        except OSError:
            return False
        return True

    def refuse_collected(self) -> DiskFullError | None:
        """The error for what has to wait, None when nothing has to. Tries to restore a spent reserve first."""
        if self.is_spent:
            self.restore()
        return DiskFullError(CryptoErrorCode.DISK_FULL, self._path.name) if self.is_spent else None

    def has_room_for_log(self) -> bool:
        """Whether all that waits in the archive's log could be moved into the archive."""
        try:
            return self._free_bytes() > self._path.with_name(f"{self._path.stem}-wal").stat().st_size
        except OSError:
            return False

    def _has_room(self) -> bool:
        return self._free_bytes() >= 2 * self._size_bytes

    def _free_bytes(self) -> int:
        room = os.statvfs(self._path.parent)
        return room.f_bavail * room.f_frsize

    def _make(self) -> bool:
        try:
            handle = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        except OSError:
            return False
        try:
            os.posix_fallocate(handle, 0, self._size_bytes)
        except OSError:
            with contextlib.suppress(OSError):
                self._path.unlink()
            return False
        finally:
            os.close(handle)
        return True
