"""The `sync:` service: stat, list, pull and push, in the v1 and v2 forms.

Source: `file_sync_protocol.h`, `file_sync_service.cpp`. No compression is advertised, so data is plain.
"""

import asyncio
import errno
import os
import struct
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from ..contents import Content
from ..faults import Delay, Drop, Effect, ErrorText, Garbage, Hang, Meanwhile, Truncate
from ..file_entries import Entry
from ..files import MAX_FILE, MAX_PATH, Files
from ..handset import Handset
from ..journal import ServedCommand
from .packets import ProtocolError
from .streams import Stream, StreamClosedError

DATA_MAX: Final = 64 * 1024
_BATCH: Final = 8 * DATA_MAX
"""Bytes handed to the stream at a time: its payloads hold 1 MiB."""

_REQUEST: Final = struct.Struct("<4sI")
_STAT_1: Final = struct.Struct("<4sIII")
_STAT_2: Final = struct.Struct("<4sIQQIIIIQqqq")
_DENT_1: Final = struct.Struct("<4sIIII")
_DENT_2: Final = struct.Struct("<4sIQQIIIIQqqqI")
_SEND_2: Final = struct.Struct("<4sII")
_RECV_2: Final = struct.Struct("<4sI")
_VERBS: Final = {b"RCV2": b"RECV", b"SND2": b"SEND", b"LIS2": b"LIST", b"STA2": b"STAT", b"LST2": b"STAT"}
_DRY_RUN: Final = 0x80000000
_DEVICE: Final = 66_306
_ERRNO: Final = {os.strerror(code): code for code in errno.errorcode}
_UID, _GID = 10_100, 1_015


@dataclass(frozen=True, slots=True)
class _Upload:
    path: str
    mode: int
    is_dry_run: bool


async def serve_sync(stream: Stream, handset: Handset, note: Callable[[str], ServedCommand]) -> None:
    """Serve requests until QUIT or the host's close. Each is noted by its v1 name, `RECV /path`, whichever form the
    host used, and may be hit by faults that match `sync:RECV /path`. Raise `ProtocolError` for requests that are not
    sync's, `StreamClosedError` on a pulled cable."""
    wire = _SyncWire(stream)
    while True:
        header = await wire.read(_REQUEST.size, may_end=True)
        if not header:
            return
        name, length = _REQUEST.unpack(header)
        if name == b"QUIT":
            return
        if length > MAX_PATH:
            await _fail(stream, "path too long")
            return
        path = (await wire.read(length)).decode("utf-8", "surrogateescape")
        text = f"{_VERBS.get(name, name).decode('ascii', 'replace')} {path}"
        served = note(text)
        trouble = _Trouble(handset, stream, served, handset.faults.strike(f"sync:{text}"))
        await _serve_one(name, path, wire, trouble, handset.files)
        served.is_finished = True


async def _serve_one(name: bytes, path: str, wire: "_SyncWire", trouble: "_Trouble", files: Files) -> None:
    stream = trouble.stream
    await trouble.before()
    match name:
        case b"STAT":
            try:
                entry = files.lookup_link(path)
                fields = (entry.mode, entry.size & 0xFFFFFFFF, entry.mtime & 0xFFFFFFFF)
            except OSError:
                fields = (0, 0, 0)
            await stream.write(_STAT_1.pack(b"STAT", *fields))
        case b"STA2" | b"LST2":
            await stream.write(_stat_2(name, path, files))
        case b"LIST" | b"LIS2":
            await _list(name, path, stream, files)
        case b"RECV":
            await _receive(path, trouble, files)
        case b"RCV2":
            again, _flags = _RECV_2.unpack(await wire.read(_RECV_2.size))
            if again != b"RCV2":
                raise ProtocolError("RCV2 without its second part")
            await _receive(path, trouble, files)
        case b"SEND":
            target, _, mode = path.rpartition(",")
            if not target or not mode.isdigit():
                await _fail(stream, "missing , in ID_SEND_V1")
                return
            await _send(_Upload(target, int(mode), is_dry_run=False), wire, stream, files)
        case b"SND2":
            again, number, flags = _SEND_2.unpack(await wire.read(_SEND_2.size))
            if again != b"SND2":
                raise ProtocolError("SND2 without its second part")
            await _send(_Upload(path, number, is_dry_run=bool(flags & _DRY_RUN)), wire, stream, files)
        case _:
            await _fail(stream, f"unknown command {name.decode('ascii', 'replace')}")
            raise ProtocolError("unknown sync request")


def _stat_2(name: bytes, path: str, files: Files) -> bytes:
    try:
        entry = files.lookup_link(path) if name == b"LST2" else files.lookup(path)
    except OSError as error:
        return _STAT_2.pack(name, _ERRNO.get(str(error), errno.ENOENT), 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)
    return _STAT_2.pack(name, 0, *_status(entry))


def _status(entry: Entry) -> tuple[int, ...]:
    links = 2 if entry.content is None else 1
    times = (entry.mtime, entry.mtime, entry.mtime)
    return (_DEVICE, entry.inode, entry.mode, links, _UID, _GID, entry.size, *times)


