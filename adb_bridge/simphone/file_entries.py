"""The pieces of the file tree: entries, their modes, and what paths mean."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from .contents import Content
from .watches import Watch

DIRECTORY_MODE: Final = 0o040771
FILE_MODE: Final = 0o100660
LINK_MODE: Final = 0o120777
SHARED: Final = "/sdcard"
_ALIASES: Final = (("/storage/emulated/0", SHARED), ("/storage/self/primary", SHARED), ("/mnt/sdcard", SHARED))
_LINKS: Final = {
    SHARED: "/storage/self/primary",
    "/storage/self/primary": "/storage/emulated/0",
    "/mnt/sdcard": "/storage/self/primary",
}

MISSING: Final = "No such file or directory"
DENIED: Final = "Permission denied"
NO_DIRECTORY: Final = "Not a directory"
IS_DIRECTORY: Final = "Is a directory"
TOO_LONG: Final = "File name too long"


class SharedStorage(StrEnum):
    """Whether shell gets at shared storage."""

    OPEN = "open"
    LOCKED = "locked"
    """Not mounted before the first unlock."""
    REFUSED = "refused"
    """Mounted; shell may not read it."""


@dataclass(slots=True, kw_only=True, eq=False)
class Entry:
    """A file, a directory (content None) or a link (content and children None)."""

    mode: int
    mtime_ns: int
    """Unix time in nanoseconds, by the phone's clock."""
    inode: int
    content: Content | None = field(default=None, repr=False)
    children: "dict[str, Entry] | None" = field(default=None, repr=False)
    is_denied: bool = False
    """A directory that shell may neither list nor enter, a file that it may not open."""
    watches: list[Watch] = field(default_factory=list, repr=False)

    @property
    def mtime(self) -> int:
        """Unix seconds."""
        return self.mtime_ns // 1_000_000_000

    @property
    def size(self) -> int:
        """Bytes; 3452 for a directory, as f2fs reports."""
        return 3452 if self.content is None else self.content.size


def parts_of(clean: str) -> list[str]:
    """The names on the way to a clean path."""
    return [part for part in clean.split("/") if part]


def clean_path(path: str) -> str:
    """Absolute, without `.` and `..`, shared storage by its one name."""
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


def link_target(path: str) -> str | None:
    """Where a link points; None for what is no link. `/sdcard` is one, `/sdcard/` is the directory behind it."""
    return None if path.endswith("/") else _LINKS.get("/" + "/".join(part for part in path.split("/") if part))
