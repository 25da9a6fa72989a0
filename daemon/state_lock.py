"""One daemon per state directory, for as long as its process lives."""

import contextlib
import fcntl
import os
from pathlib import Path

from .api.exit_codes import ExitCode
from .errors import StateError, StateLockedError


class StateLock:
    """An exclusive flock. The kernel drops it with the process, so a kill -9 leaves nothing to clean up."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._fd: int | None = None

    def acquire(self) -> None:
        """Take it at once or raise.

        Raises:
            StateLockedError: another process holds it.
            StateError: the file cannot be opened.
        """
        try:
            # CLOEXEC (Python's default) keeps the adb server we start from holding the lock after our death.
            fd = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
        except OSError as error:
            raise StateError(
                "state.unusable", ExitCode.VAULT, state=str(self._path.parent), problem=error.strerror or "?"
            ) from error
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            pid = _pid_in(fd)
            os.close(fd)
            raise StateLockedError(self._path.parent, pid) from None
        self._fd = fd
        with contextlib.suppress(OSError):  # a full disk: the number only helps the message of a second daemon
            os.ftruncate(fd, 0)
            os.pwrite(fd, f"{os.getpid()}\n".encode(), 0)

    def release(self) -> None:
        """Give it back, and leave the file as if nobody had been; harmless when not held."""
        if self._fd is not None:
            with contextlib.suppress(OSError):
                os.ftruncate(self._fd, 0)
            os.close(self._fd)
            self._fd = None


def _pid_in(fd: int) -> int | None:
    text = os.pread(fd, 32, 0).decode("ascii", "replace").strip()
    return int(text) if text.isdigit() else None
