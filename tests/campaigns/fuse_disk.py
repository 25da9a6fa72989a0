"""A file system in memory that keeps a journal of all that was written, made, renamed and synced, in its order."""

import errno
import os
import stat
import struct
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, TypeAlias

from .fuse_wire import (
    UNANSWERED,
    Attributes,
    Op,
    Request,
    answer,
    attr_answer,
    directory_entry,
    entry_answer,
    init_answer,
    open_answer,
    receive,
    statfs_answer,
)

ROOT: Final = 1
ACKS: Final = 2
ACKS_NAME: Final = b".said"
"""What is written to this file is no content of the disk: it marks a moment."""
_SET_SIZE: Final = 1 << 3


@dataclass(frozen=True, slots=True)
class Written:
    node: int
    offset: int
    content: bytes


@dataclass(frozen=True, slots=True)
class Cut:
    """Truncated, or grown."""

    node: int
    size: int


@dataclass(frozen=True, slots=True)
class Synced:
    """fsync of a file or of a directory."""

    node: int


@dataclass(frozen=True, slots=True)
class Entered:
    """A name in a directory leads to a node."""

    parent: int
    name: bytes
    node: int
    old: tuple[int, bytes] | None = None
    """The name it is moved away from."""
    is_new_directory: bool = False


@dataclass(frozen=True, slots=True)
class Removed:
    parent: int
    name: bytes


@dataclass(frozen=True, slots=True)
class SaidLine:
    text: str


Step: TypeAlias = Written | Cut | Synced | Entered | Removed | SaidLine


@dataclass(slots=True)
class Files:
    """Contents and directories, by node."""

    contents: dict[int, bytearray] = field(default_factory=dict)
    directories: dict[int, dict[bytes, int]] = field(default_factory=lambda: {ROOT: {}})

    def copy(self) -> "Files":
        return Files(
            {node: bytearray(content) for node, content in self.contents.items()},
            {node: dict(names) for node, names in self.directories.items()},
        )

    def load(self, place: Path, node: int, next_node: int) -> int:
        """Take in a real directory; returns the next free node."""
        for path in sorted(place.iterdir()):
            self.directories[node][path.name.encode()] = next_node
            mine = next_node
            next_node += 1
            if path.is_dir():
                self.directories[mine] = {}
                next_node = self.load(path, mine, next_node)
            else:
                self.contents[mine] = bytearray(path.read_bytes())
        return next_node

    def store(self, place: Path, node: int = ROOT) -> None:
        """Write it all to a real directory, made."""
        place.mkdir()
        for name, child in self.directories[node].items():
            path = place / os.fsdecode(name)
            if child in self.directories:
                self.store(path, child)
            else:
                path.write_bytes(self.contents.get(child, b""))
                path.chmod(0o600)

    def write(self, node: int, offset: int, content: bytes) -> None:
        target = self.contents[node]
        if len(target) < offset:
            target.extend(bytes(offset - len(target)))
        target[offset : offset + len(content)] = content

    def cut(self, node: int, size: int) -> None:
        target = self.contents[node]
        del target[size:]
        target.extend(bytes(size - len(target)))


