"""The inbox on the disk: what waits in it, and where a file goes when it was dealt with.

inbox/SERIAL/…          put files here; subfolders are fine
inbox/done/DATE/SERIAL/…    imported; with a `.txt` beside it when rows were refused
inbox/failed/DATE/SERIAL/…  not imported, or not to its end; the `.txt` beside it says why
"""

import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

from .files import PlainFile

MOST_WAITING: Final = 10_000
"""Files of one look; the others wait for the next."""
_DEEPEST: Final = 8
_UNFINISHED: Final = (".part", ".tmp", ".temp", ".crdownload", ".filepart", ".partial", ".download", "~")
"""What programs call files that they are still writing."""


class Box(StrEnum):
    """Where files go."""

    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A file in the inbox."""

    file: PlainFile
    owner: str | None
    """Name of the folder it lies in, a serial if people did as they were told; None: not in a folder."""


class InboxFolder:
    """All methods block and raise OSError."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def prepare(self) -> None:
        """Make it, for the daemon's user alone; a group may be let in by hand."""
        self.root.mkdir(mode=0o700, exist_ok=True)

    def waiting(self) -> list[Waiting]:
        """What lies there now, by path; links, hidden and unfinished files are left alone."""
        found: list[Waiting] = []
        for file in _files(self.root, _DEEPEST, skip=frozenset(box.value for box in Box)):
            parts = file.path.relative_to(self.root).parts
            found.append(Waiting(file=file, owner=parts[0] if len(parts) > 1 else None))
            if len(found) >= MOST_WAITING:
                break
        return found

    def put_away(self, one: Waiting, box: Box, date: str, note: str) -> None:
        """Move a file; `note`, when there is one, goes beside it. A file of that name that is there stays."""
        target = self.root / box.value / date / one.file.path.relative_to(self.root)
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        number = 1
        free = target
        while free.is_symlink() or free.exists():
            number += 1
            free = target.with_name(f"{target.stem}.{number}{target.suffix}")
        if note:
            beside = free.with_name(f"{free.name}.txt")
            flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC
            with os.fdopen(os.open(beside, flags, 0o600), "w", encoding="utf-8") as file:
                file.write(note)
        one.file.path.rename(free)
        self._tidy(one.file.path.parent)

    def _tidy(self, folder: Path) -> None:
        """Remove emptied subfolders; the phone's own folder stays."""
        with suppress(OSError):
            while folder != self.root and folder.parent != self.root:
                folder.rmdir()
                folder = folder.parent


def _files(folder: Path, depth: int, skip: frozenset[str]) -> Iterator[PlainFile]:
    try:
        with os.scandir(folder) as listing:
            entries = sorted(listing, key=lambda entry: entry.name)
    except (FileNotFoundError, NotADirectoryError, PermissionError):
        return
    for entry in entries:
        name = entry.name
        if name.startswith(".") or name in skip or name.lower().endswith(_UNFINISHED):
            continue
        if entry.is_dir(follow_symlinks=False):
            if depth > 0:
                yield from _files(folder / name, depth - 1, frozenset())
        elif (file := PlainFile.look(folder / name)) is not None:
            yield file
