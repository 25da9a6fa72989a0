"""A small file tree in memory: what sync and the shell see. Absolute paths, `/` separated, no links."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

MAX_FILE: Final = 64 * 1024 * 1024
MAX_PATH: Final = 1024

DIRECTORY_MODE: Final = 0o040771
FILE_MODE: Final = 0o100660
_WRITABLE: Final = ("/sdcard", "/storage/emulated/0", "/data/local/tmp")
_ALIASES: Final = (("/storage/emulated/0", "/sdcard"), ("/storage/self/primary", "/sdcard"), ("/mnt/sdcard", "/sdcard"))


@dataclass(slots=True, kw_only=True)
class Entry:
    """A file or a directory (content None)."""

    mode: int
    mtime: int
    """Unix seconds."""
    inode: int
    content: bytearray | None = field(default=None, repr=False)

    @property
    def size(self) -> int:
        """Bytes; 3452 for a directory, as f2fs reports."""
        return 3452 if self.content is None else len(self.content)


class Files:
    """The tree. Methods take any path and return None or raise `OSError` with a POSIX errno text."""

    def __init__(self, *, now: datetime) -> None:
        self._entries: dict[str, Entry] = {}
        self._inode = 1000
        self._mtime = int(now.timestamp())
        for path in (
            "/",
            "/sdcard",
            "/sdcard/DCIM",
            "/sdcard/Download",
            "/data",
            "/data/local",
            "/data/local/tmp",
            "/system",
            "/system/bin",
            "/storage",
            "/proc",
        ):
            self.make_directory(path)

    def stat(self, path: str) -> Entry | None:
        """The entry at `path`."""
        return self._entries.get(_clean(path))

    def read(self, path: str) -> bytes | None:
        """A file's content, None when it is none."""
        entry = self.stat(path)
        return None if entry is None or entry.content is None else bytes(entry.content)

    def children(self, path: str) -> list[tuple[str, Entry]] | None:
        """Names and entries of a directory, sorted; None when it is none."""
        clean = _clean(path)
        entry = self._entries.get(clean)
        if entry is None or entry.content is not None:
            return None
        prefix = clean if clean.endswith("/") else clean + "/"
        found = [
            (other[len(prefix) :], item)
            for other, item in self._entries.items()
            if other.startswith(prefix) and other != clean and "/" not in other[len(prefix) :]
        ]
        return sorted(found, key=lambda pair: pair[0])

    def is_writable(self, path: str) -> bool:
        """Whether shell may write there."""
        clean = _clean(path)
        return any(clean == root or clean.startswith(root + "/") for root in _WRITABLE) and len(path) <= MAX_PATH

    def write(self, path: str, data: bytes, *, mtime: int | None = None, mode: int = FILE_MODE) -> None:
        """Replace a file, making its directories. Raise `OSError` for a directory or a file over 64 MiB."""
        clean = _clean(path)
        entry = self._entries.get(clean)
        if entry is not None and entry.content is None:
            raise OSError("Is a directory")
        if len(data) > MAX_FILE:
            raise OSError("File too large")
        self.make_directory(clean.rsplit("/", 1)[0] or "/")
        self._entries[clean] = Entry(
            mode=mode, mtime=self._mtime if mtime is None else mtime, inode=self._next_inode(), content=bytearray(data)
        )

    def append(self, path: str, data: bytes) -> None:
        """Add to a file. Raise `OSError` beyond 64 MiB."""
        entry = self.stat(path)
        if entry is None:
            self.write(path, data)
            return
        if entry.content is None:
            raise OSError("Is a directory")
        if len(entry.content) + len(data) > MAX_FILE:
            raise OSError("File too large")
        entry.content += data

    def remove(self, path: str) -> bool:
        """Delete a file; False when there is none."""
        entry = self.stat(path)
        if entry is None or entry.content is None:
            return False
        del self._entries[_clean(path)]
        return True

    def make_directory(self, path: str) -> None:
        """Make a directory and those above it."""
        clean = _clean(path)
        while clean not in self._entries:
            self._entries[clean] = Entry(mode=DIRECTORY_MODE, mtime=self._mtime, inode=self._next_inode())
            clean = clean.rsplit("/", 1)[0] or "/"

    def _next_inode(self) -> int:
        self._inode += 1
        return self._inode


def _clean(path: str) -> str:
    parts: list[str] = []
    for part in path.split("/"):
        if part == "..":
            del parts[-1:]
        elif part not in ("", "."):
            parts.append(part)
    clean = "/" + "/".join(parts)
    for alias, target in _ALIASES:
        if clean == alias or clean.startswith(alias + "/"):
            return target + clean[len(alias) :]
    return clean
