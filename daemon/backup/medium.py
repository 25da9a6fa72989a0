"""Writing to a medium that may be FAT, exFAT or a network mount: no hard links, no modes, no links followed.

Folders that cannot be synced (some network and FUSE mounts answer EINVAL) are left to the medium.
"""

import contextlib
import errno
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from crypto.atomic_file import write_all

from .errors import PlaceFailedError, PlaceFullError

_NO_ROOM: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_NOT_SYNCED: Final = frozenset({errno.EINVAL, errno.ENOTSUP, errno.EBADF, errno.EACCES, errno.EISDIR, errno.EPERM})
TEMPORARY: Final = ".tmp"
_NEW: Final = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC
_READ: Final = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


@contextlib.contextmanager
def medium_errors(folder: Path) -> Iterator[None]:
    """The system's errors about the medium at `folder` as ours; FileNotFoundError passes.

    The folder is looked at first: a stick that was pulled out must not look like missing files.
    """
    try:
        yield
    except FileNotFoundError:
        if not folder.is_dir():
            raise PlaceFailedError(folder, "ENOENT") from None
        raise
    except OSError as error:
        if error.errno in _NO_ROOM:
            raise PlaceFullError(folder) from None
        raise PlaceFailedError(folder, errno.errorcode.get(error.errno or 0, "?")) from None


def write_new(path: Path, content: bytes) -> int:
    """`content` into a new file or over a left one; returns its descriptor, not synced yet. OSError."""
    handle = os.open(path, _NEW, 0o600)
    try:
        write_all(handle, content)
    except BaseException:
        os.close(handle)
        raise
    return handle


def put_file(path: Path, content: bytes) -> None:
    """`content` as `path`, whole or not at all, durable when this returns. OSError."""
    temporary = path.with_name(path.name + TEMPORARY)
    try:
        handle = write_new(temporary, content)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
        temporary.replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            temporary.unlink()
        raise
    sync_folder(path.parent)


def replace_erasing(path: Path, content: bytes) -> None:
    """`put_file`, then zeros over the old file's bytes, as far as the medium lets us. OSError of the first step."""
    try:
        old = os.open(path, os.O_WRONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except FileNotFoundError:
        put_file(path, content)
        return
    try:
        put_file(path, content)
        with contextlib.suppress(OSError):
            write_all(old, bytes(os.fstat(old).st_size))
            os.fsync(old)
    finally:
        os.close(old)


def read_whole(path: Path, *, most_bytes: int) -> bytes:
    """A regular file's content; one byte more than `most_bytes` when it is longer. OSError."""
    handle = os.open(path, _READ)
    with os.fdopen(handle, "rb") as file:
        return file.read(most_bytes + 1)


def sync_folder(folder: Path) -> None:
    """Make new names durable. OSError for a failing disk."""
    try:
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError as error:
        if error.errno in _NOT_SYNCED:
            return
        raise
    try:
        os.fsync(handle)
    except OSError as error:
        if error.errno not in _NOT_SYNCED:
            raise
    finally:
        os.close(handle)
