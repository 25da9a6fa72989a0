"""Unix socket paths of any length: the kernel takes 107 bytes, a state directory may be deeper.

A longer path is reached through `/proc/self/fd/<directory>/<name>`, which stays valid while the directory is held open.
"""

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

SOCKET_NAME = "api.sock"
MAX_SUN_PATH_BYTES = 107
"""`sun_path` of Linux is 108 bytes with its final NUL (unix(7))."""


def socket_for_state(state: Path) -> Path:
    """The API's socket of a state directory."""
    return state / SOCKET_NAME


@contextlib.contextmanager
def reachable(path: Path) -> Iterator[str]:
    """`path` in a form that `bind` and `connect` accept inside the block. Raises OSError without its directory."""
    if len(os.fsencode(path)) <= MAX_SUN_PATH_BYTES:
        yield str(path)
        return
    directory = os.open(path.parent, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        yield f"/proc/self/fd/{directory}/{path.name}"
    finally:
        os.close(directory)
