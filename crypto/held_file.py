"""Reading a database's file beside SQLite without costing SQLite its locks.

Closing any descriptor of a file drops every lock that this process holds on it (fcntl(2)), SQLite's too: another
process would then believe that nobody has the database open. So SQLite's own descriptor is read by, where there is one.
"""

import contextlib
import os
from pathlib import Path

from .atomic_file import storage_errors


def read_held(path: Path, size_bytes: int, at: int) -> bytes:
    """Up to `size_bytes` from offset `at`. StorageError; FileNotFoundError passes."""
    with storage_errors(path.name):
        content = _by_held_descriptor(path, size_bytes, at)
        if content is not None:
            return content
        with path.open("rb") as file:
            return os.pread(file.fileno(), size_bytes, at)


def _by_held_descriptor(path: Path, size_bytes: int, at: int) -> bytes | None:
    """None when this process has the file not open, or the system does not tell."""
    wanted = path.stat()
    try:
        names = [entry.name for entry in Path("/proc/self/fd").iterdir()]
    except OSError:
        return None
    for name in names:
        with contextlib.suppress(OSError):  # closed meanwhile
            handle = int(name)
            if os.path.samestat(os.fstat(handle), wanted):
                content = os.pread(handle, size_bytes, at)
                if os.path.samestat(os.fstat(handle), wanted):
                    return content
    return None
