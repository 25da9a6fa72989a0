"""Change signals of folders, by the phone's own `inotifyd`: hints that a recording may be complete or gone.

Source: toybox `inotifyd.c` (in Android's toybox; not on every vendor's phone). `inotifyd - DIR:nwymd …` prints
`EVENTS<tab>DIR<tab>NAME<newline>` at once for files made (n), closed after writing (w), moved in or out (y, m) and
deleted (d); `o` is an overflow, `x` and `u` a folder that can no longer be watched. It ends when a given path does not
exist and when nothing is left to watch. Names are printed as they are, also with newlines; a forged line costs a look.

Not every phone's shared storage tells inotify of what apps write (not verified by vendor), so polling goes on; only a
signal that was seen proves that they come.
"""

import asyncio
import re
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from .errors import ParseError, ShellCommandError
from .recordings.folders import SHARED, Folder
from .session import Session, quote
from .sync_files import open_files

_MASK: Final = "nwymd"
_LONGEST_LINE: Final = 4096
_EVENTS: Final = re.compile(rb"[a-zA-Z0]{1,16}")
_MOST_RESTARTS: Final = 1000
_MOST_PATHS: Final = 200
_RESTART_PAUSE_S: Final = 0.2


class FileEvent(StrEnum):
    """What may have happened."""

    WRITTEN = "written"
    """A file was closed after writing, or moved in: it may be complete."""
    BEGUN = "begun"
    """A file was made: it will grow."""
    REMOVED = "removed"
    """Deleted or moved out."""
    LOST = "lost"
    """The watch has a gap: look at everything."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FileSignal:
    """A hint."""

    event: FileEvent
    folder: str | None
    """One of the folders that were asked for; None for any of them."""


async def watch_files(session: Session, folders: Sequence[Folder]) -> AsyncGenerator[FileSignal, None]:
    """Follow the folders that are there, and the ones that appear, until the connection ends. Look at everything once
    at each LOST, which also comes first.

    Raises:
        ShellCommandError: the phone has no `inotifyd`, or it does not run: poll.
        DeviceUnavailableError, ServerUnavailableError: the connection; ParseError: not the shell protocol.
    """
    paths = tuple(dict.fromkeys(folder.path for folder in folders if ":" not in folder.path))
    ancestors = _ancestors(paths)
    wanted = frozenset(path.casefold() for path in (*paths, *ancestors))
    has_failed = False
    for _ in range(_MOST_RESTARTS):
        there = await _there(session, (*paths, *ancestors))
        watched = [path for path in (*paths, *ancestors) if path in there][:_MOST_PATHS]
        if not watched:
            raise ParseError("inotifyd", sample_sha256="", detail="no shared storage")
        yield FileSignal(event=FileEvent.LOST, folder=None)
        command = "inotifyd - " + " ".join(quote(f"{path}:{_MASK}") for path in watched)
        try:
            async with aclosing(session.lines(command, idle_timeout_s=None, max_line_bytes=_LONGEST_LINE)) as lines:
                async for line in lines:
                    has_failed = False
                    signal, is_new_folder = read_line(line, paths, wanted)
                    if signal is not None:
                        yield signal
                    if is_new_folder:
                        break
        except ShellCommandError:
            # A folder may go between the list and the watch: once is bad luck, twice is no inotifyd.
            if has_failed:
                raise
            has_failed = True
        await asyncio.sleep(_RESTART_PAUSE_S)


def read_line(line: bytes, paths: Sequence[str], wanted: frozenset[str]) -> tuple[FileSignal | None, bool]:
    """The hint of a line, and whether folders may have come or gone. Total on any bytes."""
    events, _, rest = line.partition(b"\t")
    if not _EVENTS.fullmatch(events):
        return None, False
    where, has_name, name = rest.partition(b"\t")
    folder = where.decode(errors="replace")
    letters = set(events.decode("ascii"))
    if letters & set("oxuDM") or not has_name:
        return FileSignal(event=FileEvent.LOST, folder=None), True
    child = f"{folder}/{name.decode(errors='replace')}".casefold()
    is_new_folder = child in wanted and bool(letters & set("nymd"))
    if folder not in paths:
        return None, is_new_folder
    if letters & set("wy"):
        event = FileEvent.WRITTEN
    elif "n" in letters:
        event = FileEvent.BEGUN
    elif letters & set("md"):
        event = FileEvent.REMOVED
    else:
        return None, is_new_folder
    return FileSignal(event=event, folder=folder), is_new_folder


def _ancestors(paths: Sequence[str]) -> tuple[str, ...]:
    """Folders in which a wanted one may appear: those above the wanted ones, down from shared storage."""
    found: dict[str, None] = {}
    for path in paths:
        while path.startswith(f"{SHARED}/"):
            path = path.rpartition("/")[0]
            found[path] = None
    return tuple(sorted(found))


async def _there(session: Session, paths: Sequence[str]) -> frozenset[str]:
    """Which of them are folders that can be listed; shared storage is a link, so their own kind says nothing."""
    unique = tuple(dict.fromkeys(paths))
    async with open_files(session) as files:
        listings = await files.list([path.encode() for path in unique])
    return frozenset(path for path, listing in zip(unique, listings, strict=True) if listing.is_there)
