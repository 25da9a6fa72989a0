"""Ending what a file held so that it does not lie about: overwritten in place, then removed.

Best effort. Journals, snapshots, copy-on-write file systems and an SSD's spare blocks may keep the old bytes, and a
hard link that somebody else made is left alone.
"""

import contextlib
import os
import re
import secrets
import stat
from pathlib import Path
from typing import Final

from .atomic_file import replace_file, write_all

_KEPT: Final = ".old"
_CHUNK_BYTES: Final = 1024 * 1024


def replace_and_shred(path: Path, content: bytes) -> None:
    """`replace_file`, and then the end of the old content. One caller at a time for one `path`.

    What an interrupted call left behind is ended by the next. Raises as `replace_file`; trouble with the old content
    is no error: the new one stands by then.
    """
    end_leftovers(path)
    kept = path.parent / f".{path.name}.{secrets.token_hex(8)}{_KEPT}"
    owner = _owner(path)
    # Some file systems have no hard links: there the old content goes as it goes.
    with contextlib.suppress(OSError):
        os.link(path, kept, follow_symlinks=False)
    try:
        replace_file(path, content)
    except BaseException:
        with contextlib.suppress(OSError):
            if kept.samefile(path):  # the old content stands
                kept.unlink()
        raise
    if owner is not None and os.geteuid() != owner[0]:
        # Root at work on a service's file: the service must be able to read it afterwards.
        with contextlib.suppress(OSError):
            os.chown(path, *owner, follow_symlinks=False)
    end_leftovers(path)


def end_leftovers(path: Path) -> None:
    """Overwrite and remove earlier contents of `path` and unfinished new ones, but never `path` itself."""
    ours = re.compile(rf"\.{re.escape(path.name)}\.[0-9a-f]{{16}}\.(?:old|tmp)")
    with contextlib.suppress(OSError):
        # The replacement must be durable before the old content goes: else a power cut could bring back its name.
        _sync_directory(path.parent)
        for found in list(path.parent.iterdir()):
            if ours.fullmatch(found.name):
                with contextlib.suppress(OSError):
                    shred(found)


def _owner(path: Path) -> tuple[int, int] | None:
    with contextlib.suppress(OSError):
        status = path.stat(follow_symlinks=False)
        return status.st_uid, status.st_gid
    return None


def _sync_directory(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def shred(path: Path) -> None:
    """Overwrite and remove a file of any size; one that has more names only loses this one. OSError, for links too."""
    handle = os.open(path, os.O_WRONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        status = os.fstat(handle)
        # More than one name: the replacement did not happen, or somebody keeps a copy on purpose.
        if stat.S_ISREG(status.st_mode) and status.st_nlink == 1:
            for at in range(0, status.st_size, _CHUNK_BYTES):
                write_all(handle, secrets.token_bytes(min(_CHUNK_BYTES, status.st_size - at)))
            os.fsync(handle)
    finally:
        os.close(handle)
    path.unlink()
