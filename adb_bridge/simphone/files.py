"""A file tree in memory: what sync and the shell see, and what the phone's apps do to it.

Absolute paths, `/` separated; names are any bytes but `/` and NUL, undecodable ones as surrogate escapes. The only
links are the names of shared storage (`/storage/emulated/0`, `/mnt/sdcard` …), which all mean `/sdcard`.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Final

from .contents import MAX_STORED, Content, Stored
from .file_entries import (
    DENIED,
    DIRECTORY_MODE,
    FILE_MODE,
    IS_DIRECTORY,
    LINK_MODE,
    MISSING,
    NO_DIRECTORY,
    SHARED,
    TOO_LONG,
    Entry,
    SharedStorage,
    clean_path,
    link_target,
    parts_of,
)
from .watches import FileEvent, end, tell

MAX_FILE: Final = MAX_STORED
MAX_PATH: Final = 1024
"""Bytes of a path in a sync request."""

MAX_NAME: Final = 255
"""Bytes of a name."""

_WRITABLE: Final = (SHARED, "/data/local/tmp")


class Files:
    """The tree. `lookup`, `stat`, `open`, `read` and `children` are what shell sees; all else is done by the phone's
    apps and its person, whom nothing is hidden from. Refusals are `OSError` with the text of the errno."""

    def __init__(
        self, *, now: Callable[[], datetime], shared: Callable[[], SharedStorage] = lambda: SharedStorage.OPEN
    ) -> None:
        self.are_apps_silent = False
        """Writes below shared storage are not told to inotify, as on phones whose FUSE layer swallows them."""
        self._now = now
        self._shared = shared
        self._inode = 1000
        self._root = Entry(mode=DIRECTORY_MODE, mtime_ns=self._now_ns(), inode=self._next_inode(), children={})
        for path in ("/sdcard/DCIM", "/sdcard/Download", "/data/local/tmp", "/system/bin", "/storage", "/proc"):
            self.make_directory(path)

    # --- what shell sees ---------------------------------------------------------------------------------------------

    def lookup(self, path: str) -> Entry:
        """The entry at `path`, links followed. Raise `OSError`."""
        clean = clean_path(path)
        if clean == SHARED or clean.startswith(SHARED + "/"):
            match self._shared():
                case SharedStorage.LOCKED:
                    raise OSError(MISSING)
                case SharedStorage.REFUSED if clean != SHARED:
                    raise OSError(DENIED)
                case _:
                    pass
        here = self._root
        for part in parts_of(clean):
            if here.children is None:
                raise OSError(NO_DIRECTORY)
            if here.is_denied:
                raise OSError(DENIED)
            if len(part.encode("utf-8", "surrogateescape")) > MAX_NAME:
                raise OSError(TOO_LONG)
            if part not in here.children:
                raise OSError(MISSING)
            here = here.children[part]
        if path.endswith("/") and here.children is None:
            raise OSError(NO_DIRECTORY)
        return here

    def lookup_link(self, path: str) -> Entry:
        """As `lookup`, without following a link in the last place: `/sdcard` is one, `/sdcard/` is not."""
        entry = self.lookup(path)
        target = link_target(path)
        if target is not None:
            content = Stored(target.encode())
            return Entry(mode=LINK_MODE, mtime_ns=entry.mtime_ns, inode=entry.inode, content=content)
        return entry

    def stat(self, path: str) -> Entry | None:
        """The entry at `path`, None when there is none to see."""
        try:
            return self.lookup(path)
        except OSError:
            return None

    def open(self, path: str) -> Content:
        """A file's content. It stays what it is when the file is deleted, moved or replaced later. Raise `OSError`."""
        entry = self.lookup(path)
        if entry.is_denied:
            raise OSError(DENIED)
        if entry.content is None:
            raise OSError(IS_DIRECTORY)
        return entry.content

    def read(self, path: str) -> bytes | None:
        """A file's first 64 MiB, None when there is none to read."""
        try:
            return self.open(path).read(0, MAX_FILE)
        except OSError:
            return None

    def entries(self, path: str) -> list[tuple[str, Entry]]:
        """Names and entries of a directory, sorted. Raise `OSError`."""
        entry = self.lookup(path)
        if entry.children is None:
            raise OSError(NO_DIRECTORY)
        if entry.is_denied or (self._shared() is SharedStorage.REFUSED and clean_path(path) == SHARED):
            raise OSError(DENIED)
        return sorted(entry.children.items())

    def children(self, path: str) -> list[tuple[str, Entry]] | None:
        """As `entries`, None instead of an error."""
        try:
            return self.entries(path)
        except OSError:
            return None

    def is_writable(self, path: str) -> bool:
        """Whether shell may write there."""
        clean = clean_path(path)
        return any(clean == root or clean.startswith(root + "/") for root in _WRITABLE) and len(path) <= MAX_PATH

    # --- what happens ------------------------------------------------------------------------------------------------

    def write(self, path: str, data: bytes | Content, *, mtime: int | None = None, mode: int = FILE_MODE) -> None:
        """Put a whole file in place, making its directories; who has the old one open keeps reading that. `mtime` is
        in Unix seconds. Raise `OSError` for a directory, and for stored bytes over 64 MiB."""
        content = Stored(data) if isinstance(data, bytes) else data
        folder, name = self._place(path)
        assert folder.children is not None
        old = folder.children.get(name)
        if old is not None and old.content is None:
            raise OSError(IS_DIRECTORY)
        stamp = self._now_ns() if mtime is None else mtime * 1_000_000_000
        entry = Entry(mode=mode, mtime_ns=stamp, inode=self._next_inode(), content=content)
        folder.children[name] = entry
        if old is None:
            folder.mtime_ns = self._now_ns()
            self._tell(path, folder, FileEvent.CREATE, name)
        else:
            end(old.watches)
        self._tell(path, folder, FileEvent.MODIFY, name)
        self._tell(path, folder, FileEvent.CLOSE_WRITE, name)

    def append(self, path: str, data: bytes) -> None:
        """Add to a file, or make it. Raise `OSError` beyond 64 MiB."""
        writer = self.open_writer(path)
        writer.write(data)
        writer.close()

    def open_writer(self, path: str, content: Content | None = None) -> "FileWriter":
        """Open a file for adding to its end; a new one starts as `content`, by default empty. Raise `OSError`."""
        folder, name = self._place(path)
        assert folder.children is not None
        entry = folder.children.get(name)
        if entry is None:
            entry = Entry(
                mode=FILE_MODE, mtime_ns=self._now_ns(), inode=self._next_inode(), content=content or Stored()
            )
            folder.children[name] = entry
            folder.mtime_ns = entry.mtime_ns
            self._tell(path, folder, FileEvent.CREATE, name)
        if entry.content is None:
            raise OSError(IS_DIRECTORY)
        return FileWriter(self, path, entry, entry.content)

    def truncate(self, path: str, size: int) -> None:
        """Cut a file off, or grow it, in place. Raise `OSError`."""
        folder, name, entry = self._existing(path)
        if entry.content is None:
            raise OSError(IS_DIRECTORY)
        entry.content.truncate(size)
        entry.mtime_ns = self._now_ns()
        self._tell(path, folder, FileEvent.MODIFY, name)

    def touch(self, path: str, at: datetime) -> None:
        """Set the modification time. Raise `OSError`."""
        folder, name, entry = self._existing(path)
        entry.mtime_ns = int(at.timestamp() * 1_000_000) * 1000
        self._tell(path, folder, FileEvent.ATTRIB, name)

    def rename(self, old: str, new: str) -> None:
        """Move a file or directory; a file in the new place is replaced. Raise `OSError`."""
        source, old_name, entry = self._existing(old)
        target, new_name = self._place(new)
        assert source.children is not None and target.children is not None
        replaced = target.children.get(new_name)
        if replaced is entry:
            return
        if replaced is not None and replaced.content is None:
            raise OSError(IS_DIRECTORY)
        if clean_path(new).startswith(clean_path(old) + "/"):
            raise OSError("Invalid argument")
        del source.children[old_name]
        target.children[new_name] = entry
        source.mtime_ns = target.mtime_ns = self._now_ns()
        self._tell(old, source, FileEvent.MOVED_FROM, old_name)
        self._tell(new, target, FileEvent.MOVED_TO, new_name)
        tell(entry.watches, FileEvent.MOVE_SELF)
        if replaced is not None:
            end(replaced.watches)

    def remove(self, path: str) -> bool:
        """Delete a file; False when there is none."""
        try:
            folder, name, entry = self._existing(path)
        except OSError:
            return False
        if entry.content is None:
            return False
        self._drop(path, folder, name, entry)
        return True

    def remove_directory(self, path: str) -> None:
        """Delete a directory and everything in it. Raise `OSError`."""
        folder, name, entry = self._existing(path)
        if entry.children is None:
            raise OSError(NO_DIRECTORY)
        for child, item in tuple(entry.children.items()):
            inner = f"{path.rstrip('/')}/{child}"
            if item.children is None:
                self._drop(inner, entry, child, item)
            else:
                self.remove_directory(inner)
        self._drop(path, folder, name, entry)

    def make_directory(self, path: str) -> Entry:
        """Make a directory and those above it. Raise `OSError` when a file is in the way."""
        here, done = self._root, ""
        for part in parts_of(clean_path(path)):
            if here.children is None:
                raise OSError(NO_DIRECTORY)
            done += "/" + part
            if part not in here.children:
                here.children[part] = Entry(
                    mode=DIRECTORY_MODE, mtime_ns=self._now_ns(), inode=self._next_inode(), children={}
                )
                here.mtime_ns = self._now_ns()
                self._tell(done, here, FileEvent.CREATE, part)
            here = here.children[part]
        if here.children is None:
            raise OSError(NO_DIRECTORY)
        return here

    def deny(self, path: str) -> None:
        """Take a directory or file away from shell, as Android does with `Android/data` on some builds."""
        self._existing(path)[2].is_denied = True

    def allow(self, path: str) -> None:
        """Undo `deny`."""
        self._existing(path)[2].is_denied = False

    def find(self, path: str) -> Entry | None:
        """The entry at `path` whether shell may see it or not."""
        try:
            return self._existing(path)[2]
        except OSError:
            return None

    def all_below(self, path: str) -> list[tuple[str, Entry]]:
        """Names and entries of a directory whether shell may see them or not; none when there is no directory."""
        entry = self.find(path)
        return list((entry.children or {}).items()) if entry is not None else []

    # --- inside ------------------------------------------------------------------------------------------------------

    def note_write(self, path: str, entry: Entry, event: FileEvent) -> None:
        """A writer wrote, or closed."""
        if event is FileEvent.MODIFY:
            entry.mtime_ns = self._now_ns()
        try:
            folder, name, there = self._existing(path)
        except OSError:
            return
        if there is entry:
            self._tell(path, folder, event, name)

    def _drop(self, path: str, folder: Entry, name: str, entry: Entry) -> None:
        assert folder.children is not None
        del folder.children[name]
        folder.mtime_ns = self._now_ns()
        self._tell(path, folder, FileEvent.DELETE, name)
        end(entry.watches)

    def _existing(self, path: str) -> tuple[Entry, str, Entry]:
        """Directory, name and entry, nothing hidden. Raise `OSError`."""
        *above, name = parts_of(clean_path(path)) or [""]
        here = self._root
        for part in above:
            if here.children is None or part not in here.children:
                raise OSError(MISSING)
            here = here.children[part]
        if here.children is None or name not in here.children:
            raise OSError(MISSING)
        return here, name, here.children[name]

    def _place(self, path: str) -> tuple[Entry, str]:
        """The directory, made when missing, and the name in it. Raise `OSError`."""
        folder, _, name = clean_path(path).rpartition("/")
        if not name:
            raise OSError(IS_DIRECTORY)
        if len(name.encode("utf-8", "surrogateescape")) > MAX_NAME:
            raise OSError(TOO_LONG)
        return self.make_directory(folder or "/"), name

    def _tell(self, path: str, folder: Entry, event: FileEvent, name: str) -> None:
        if self.are_apps_silent and clean_path(path).startswith(SHARED + "/"):
            return
        tell(folder.watches, event, name)
        entry = (folder.children or {}).get(name)
        if entry is not None and event in (FileEvent.MODIFY, FileEvent.CLOSE_WRITE, FileEvent.ATTRIB):
            tell(entry.watches, event)

    def _now_ns(self) -> int:
        return int(self._now().timestamp() * 1_000_000) * 1000

    def _next_inode(self) -> int:
        self._inode += 1
        return self._inode


class FileWriter:
    """A file that an app holds open for writing."""

    def __init__(self, files: Files, path: str, entry: Entry, content: Content) -> None:
        self.path = path
        """Where the file was opened; set it when the file is renamed meanwhile."""
        self.content = content
        self._files = files
        self._entry = entry

    def write(self, data: bytes) -> None:
        """Add bytes. Raise `OSError` beyond 64 MiB."""
        self.content.append(data)
        self._files.note_write(self.path, self._entry, FileEvent.MODIFY)

    def resize(self, size: int) -> None:
        """Grow or cut to `size`; a `Synthetic` content makes its bytes up. Raise `OSError`."""
        self.content.truncate(size)
        self._files.note_write(self.path, self._entry, FileEvent.MODIFY)

    def close(self) -> None:
        """The app is done."""
        self._files.note_write(self.path, self._entry, FileEvent.CLOSE_WRITE)
