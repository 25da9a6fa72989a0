"""Room kept for what must not fail when the disk is full: audit entries, commands, the end of an enrolment."""

import contextlib
import os
from pathlib import Path

from crypto.errors import CryptoErrorCode, DiskFullError


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
            if self._path.stat().st_size == self._size_bytes and not self._path.is_symlink():
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

    def _has_room(self) -> bool:
        room = os.statvfs(self._path.parent)
        return room.f_bavail * room.f_frsize >= 2 * self._size_bytes

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
