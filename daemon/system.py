"""What the daemon asks of Linux: no core dumps, and a word to systemd."""

import ctypes
import mmap
import os
import resource
import socket
from collections.abc import Mapping

_PR_SET_DUMPABLE = 4


def forbid_dumps() -> None:
    """Keys are in this process: no core file, and no other process of the same user may attach or read its memory."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)


def may_make_code() -> bool:
    """Whether this process may run what it wrote to memory: not under `MemoryDenyWriteExecute`. Asks the kernel."""
    libc = ctypes.CDLL(None, use_errno=True)
    libc.mprotect.argtypes = (ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int)
    with mmap.mmap(-1, mmap.PAGESIZE, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS) as page:
        start = ctypes.c_char.from_buffer(page)
        is_allowed = bool(libc.mprotect(ctypes.addressof(start), mmap.PAGESIZE, mmap.PROT_READ | mmap.PROT_EXEC) == 0)
        libc.mprotect(ctypes.addressof(start), mmap.PAGESIZE, mmap.PROT_READ | mmap.PROT_WRITE)
        del start
    return is_allowed


def notify_systemd(state: str, env: Mapping[str, str]) -> None:
    """Send `READY=1`, `STOPPING=1`, `WATCHDOG=1` or `STATUS=...` when systemd started us; otherwise nothing."""
    address = env.get("NOTIFY_SOCKET", "")
    if not address.startswith(("/", "@")):
        return
    if address.startswith("@"):
        address = "\0" + address[1:]
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as channel:
        try:
            channel.connect(address)
            channel.send(state.encode())
        except OSError:
            # systemd has gone or filled its queue; our work does not depend on it.
            return


def disk_free_bytes(path: str) -> int:
    """Bytes that an unprivileged process may still write."""
    stat = os.statvfs(path)
    return stat.f_bavail * stat.f_frsize
