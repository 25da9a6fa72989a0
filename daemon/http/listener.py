"""The API's Unix socket: private before anybody can connect; only a dead daemon's leftover is replaced."""

import contextlib
import os
import socket
import stat
from dataclasses import dataclass
from pathlib import Path

from ..api.socket_path import reachable
from .errors import SocketTakenError

SOCKET_MODE = 0o660
BACKLOG = 128


@dataclass(frozen=True, slots=True, kw_only=True)
class Listener:
    """A listening socket and the file it has."""

    socket: socket.socket
    path: Path
    inode: int

    def remove_file(self) -> None:
        """Remove the socket's file unless somebody else's has taken its place."""
        with contextlib.suppress(OSError):
            if self.path.lstat().st_ino == self.inode:
                self.path.unlink()


def listen(path: Path) -> Listener:
    """Bind `path` with mode 0660 and listen. The directory is the caller's to make (0750 or tighter).

    Raises:
        SocketTakenError: a daemon answers there (`socket.taken`), or a file is in the way (`socket.not_a_socket`).
        OSError: the directory is missing or not writable.
    """
    _refuse_taken(path)
    # Bound under another name and moved there: no moment without a socket, none with the wrong mode.
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.unlink(missing_ok=True)
    server = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM | socket.SOCK_NONBLOCK | socket.SOCK_CLOEXEC)
    try:
        with reachable(draft) as name:
            server.bind(name)
        draft.chmod(SOCKET_MODE)
        server.listen(BACKLOG)
        inode = draft.lstat().st_ino
        draft.rename(path)
    except OSError:
        server.close()
        draft.unlink(missing_ok=True)
        raise
    return Listener(socket=server, path=path, inode=inode)


def _refuse_taken(path: Path) -> None:
    try:
        mode = path.lstat().st_mode
    except FileNotFoundError:
        return
    if not stat.S_ISSOCK(mode):
        raise SocketTakenError("socket.not_a_socket", path)
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe, reachable(path) as name:
        probe.settimeout(1.0)
        try:
            probe.connect(name)
        except (ConnectionRefusedError, FileNotFoundError):
            return
        except OSError as error:
            # Full backlog or a time-out: somebody is there. No right to connect: not ours to replace.
            raise SocketTakenError("socket.taken", path) from error
    raise SocketTakenError("socket.taken", path)