async def _list(name: bytes, path: str, stream: Stream, files: Files) -> None:
    is_new = name == b"LIS2"
    parts = []
    here = files.stat(path)
    named = files.children(path)
    if here is not None and named is not None:
        named = [(".", here), ("..", here), *named]
    for child, entry in named or ():
        raw = child.encode("utf-8", "surrogateescape")
        if is_new:
            parts.append(_DENT_2.pack(b"DNT2", 0, *_status(entry), len(raw)) + raw)
        else:
            parts.append(_DENT_1.pack(b"DENT", entry.mode, entry.size & 0xFFFFFFFF, entry.mtime, len(raw)) + raw)
    end = _DENT_2.pack(b"DONE", *([0] * 12)) if is_new else _DENT_1.pack(b"DONE", 0, 0, 0, 0)
    await stream.write(b"".join(parts) + end)


async def _receive(path: str, trouble: "_Trouble", files: Files) -> None:
    try:
        content = files.open(path)
    except OSError as error:
        # adbd opens a directory, and fails when it reads.
        verb = "read" if str(error) == os.strerror(errno.EISDIR) else "open"
        await _fail(trouble.stream, f"{verb} failed: {error}")
        return
    await trouble.send(content)


async def _send(upload: _Upload, wire: "_SyncWire", stream: Stream, files: Files) -> None:
    """Take all data even when it cannot be written, as adbd does: the host reads the answer only at the end."""
    is_link = upload.mode & 0o170000 == 0o120000
    problem = None if files.is_writable(upload.path) and not is_link else "Permission denied"
    parts: list[bytes] = []
    size = 0
    while True:
        name, number = _REQUEST.unpack(await wire.read(_REQUEST.size))
        if name == b"DONE":
            break
        if name != b"DATA" or number > DATA_MAX:
            raise ProtocolError("not sync data")
        piece = await wire.read(number)
        size += number
        if size > MAX_FILE:
            problem, parts = "No space left on device", []
        elif problem is None:
            parts.append(piece)
    if problem is None and not upload.is_dry_run:
        try:
            files.write(upload.path, b"".join(parts), mtime=number, mode=0o100000 | (upload.mode & 0o777 or 0o660))
        except OSError as error:
            problem = str(error)
    if problem is None:
        await stream.write(_REQUEST.pack(b"OKAY", 0))
    else:
        await _fail(stream, f"couldn't create file: {problem}")


async def _fail(stream: Stream, text: str) -> None:
    raw = text.encode()
    await stream.write(_REQUEST.pack(b"FAIL", len(raw)) + raw)


class _Trouble:
    """One request with the faults that hit it."""

    def __init__(self, handset: Handset, stream: Stream, served: ServedCommand, effects: Sequence[Effect]) -> None:
        self.stream = stream
        self._cut = handset.cable.cut
        self._served = served
        self._effects = list(effects)

    async def before(self) -> None:
        """What strikes before the answer. Raise `StreamClosedError` when the cable is pulled or the host goes."""
        for effect in tuple(self._effects):
            match effect:
                case Delay(seconds=seconds):
                    await asyncio.sleep(seconds)
                case Hang(after_bytes=0) | Drop(after_bytes=0):
                    await self._strike(effect)
                case _:
                    pass

    async def send(self, content: Content) -> None:
        """Send a file as it is while it is read: one that grows gives more, one that shrinks less. An `ErrorText` ends
        it with that failure, `Truncate` early, `Garbage` stands in the place of its bytes."""
        for effect in self._effects:
            if isinstance(effect, Garbage):
                await self._data(effect.data)
                await self.stream.write(_REQUEST.pack(b"DONE", 0))
                return
        sent = 0
        while True:
            limit = await self._reach(sent)
            piece = content.read(sent, _BATCH if limit is None else min(_BATCH, limit))
            if not piece:
                break
            await self._data(piece)
            sent += len(piece)
        for effect in self._effects:
            if isinstance(effect, ErrorText):
                await _fail(self.stream, effect.data.decode("utf-8", "replace"))
                return
        await self.stream.write(_REQUEST.pack(b"DONE", 0))

    async def _reach(self, sent: int) -> int | None:
        """Strike what is due after `sent` bytes; how far it is to the next fault, None for no limit."""
        nearest = None
        for effect in tuple(self._effects):
            match effect:
                case Truncate(size=at):
                    pass
                case Hang(after_bytes=at) | Drop(after_bytes=at) | Meanwhile(after_bytes=at):
                    if sent >= at:
                        await self._strike(effect)
                        continue
                case _:
                    continue
            nearest = min(max(0, at - sent), nearest if nearest is not None else at)
        return nearest

    async def _strike(self, effect: Effect) -> None:
        self._effects.remove(effect)
        match effect:
            case Meanwhile(action=action):
                action()
            case Drop():
                self._cut()
                raise StreamClosedError
            case _:
                await self.stream.closed.wait()
                raise StreamClosedError

    async def _data(self, data: bytes) -> None:
        parts = []
        for start in range(0, len(data), DATA_MAX):
            piece = data[start : start + DATA_MAX]
            parts += [_REQUEST.pack(b"DATA", len(piece)), piece]
        self._served.stdout_bytes += len(data)
        await self.stream.write(b"".join(parts))


class _SyncWire:
    """Exact reads from a stream."""

    def __init__(self, stream: Stream) -> None:
        self._stream = stream
        self._buffer = bytearray()

    async def read(self, size: int, *, may_end: bool = False) -> bytes:
        """`size` bytes; b"" at a clean end when it `may_end`. Raise `ProtocolError` for an end in the middle."""
        while len(self._buffer) < size:
            data = await self._stream.read()
            if not data:
                if may_end and not self._buffer:
                    return b""
                raise ProtocolError("sync request cut off")
            self._buffer += data
        taken = bytes(self._buffer[:size])
        del self._buffer[:size]
        return taken
