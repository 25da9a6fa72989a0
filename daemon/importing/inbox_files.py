"""The inbox on the disk: what waits in it, and where a file goes when it was dealt with.

inbox/SERIAL/…          put files here; subfolders are fine
inbox/done/DATE/SERIAL/…    imported; with a `.txt` beside it when rows were refused
inbox/failed/DATE/SERIAL/…  not imported, or not to its end; the `.txt` beside it says why

Whoever may write here may swap a folder for a link at any moment: files are moved by folders that were opened.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

from .files import FileChangedError, PlainFile

MOST_WAITING: Final = 10_000
"""Files of one look; the others wait for the next."""
_DEEPEST: Final = 8
_LONGEST_NAME_BYTES: Final = 255
_LONGEST_SUFFIX: Final = 20
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
        """Move a file; `note`, when there is one, goes beside it. A file of that name that is there stays.

        Raises FileChangedError when another file has its place by now.
        """
        source = one.file.path.relative_to(self.root)
        target = Path(box.value, date, source)
        _make(self.root, target.parent)
        with _opened(self.root, target.parent) as folder, _opened(self.root, source.parent) as before:
            name = _free_name(target, folder)
            if note:
                flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC
                beside = os.open(_with_end(name, ".txt"), flags, 0o600, dir_fd=folder)
                with os.fdopen(beside, "w", encoding="utf-8") as file:
                    file.write(note)
            if os.stat(source.name, dir_fd=before, follow_symlinks=False).st_ino != one.file.inode:
                raise FileChangedError
            os.rename(source.name, name, src_dir_fd=before, dst_dir_fd=folder)
        self._tidy(one.file.path.parent)

    def _tidy(self, folder: Path) -> None:
        """Remove emptied subfolders; the phone's own folder stays."""
        with suppress(OSError):
            while folder != self.root and folder.parent != self.root:
                folder.rmdir()
                folder = folder.parent


def _make(root: Path, relative: Path) -> None:
    """The folder `relative` below `root`, through no link."""
    for at, name in enumerate(relative.parts):
        with _opened(root, Path(*relative.parts[:at])) as parent, suppress(FileExistsError):
            os.mkdir(name, 0o700, dir_fd=parent)


@contextmanager
def _opened(root: Path, relative: Path) -> Iterator[int]:
    """A handle of the folder `relative` below `root`, reached through no link."""
    handle = os.open(root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        for name in relative.parts:
            parent = handle
            handle = os.open(name, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=parent)
            os.close(parent)
        yield handle
    finally:
        os.close(handle)


def _free_name(target: Path, folder: int) -> str:
    stem, suffix = (target.stem, target.suffix) if len(target.suffix) <= _LONGEST_SUFFIX else (target.name, "")
    name, number = target.name, 1
    with suppress(FileNotFoundError):
        while os.stat(name, dir_fd=folder, follow_symlinks=False):
            number += 1
            name = _with_end(stem, f".{number}{suffix}")
    return name


def _with_end(name: str, end: str) -> str:
    """Not longer than a name may be."""
    return os.fsdecode(os.fsencode(name)[: _LONGEST_NAME_BYTES - len(os.fsencode(end))]) + end


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
