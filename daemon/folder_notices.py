"""Tells when something in a folder changes (watchdog); where the system cannot tell, it stays quiet."""

import asyncio
import warnings
from contextlib import suppress
from pathlib import Path
from typing import Final

from watchdog.events import (
    EVENT_TYPE_CLOSED,
    EVENT_TYPE_CREATED,
    EVENT_TYPE_DELETED,
    EVENT_TYPE_MODIFIED,
    EVENT_TYPE_MOVED,
    FileSystemEvent,
    FileSystemEventHandler,
)
from watchdog.observers import Observer
from watchdog.observers.api import BaseObserver

from .logs import Log

_CHANGES: Final = frozenset(
    {EVENT_TYPE_CREATED, EVENT_TYPE_MODIFIED, EVENT_TYPE_MOVED, EVENT_TYPE_DELETED, EVENT_TYPE_CLOSED}
)
_JOIN_S: Final = 2.0

# A folder that is made while its parent is being watched is found twice: watchdog then sets the same callback again.
warnings.filterwarnings("ignore", message="Callback with id", category=RuntimeWarning)


class FolderNotices(FileSystemEventHandler):
    """Sets `changed` of a loop when something in the folder changes."""

    def __init__(self, folder: Path, changed: asyncio.Event, loop: asyncio.AbstractEventLoop, log: Log) -> None:
        self._folder = folder
        self._changed = changed
        self._loop = loop
        self._log = log
        self._observer: BaseObserver | None = None
        self._inode: int | None = None

    def attach(self) -> None:
        """Watch the folder that stands there now, unless it is watched already. May block for a moment."""
        inode = _inode_of(self._folder)
        if inode == self._inode:
            return
        self.close()
        self._inode = inode
        if inode is None:
            return
        observer = Observer()
        try:
            observer.schedule(self, str(self._folder), recursive=True)
            observer.start()
        except OSError as error:  # the machine's limit of watches, or the folder went away again
            self._log.warning("folder.unwatched", error_type=type(error).__name__, code=error.errno)
            return
        self._observer = observer

    def on_any_event(self, event: FileSystemEvent) -> None:
        """Called in the observer's thread. That we read the files ourselves is no change."""
        if event.event_type in _CHANGES:
            with suppress(RuntimeError):  # the loop may be closed by now
                self._loop.call_soon_threadsafe(self._changed.set)

    def close(self) -> None:
        """End the observer's thread. May block for a moment."""
        observer, self._observer = self._observer, None
        if observer is not None:
            observer.stop()
            observer.join(_JOIN_S)


def _inode_of(path: Path) -> int | None:
    try:
        return path.stat().st_ino
    except OSError:
        return None