class RecordingDisk:
    """Serves the requests of one mount until it is unmounted."""

    def __init__(self, content: Path) -> None:
        """`content`: what is on the disk, durable, at the start."""
        self.files = Files()
        self._next = self.files.load(content, ROOT, ACKS + 1)
        self.start = self.files.copy()
        self.journal: list[Step] = []
        self._broken: BaseException | None = None

    def serve(self, handle: int) -> threading.Thread:
        """In a thread of its own."""

        def loop() -> None:
            while (request := receive(handle)) is not None:
                if request.op in UNANSWERED:
                    continue
                try:
                    answer(handle, request, self._answer(request))
                except OSError as error:
                    answer(handle, request, error=error.errno or errno.EIO)
            os.close(handle)

        thread = threading.Thread(target=loop, name="recording-disk", daemon=True)
        thread.start()
        return thread

    def _answer(self, request: Request) -> bytes:  # noqa: C901
        node, body = request.node, request.body
        match request.op:
            case Op.INIT:
                return init_answer()
            case Op.LOOKUP:
                return entry_answer(self._attributes(self._find(node, _name(body))))
            case Op.GETATTR:
                return attr_answer(self._attributes(node))
            case Op.SETATTR:
                valid, _, _, size = struct.unpack_from("<IIQQ", body)
                if valid & _SET_SIZE:
                    self._cut(node, size)
                return attr_answer(self._attributes(node))
            case Op.CREATE:
                flags, *_ = struct.unpack_from("<IIII", body)
                child = self._make(node, _name(body[16:]), flags)
                return entry_answer(self._attributes(child)) + open_answer()
            case Op.MKDIR:
                child = self._new_node()
                self._enter(Entered(node, _name(body[8:]), child, is_new_directory=True))
                return entry_answer(self._attributes(child))
            case Op.OPEN | Op.OPENDIR:
                flags = struct.unpack_from("<I", body)[0]
                if flags & os.O_TRUNC and node in self.files.contents:
                    self._cut(node, 0)
                return open_answer()
            case Op.READ:
                _, offset, size = struct.unpack_from("<QQI", body)
                return b"" if node == ACKS else bytes(self.files.contents[node][offset : offset + size])
            case Op.WRITE:
                _, offset, size = struct.unpack_from("<QQI", body)
                self._write(node, offset, body[40 : 40 + size])
                return struct.pack("<II", size, 0)
            case Op.UNLINK | Op.RMDIR:
                return self._remove(node, _name(body))
            case Op.RENAME:
                return self._rename(node, struct.unpack_from("<Q", body)[0], body[8:], 0)
            case Op.RENAME2:
                target, flags, _ = struct.unpack_from("<QII", body)
                return self._rename(node, target, body[16:], flags)
            case Op.LINK:
                old = struct.unpack_from("<Q", body)[0]
                name = _name(body[8:])
                if name in self.files.directories[node]:
                    raise OSError(errno.EEXIST, "there is one")
                self._enter(Entered(node, name, old))
                return entry_answer(self._attributes(old))
            case Op.FSYNC | Op.FSYNCDIR:
                self.journal.append(Synced(node))
                return b""
            case Op.READDIR:
                return self._list(node, *struct.unpack_from("<QQI", body)[1:3])
            case Op.STATFS:
                return statfs_answer()
            case Op.RELEASE | Op.RELEASEDIR | Op.FLUSH | Op.DESTROY:
                return b""
            case _:
                raise OSError(errno.ENOSYS, "not served")

    def _new_node(self) -> int:
        self._next += 1
        return self._next

    def _find(self, parent: int, name: bytes) -> int:
        if parent == ROOT and name == ACKS_NAME:
            return ACKS
        try:
            return self.files.directories[parent][name]
        except KeyError:
            raise FileNotFoundError(errno.ENOENT, "none") from None

    def _attributes(self, node: int) -> Attributes:
        if node in self.files.directories:
            return Attributes(node=node, size=0, is_directory=True, links=2)
        if node == ACKS:
            return Attributes(node=node, size=0, is_directory=False, links=1)
        if node not in self.files.contents:
            raise FileNotFoundError(errno.ENOENT, "none")
        return Attributes(node=node, size=len(self.files.contents[node]), is_directory=False, links=1)

    def _make(self, parent: int, name: bytes, flags: int) -> int:
        names = self.files.directories[parent]
        if name in names:
            if flags & os.O_EXCL:
                raise FileExistsError(errno.EEXIST, "there is one")
            if flags & os.O_TRUNC:
                self._cut(names[name], 0)
            return names[name]
        node = self._new_node()
        self.files.contents[node] = bytearray()
        self._enter(Entered(parent, name, node))
        return node

    def _enter(self, step: Entered) -> None:
        apply(self.files, step)
        self.journal.append(step)

    def _cut(self, node: int, size: int) -> None:
        if len(self.files.contents[node]) != size:
            self.files.cut(node, size)
            self.journal.append(Cut(node, size))

    def _write(self, node: int, offset: int, content: bytes) -> None:
        if node == ACKS:
            self.journal += [SaidLine(line) for line in content.decode().splitlines()]
            return
        self.files.write(node, offset, content)
        self.journal.append(Written(node, offset, content))

    def _remove(self, parent: int, name: bytes) -> bytes:
        node = self._find(parent, name)
        if self.files.directories.get(node):
            raise OSError(errno.ENOTEMPTY, "not empty")
        step = Removed(parent, name)
        apply(self.files, step)
        self.journal.append(step)
        return b""

    def _rename(self, parent: int, target: int, names: bytes, flags: int) -> bytes:
        old, new, *_ = names.split(b"\0")
        node = self._find(parent, old)
        there = self.files.directories[target].get(new)
        if there is not None and flags & 1:
            raise FileExistsError(errno.EEXIST, "there is one")
        if there is not None and self.files.directories.get(there):
            raise OSError(errno.ENOTEMPTY, "not empty")
        self._enter(Entered(target, new, node, (parent, old)))
        return b""

    def _list(self, node: int, offset: int, size: int) -> bytes:
        found = b""
        for place, (name, child) in enumerate(sorted(self.files.directories[node].items()), 1):
            if place <= offset:
                continue
            kind = stat.S_IFDIR if child in self.files.directories else stat.S_IFREG
            entry = directory_entry(child, place, name, kind=kind)
            if len(found) + len(entry) > size:
                break
            found += entry
        return found


def apply(files: Files, step: Entered | Removed) -> None:
    """One change of a directory. Where its directory is not there it is lost."""
    names = files.directories.get(step.parent)
    if isinstance(step, Removed):
        if names is not None:
            names.pop(step.name, None)
        return
    if step.old is not None:
        source = files.directories.get(step.old[0])
        if source is not None and source.get(step.old[1]) == step.node:
            del source[step.old[1]]
    if step.is_new_directory:
        files.directories.setdefault(step.node, {})
    if names is not None:
        names[step.name] = step.node


def _name(body: bytes) -> bytes:
    return body.split(b"\0", 1)[0]
