"""The kernel's FUSE protocol (linux/fuse.h, 7.31): the few messages a small file system needs, over /dev/fuse itself.

Nothing has to be installed: mount(2) takes the descriptor. It needs root, or a user namespace of one's own.
"""

import ctypes
import errno
import os
import stat
import struct
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path
from typing import Final

MAJOR: Final = 7
MINOR: Final = 31
MOST_WRITE_BYTES: Final = 128 * 1024
_BUFFER_BYTES: Final = MOST_WRITE_BYTES + 4096
_HEADER: Final = struct.Struct("<IIQQIIII")
_OUT: Final = struct.Struct("<IiQ")
_ATTRIBUTES: Final = struct.Struct("<QQQQQQIIIIIIIIII")
_FOR_EVER_S: Final = 3600
_ATOMIC_TRUNCATE: Final = 1 << 3
_BIG_WRITES: Final = 1 << 5


class Op(IntEnum):
    """Requests that are answered; others get ENOSYS, for which the kernel has its own ways."""

    LOOKUP = 1
    FORGET = 2
    GETATTR = 3
    SETATTR = 4
    MKDIR = 9
    UNLINK = 10
    RMDIR = 11
    RENAME = 12
    LINK = 13
    OPEN = 14
    READ = 15
    WRITE = 16
    STATFS = 17
    RELEASE = 18
    FSYNC = 20
    FLUSH = 25
    INIT = 26
    OPENDIR = 27
    READDIR = 28
    RELEASEDIR = 29
    FSYNCDIR = 30
    CREATE = 35
    INTERRUPT = 36
    DESTROY = 38
    BATCH_FORGET = 42
    RENAME2 = 45


UNANSWERED: Final = frozenset({Op.FORGET, Op.INTERRUPT, Op.BATCH_FORGET})


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One request of the kernel."""

    op: int
    unique: int
    node: int
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Attributes:
    """What the kernel is told of a node."""

    node: int
    size: int
    is_directory: bool
    links: int


def why_not() -> str | None:
    """Why no file system of our own can be mounted here; None when it can."""
    if not Path("/dev/fuse").exists():
        return "there is no /dev/fuse"
    if os.geteuid() != 0:
        return "mounting needs root"
    return None


def mount(place: Path) -> int:
    """Mount at `place`; the descriptor through which the kernel asks. OSError."""
    handle = os.open("/dev/fuse", os.O_RDWR | os.O_CLOEXEC)
    options = f"fd={handle},rootmode=40000,user_id={os.geteuid()},group_id={os.getegid()},default_permissions"
    library = ctypes.CDLL(None, use_errno=True)
    if library.mount(b"faults", os.fsencode(place), b"fuse.faults", 0, options.encode()) != 0:
        code = ctypes.get_errno()
        os.close(handle)
        raise OSError(code, os.strerror(code))
    return handle


def unmount(place: Path) -> None:
    """Detach; the kernel ends the connection when nobody is inside any more."""
    ctypes.CDLL(None, use_errno=True).umount2(os.fsencode(place), 2)


def receive(handle: int) -> Request | None:
    """The next request; None when it was unmounted."""
    while True:
        try:
            content = os.read(handle, _BUFFER_BYTES)
        except OSError as error:
            if error.errno in (errno.ENOENT, errno.EINTR, errno.EAGAIN):
                continue
            return None
        if not content:
            return None
        _, op, unique, node, *_ = _HEADER.unpack_from(content)
        return Request(op=op, unique=unique, node=node, body=content[_HEADER.size :])


def answer(handle: int, request: Request, body: bytes = b"", *, error: int = 0) -> None:
    """Answer; `error` is an errno."""
    try:
        os.write(handle, _OUT.pack(_OUT.size + len(body), -error, request.unique) + body)
    except OSError as failed:
        if failed.errno not in (errno.ENOENT, errno.ENODEV):  # it was interrupted, or unmounted meanwhile
            raise


def init_answer() -> bytes:
    """Our side of the handshake: no cache of writes, so that we see them in their order."""
    return struct.pack(
        "<IIIIHHIIHHI7I", MAJOR, MINOR, 128 * 1024, _ATOMIC_TRUNCATE | _BIG_WRITES, 12, 9, MOST_WRITE_BYTES, 1, 0, 0,
        0, *([0] * 7),
    )  # fmt: skip


def attributes(one: Attributes) -> bytes:
    """struct fuse_attr."""
    mode = stat.S_IFDIR | 0o700 if one.is_directory else stat.S_IFREG | 0o600
    blocks = (one.size + 511) // 512
    return _ATTRIBUTES.pack(
        one.node, one.size, blocks, 0, 0, 0, 0, 0, 0, mode, one.links, os.geteuid(), os.getegid(), 0, 4096, 0
    )


def attr_answer(one: Attributes) -> bytes:
    """struct fuse_attr_out."""
    return struct.pack("<QII", _FOR_EVER_S, 0, 0) + attributes(one)


def entry_answer(one: Attributes) -> bytes:
    """struct fuse_entry_out."""
    return struct.pack("<QQQQII", one.node, 0, _FOR_EVER_S, _FOR_EVER_S, 0, 0) + attributes(one)


def open_answer() -> bytes:
    """struct fuse_open_out; FOPEN_KEEP_CACHE, which shared memory maps need."""
    return struct.pack("<QII", 1, 2, 0)


def statfs_answer() -> bytes:
    """Room for everything."""
    return struct.pack("<QQQQQIIII6I", 1 << 24, 1 << 23, 1 << 23, 1 << 20, 1 << 19, 4096, 255, 4096, 0, *([0] * 6))


def directory_entry(node: int, place: int, name: bytes, *, kind: int) -> bytes:
    """struct fuse_dirent, padded."""
    entry = struct.pack("<QQII", node, place, len(name), kind >> 12) + name
    return entry + bytes(-len(entry) % 8)
