"""A log file that logrotate and people may move away, cut short or fill up: each line goes whole to where the path is.

1. Moved away or removed: the next line opens the path anew.
2. Cut (`copytruncate`): lines are appended to what is left.
3. Cannot be written: lines go to stderr until it can.
"""

import os
from pathlib import Path
from typing import TextIO


class LogFile:
    """What structlog writes to, a line at a time; its caller holds a lock."""

    def __init__(self, path: Path, otherwise: TextIO) -> None:
        self._path = path
        self._otherwise = otherwise
        self._handle: int | None = None
        self._is_old = False

    def write(self, line: str) -> int:
        """One whole line."""
        line_bytes = line.encode()
        try:
            handle = self._opened()
            while line_bytes:
                line_bytes = line_bytes[os.write(handle, line_bytes) :]
        except OSError:
            self._close()
            self._otherwise.write(line)
            self._otherwise.flush()
        return len(line)

    def flush(self) -> None:
        """Nothing is held back."""

    def reopen(self) -> None:
        """Before the next line. Any thread."""
        self._is_old = True

    def _opened(self) -> int:
        if self._handle is not None and (self._is_old or not self._is_at_path(self._handle)):
            self._close()
        self._is_old = False
        if self._handle is None:
            flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW | os.O_CLOEXEC
            self._handle = os.open(self._path, flags, 0o640)
        return self._handle

    def _is_at_path(self, handle: int) -> bool:
        try:
            there = self._path.lstat()
        except FileNotFoundError:
            return False
        own = os.fstat(handle)
        return (there.st_dev, there.st_ino) == (own.st_dev, own.st_ino)

    def _close(self) -> None:
        if self._handle is not None:
            os.close(self._handle)
        self._handle = None
