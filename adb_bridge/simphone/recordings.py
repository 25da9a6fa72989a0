"""Call recordings as a phone's dialer makes them: a file that grows, then stands still, and its media row.

What the dialer calls them and where it puts them is the profile's (`RecordingRules`).
"""

import posixpath
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from .contents import Content, Stored
from .file_entries import SHARED, Entry
from .files import Files, FileWriter
from .media import MediaIndex, MediaState
from .recording_names import Pending

PENDING_DAYS: Final = 7
"""A `.pending-` name carries the Unix time after which the system deletes the file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredRecording:
    """A recording on the phone now."""

    path: str
    content: Content
    modified_at_s: int
    """Unix seconds by the phone's clock."""
    duration_ms: int | None
    """None while it is being written."""
    is_finished: bool


@dataclass(slots=True)
class _Known:
    entry: Entry
    duration_ms: int | None


class Recordings:
    """The recordings of one phone. What is done to the files by other means than these methods shows in `truth` too."""

    def __init__(
        self, files: Files, media: MediaIndex, *, now: Callable[[], datetime], pending: Callable[[], Pending]
    ) -> None:
        self._files = files
        self._media = media
        self._now = now
        self._pending = pending
        self._known: dict[str, _Known] = {}

    def begin(self, path: str, *, content: Content | None = None) -> "Recording":
        """The dialer starts to record into `path`. `content` is where it starts from, by default stored bytes; a
        `Synthetic` one takes `resize` instead of `write`. Raise `OSError`."""
        style = self._pending()
        shown = path
        if style is Pending.NAME:
            folder, name = posixpath.split(path)
            expires_s = int(self._now().timestamp()) + PENDING_DAYS * 86_400
            shown = posixpath.join(folder, f".pending-{expires_s}-{name}")
        writer = self._files.open_writer(shown, content or Stored())
        self._note(shown, None)
        if style is not Pending.PLAIN:
            self._media.put(shown, size=0, modified_s=self._now_s(), state=MediaState.PENDING)
        return Recording(self, writer, path)

    def add(
        self, path: str, content: bytes | Content, *, duration_ms: int = 60_000, at: datetime | None = None
    ) -> None:
        """A finished recording, last written at `at` (default: now). Raise `OSError`."""
        modified_s = self._now_s() if at is None else int(at.timestamp())
        self._files.write(path, content, mtime=modified_s)
        self._note(path, duration_ms)
        self._index(path, duration_ms)

    def rename(self, old: str, new: str) -> None:
        """The person gives a recording another name or place; its media row stays the same one. Raise `OSError`."""
        self._files.rename(old, new)
        self._known[new] = self._known.pop(old)
        self._media.move(old, new)

    def delete(self, path: str) -> None:
        """The person deletes a recording. Silent when there is none."""
        self._files.remove(path)
        self._known.pop(path, None)
        self._media.forget(path)

    def erase(self) -> None:
        """Shared storage and shell's own folder are emptied, silently for the media rows."""
        for root in (SHARED, "/data/local/tmp"):
            for name, entry in self._files.all_below(root):
                if entry.children is None:
                    self._files.remove(f"{root}/{name}")
                else:
                    self._files.remove_directory(f"{root}/{name}")
        self._known.clear()
        self._media.clear()

    def truth(self) -> tuple[StoredRecording, ...]:
        """All recordings that are there now, by path: what a perfect archive holds of the finished ones."""
        return tuple(
            StoredRecording(
                path=path,
                content=known.entry.content or Stored(),
                modified_at_s=known.entry.mtime,
                duration_ms=known.duration_ms,
                is_finished=known.duration_ms is not None,
            )
            for path, known in sorted(self._known.items())
            if self._files.find(path) is known.entry
        )

    # --- for Recording -----------------------------------------------------------------------------------------------

    def finished(self, writer: FileWriter, path: str, duration_ms: int) -> None:
        """The writer is closed: the file gets its name, the media row its length."""
        if writer.path != path:
            self._files.rename(writer.path, path)
            self._media.move(writer.path, path)
            self._known.pop(writer.path, None)
        self._note(path, duration_ms)
        self._index(path, duration_ms)

    def _index(self, path: str, duration_ms: int) -> None:
        entry = self._known[path].entry
        self._media.put(path, size=entry.size, modified_s=entry.mtime, duration_ms=duration_ms)

    def _note(self, path: str, duration_ms: int | None) -> None:
        entry = self._files.find(path)
        assert entry is not None
        self._known[path] = _Known(entry, duration_ms)

    def _now_s(self) -> int:
        return int(self._now().timestamp())


class Recording:
    """A recording that is being made."""

    def __init__(self, recordings: Recordings, writer: FileWriter, path: str) -> None:
        self.path = path
        """Its name once it is finished."""
        self._recordings = recordings
        self._writer = writer

    @property
    def shown_path(self) -> str:
        """Where the file is now."""
        return self._writer.path

    def write(self, data: bytes) -> None:
        """More sound. Raise `OSError` beyond 64 MiB."""
        self._writer.write(data)

    def resize(self, size: int) -> None:
        """Grow to `size` bytes, for a `Synthetic` content. Raise `OSError`."""
        self._writer.resize(size)

    def finish(self, *, duration_ms: int = 60_000) -> None:
        """The call is over."""
        self._writer.close()
        self._recordings.finished(self._writer, self.path, duration_ms)
