"""Small files written whole or not at all: temporary file in the same directory, fsync, rename, fsync the directory."""

import contextlib
import errno
import os
import secrets
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from .errors import CryptoErrorCode, DiskFullError, IntegrityError, StorageError, VaultStateError

PRIVATE_MODE: Final = 0o600
_READ_BYTES: Final = 1024 * 1024
_WRITE_BYTES: Final = 256 * 1024
_NO_ROOM: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_NO_HARD_LINKS: Final = frozenset({errno.EPERM, errno.ENOTSUP, errno.EMLINK, errno.ENOSYS})


def create_file(path: Path, content: bytes) -> None:
    """Make `path` with `content`, mode 0600, durable when this returns.

    Raises VaultStateError(FILE_EXISTS, FILE_IS_LINK), DiskFullError or StorageError. Then `path` is untouched, unless
    it was the directory's own fsync that failed.
    """
    with _directory(path) as directory, _temporary(directory, path.name, content) as temporary:
        move_into_place(directory, temporary, path.name)
        with storage_errors(path.name):
            os.fsync(directory)


def replace_file(path: Path, content: bytes) -> None:
    """Put `content` in the place of the regular file `path` (or make it), mode 0600, durable when this returns.

    A reader sees the old or the new content, never a part. Raises as `create_file`, but not FILE_EXISTS.
    """
    with _directory(path) as directory, _temporary(directory, path.name, content) as temporary:
        _refuse_link(directory, path.name)
        with storage_errors(path.name):
            os.replace(temporary, path.name, src_dir_fd=directory, dst_dir_fd=directory)
            os.fsync(directory)


def read_file(path: Path, *, max_bytes: int) -> bytes:
    """The content of a regular file, no link followed.

    Raises FileNotFoundError, VaultStateError(FILE_IS_LINK, FILE_UNREADABLE), IntegrityError(FILE_TOO_LONG) when it is
    longer than `max_bytes`, StorageError.
    """
    with _reading(path) as handle:
        content = read_all(handle, limit=max_bytes + 1)
    if len(content) > max_bytes:
        raise IntegrityError(CryptoErrorCode.FILE_TOO_LONG, f"{path.name} is longer than {max_bytes} bytes")
    return content


def read_file_into(path: Path, out: bytearray, *, max_bytes: int) -> int:
    """The same into `out`, which grows when it is too small; returns the file's size. Memory is used again."""
    with _reading(path) as handle:
        size_bytes = min(os.fstat(handle).st_size, max_bytes) + 1
        out.extend(bytes(max(size_bytes - len(out), 0)))
        at = 0
        with memoryview(out) as view:
            while at < size_bytes and (more := os.readv(handle, [view[at:size_bytes]])):
                at += more
    if at > max_bytes or at == size_bytes:  # or it grew while it was read
        raise IntegrityError(CryptoErrorCode.FILE_TOO_LONG, f"{path.name} is longer than {max_bytes} bytes")
    return at


@contextlib.contextmanager
def _reading(path: Path) -> Iterator[int]:
    """A regular file open for reading, no link followed."""
    with storage_errors(path.name):
        try:
            handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        except PermissionError:
            raise VaultStateError(CryptoErrorCode.FILE_UNREADABLE, path.name) from None
        try:
            if not stat.S_ISREG(os.fstat(handle).st_mode):
                raise VaultStateError(CryptoErrorCode.FILE_UNREADABLE, f"{path.name} is not a regular file")
            yield handle
        finally:
            os.close(handle)


def read_all(handle: int, *, limit: int) -> bytes:
    """Up to `limit` bytes from an open file."""
    parts: list[bytes] = []
    while limit > 0 and (part := os.read(handle, min(limit, _READ_BYTES))):
        parts.append(part)
        limit -= len(part)
    return b"".join(parts)


def write_all(handle: int, content: bytes | memoryview) -> None:
    """Write every byte; the system may take them in parts. Calls of some MiB cost several times those of 256 KiB."""
    view = memoryview(content)
    while view:
        view = view[os.write(handle, view[:_WRITE_BYTES]) :]


def move_into_place(directory: int, temporary: str, name: str) -> None:
    """Give the finished `temporary` its `name` in the open `directory`, never over an existing file."""
    with storage_errors(name):
        try:
            os.link(temporary, name, src_dir_fd=directory, dst_dir_fd=directory, follow_symlinks=False)
        except FileExistsError:
            _refuse_link(directory, name)
            raise VaultStateError(CryptoErrorCode.FILE_EXISTS, name) from None
        except OSError as error:
            if error.errno not in _NO_HARD_LINKS:
                raise
            # Some file systems (exFAT, some FUSE) have no hard links: look, then rename.
            if _kind(directory, name) is not None:
                raise VaultStateError(CryptoErrorCode.FILE_EXISTS, name) from None
            os.rename(temporary, name, src_dir_fd=directory, dst_dir_fd=directory)


@contextlib.contextmanager
def storage_errors(name: str) -> Iterator[None]:
    """Turn the system's errors about `name` into this package's; FileNotFoundError passes."""
    try:
        yield
    except FileNotFoundError:
        raise
    except OSError as error:
        if error.errno in _NO_ROOM:
            raise DiskFullError(CryptoErrorCode.DISK_FULL, name) from None
        if error.errno == errno.ELOOP:
            raise VaultStateError(CryptoErrorCode.FILE_IS_LINK, name) from None
        code = errno.errorcode.get(error.errno or 0, "unknown")
        raise StorageError(CryptoErrorCode.FILE_IO, f"{name}: {code}") from None


@contextlib.contextmanager
def _directory(path: Path) -> Iterator[int]:
    with storage_errors(path.parent.name):
        try:
            handle = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        except FileNotFoundError:
            raise StorageError(CryptoErrorCode.FILE_IO, f"no directory {path.parent.name}") from None
    try:
        yield handle
    finally:
        os.close(handle)


@contextlib.contextmanager
def _temporary(directory: int, name: str, content: bytes) -> Iterator[str]:
    """A finished, fsynced file beside `name`; gone afterwards unless it was renamed."""
    temporary = f".{name}.{secrets.token_hex(8)}.tmp"
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    try:
        with storage_errors(name):
            handle = os.open(temporary, flags, PRIVATE_MODE, dir_fd=directory)
            try:
                write_all(handle, content)
                os.fsync(handle)
            finally:
                os.close(handle)
        yield temporary
    finally:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(temporary, dir_fd=directory)


def _kind(directory: int, name: str) -> int | None:
    try:
        return stat.S_IFMT(os.stat(name, dir_fd=directory, follow_symlinks=False).st_mode)
    except FileNotFoundError:
        return None


def _refuse_link(directory: int, name: str) -> None:
    kind = _kind(directory, name)
    if kind == stat.S_IFLNK:
        raise VaultStateError(CryptoErrorCode.FILE_IS_LINK, name)
    if kind not in (None, stat.S_IFREG):
        raise VaultStateError(CryptoErrorCode.FILE_EXISTS, f"{name} is not a regular file")
