"""Sealed files of attachments: the collectors' side (`open`, a `BlobWriter`) and the readers' side (`read`).

    media/spool/TOKEN.kN/    what is being written; left ones are dropped a week after their last part
    media/blobs/kN/XX/NAME/  finished files under key N, see `media_shelves` and `crypto.sealed_parts`

A disk that gets full refuses attachments well before the archive itself has no room: records wait, nothing is lost.
"""

import asyncio
import os
import shutil
import threading
import weakref
from collections import Counter
from collections.abc import AsyncGenerator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path
from typing import Final, TypeVar

from adb_bridge.clock import Clock
from adb_bridge.collectors.base import BlobRefusedError
from adb_bridge.records import DeviceSerial, Source
from adb_bridge.rows import BlobRef
from crypto.atomic_file import storage_errors
from crypto.errors import DiskFullError, StorageError, VaultStateError
from crypto.sealed_parts import is_whole, read_content
from crypto.sealed_writer import SealedWriter, place_of

from .media_shelves import Shelf, Shelves

SPOOL_KEPT: Final = timedelta(days=7)
RECORD_AWAITED_S: Final = 600.0
"""So long after a file was sealed the record that names it may be on its way."""
_HAND_OVER_BYTES: Final = 1024 * 1024
"""So much is gathered before a thread is asked to take it."""
_SEALING_THREADS: Final = 2
_MOST_PARKED: Final = 32
_NEXT_READ: Final = object()

T = TypeVar("T")


class MediaRefusedError(BlobRefusedError):
    """The disk is full or failed; `code` names it to people."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class _Slot:
    """One spool and who writes to it now. Its lock is held by one thread at a time."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.sealed: SealedWriter | None = None
        self.shelf: Shelf | None = None
        self._owner: weakref.ref[MediaWriter] | None = None

    @property
    def owner(self) -> "MediaWriter | None":
        """None also when the writer was dropped without being ended."""
        return None if self._owner is None else self._owner()

    def own(self, writer: "MediaWriter | None") -> None:
        """From now on only `writer` may write."""
        self._owner = None if writer is None else weakref.ref(writer)


class MediaStore:
    """One per daemon. Memory: three parts (12 MiB) a writer and what two sealing threads need."""

    def __init__(self, directory: Path, shelves: Shelves, *, clock: Clock, keep_free_bytes: int = 0) -> None:
        """Touches nothing yet. Attachments are refused while less than `keep_free_bytes` would stay free."""
        self._spool = directory / "spool"
        self._blobs = directory / "blobs"
        self._shelves = shelves
        self._clock = clock
        self._keep_free_bytes = keep_free_bytes
        self._slots: dict[str, _Slot] = {}
        self._finishing: Counter[str] = Counter()
        self._lock = threading.Lock()
        self._sealed_at_s: dict[str, float] = {}
        self._threads = ThreadPoolExecutor(_SEALING_THREADS, thread_name_prefix="media")

    async def open(self, device: DeviceSerial, source: Source, name: str) -> "MediaWriter":
        """A writer for `name` of one source of one phone; goes on where an earlier one of this name was safe.

        An earlier writer of the same name that was not ended is ended by this. Raises MediaRefusedError.
        """
        token = self._shelves.names().token_of(f"{device}\0{source.value}\0{name}")
        slot = self._slots.pop(token, None) or _Slot()
        self._slots[token] = slot
        self._forget_parked()
        writer = MediaWriter(self, slot)
        slot.own(writer)

        def take_up() -> None:
            self._require_room()
            if slot.sealed is not None and slot.shelf is not None and not self._shelves.is_writable(slot.shelf):
                slot.sealed.discard()
                slot.sealed = None
            if slot.sealed is None or not slot.sealed.directory.is_dir():
                slot.shelf = self._shelf_of(token, source)
                self._make_directories(slot.shelf)
                slot.sealed = SealedWriter(self._spool / _spool_name(token, slot.shelf), slot.shelf.keys)
            slot.sealed.pause()

        await self.work(slot, writer, take_up)
        return writer

    async def read(self, sha256: str) -> AsyncGenerator[bytes, None]:
        """The content with this hash (64 hexadecimal digits), in pieces of at most 4 MiB, each one checked.

        Raises IntegrityError (SEALED_MISSING, SEALED_DAMAGED) and StorageError, also after the first pieces.
        """
        digest = bytes.fromhex(sha256)
        shelf, place = await asyncio.to_thread(self._find, digest)
        pieces = read_content(place, shelf.keys, digest)
        while isinstance(piece := await asyncio.to_thread(next, pieces, _NEXT_READ), bytes):
            yield piece

    async def has(self, sha256: str) -> bool:
        """Whether the content with this hash is there, by the list and sizes of its parts."""
        digest = bytes.fromhex(sha256)
        shelf, place = await asyncio.to_thread(self._find, digest)
        return await asyncio.to_thread(is_whole, place, shelf.keys, digest)

    def is_awaited(self, sha256: str) -> bool:
        """Whether this content was sealed by this store so short ago that its record may not be committed yet."""
        at_s = self._sealed_at_s.get(sha256)
        return at_s is not None and self._clock.monotonic() - at_s < RECORD_AWAITED_S

    async def remove(self, sha256: str) -> bool:
        """Take the content with this hash away from every shelf, where it is. StorageError.

        False, and nothing is touched, when `is_awaited`.
        """
        name = self._shelves.names().name_of(bytes.fromhex(sha256))

        def take_away() -> bool:
            if self.is_awaited(sha256):
                return False
            for shelf in self._shelves.all():
                place = place_of(self._blobs / shelf.folder, name)
                with storage_errors(name):
                    if place.is_dir():
                        aside = place.with_name(f".{place.name}.gone")
                        shutil.rmtree(aside, ignore_errors=True)
                        place.rename(aside)  # whole or gone, whatever happens in the middle
                        shutil.rmtree(aside)
            return True

        return await asyncio.to_thread(take_away)

    async def is_empty(self, folder: str) -> bool:
        """Whether no file lies in a shelf's folder any more; then the folder goes too.

        When the shelf was not writable any more before this was called, none comes afterwards.
        """

        def look() -> bool:
            with self._lock:
                if self._finishing[folder]:
                    return False
            with storage_errors(folder):
                place = self._blobs / folder
                if not folder or not place.is_dir():
                    return bool(folder)
                for shard in place.iterdir():
                    with suppress(OSError):
                        shard.rmdir()
                with suppress(OSError):
                    place.rmdir()
                return not place.is_dir()

        return await asyncio.to_thread(look)

    async def drop_expired(self) -> int:
        """Remove what was begun and not gone on with for a week; how many."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, self._drop_expired)

    def close(self) -> None:
        """Wait for parts being written. What was begun stays in the spool."""
        self._threads.shutdown(wait=True, cancel_futures=True)

    async def work(self, slot: _Slot, writer: "MediaWriter", task: Callable[[], T]) -> T:
        """Run `task` for the slot's owner in a sealing thread. MediaRefusedError, also when `writer` is it no more."""

        def guarded() -> T:
            with slot.lock:
                if slot.owner is not writer:
                    raise MediaRefusedError("media.writer_replaced")
                try:
                    return task()
                except DiskFullError:
                    raise MediaRefusedError("vault.disk_full") from None
                except (StorageError, VaultStateError) as error:
                    raise MediaRefusedError(error.code.value) from error

        return await asyncio.get_running_loop().run_in_executor(self._threads, guarded)

    def take(self, slot: _Slot, chunk: bytes) -> None:
        """The next bytes into the spool. In a sealing thread."""
        self._require_room()
        _sealed(slot).write(chunk)

    def finish(self, slot: _Slot, chunk: bytes) -> BlobRef:
        """The last bytes; the file gets its name. In a sealing thread."""
        sealed = _sealed(slot)
        sealed.write(chunk)
        assert slot.shelf is not None
        with self._finished_on(slot.shelf):
            file = sealed.finish(self._blobs / slot.shelf.folder)
        slot.sealed = None
        slot.own(None)
        sha256, now_s = file.sha256.hex(), self._clock.monotonic()
        for old in [one for one, at_s in list(self._sealed_at_s.items()) if now_s - at_s >= RECORD_AWAITED_S]:
            self._sealed_at_s.pop(old, None)
        self._sealed_at_s[sha256] = now_s
        return BlobRef(sha256=sha256, size_bytes=file.size_bytes)

    @staticmethod
    def abandon(slot: _Slot) -> None:
        """Remove the spool. In a sealing thread."""
        _sealed(slot).discard()
        slot.sealed = None
        slot.own(None)

    @staticmethod
    def pause(slot: _Slot, chunk: bytes) -> None:
        """Keep what is safe. In a sealing thread; a full disk keeps less."""
        sealed = _sealed(slot)
        with suppress(StorageError):
            sealed.write(chunk)
        with suppress(StorageError):
            sealed.pause()
        slot.own(None)

    @contextmanager
    def _finished_on(self, shelf: Shelf) -> Iterator[None]:
        """MediaRefusedError when its key is about to be destroyed: the file is read again, for another shelf."""
        with self._lock:
            if not self._shelves.is_writable(shelf):
                raise MediaRefusedError("media.writer_replaced")
            self._finishing[shelf.folder] += 1
        try:
            yield
        finally:
            with self._lock:
                self._finishing[shelf.folder] -= 1

    def _forget_parked(self) -> None:
        """Their spools stay; the next writer of such a name reads them again."""
        parked = [token for token, slot in self._slots.items() if slot.owner is None]
        for token in parked[: max(0, len(self._slots) - _MOST_PARKED)]:
            del self._slots[token]

    def _find(self, digest: bytes) -> tuple[Shelf, Path]:
        """Where the content is, or would be."""
        name = self._shelves.names().name_of(digest)
        shelves = self._shelves.all()
        for shelf in shelves:
            place = place_of(self._blobs / shelf.folder, name)
            if place.is_dir():
                return shelf, place
        return shelves[0], place_of(self._blobs / shelves[0].folder, name)

    def _shelf_of(self, token: str, source: Source) -> Shelf:
        """Where an earlier writer of this name left off, else the present week's."""
        for shelf in self._shelves.all():
            if self._shelves.is_writable(shelf) and (self._spool / _spool_name(token, shelf)).is_dir():
                return shelf
        try:
            return self._shelves.writing(source, self._clock.now())
        except DiskFullError:
            raise MediaRefusedError("vault.disk_full") from None

    def _make_directories(self, shelf: Shelf) -> None:
        for directory in (self._spool.parent, self._spool, self._blobs, self._blobs / shelf.folder):
            with storage_errors(directory.name):
                directory.mkdir(mode=0o700, exist_ok=True)

    def _require_room(self) -> None:
        try:
            disk = os.statvfs(self._spool.parent.parent)
        except OSError:
            raise MediaRefusedError("file.io") from None
        if disk.f_bavail * disk.f_frsize < self._keep_free_bytes:
            raise MediaRefusedError("vault.disk_full")

    def _drop_expired(self) -> int:
        oldest_s = (self._clock.now() - SPOOL_KEPT).timestamp()
        in_use = {slot.sealed.directory for slot in list(self._slots.values()) if slot.owner and slot.sealed}
        dropped = 0
        with suppress(OSError):
            for directory in self._spool.iterdir():
                if directory not in in_use and directory.stat().st_mtime < oldest_s:
                    shutil.rmtree(directory, ignore_errors=True)
                    dropped += 1
        return dropped


class MediaWriter:
    """See `adb_bridge.collectors.base.BlobWriter`. Made by `MediaStore.open`."""

    def __init__(self, store: MediaStore, slot: _Slot) -> None:
        self._store = store
        self._slot = slot
        self._held: list[bytes] = []
        self._held_bytes = 0

    @property
    def offset(self) -> int:
        """See `BlobWriter`."""
        return 0 if self._slot.sealed is None else self._slot.sealed.offset

    async def write(self, chunk: bytes) -> None:
        """See `BlobWriter`. MediaRefusedError when the disk is full."""
        self._held.append(chunk)
        self._held_bytes += len(chunk)
        if self._held_bytes >= _HAND_OVER_BYTES:
            taken = self._hand_over()
            await self._store.work(self._slot, self, lambda: self._store.take(self._slot, taken))

    async def finish(self) -> BlobRef:
        """See `BlobWriter`. MediaRefusedError when the disk is full; `pause` then keeps what is safe."""
        taken = self._hand_over()
        return await self._store.work(self._slot, self, lambda: self._store.finish(self._slot, taken))

    async def abandon(self) -> None:
        """See `BlobWriter`."""
        self._hand_over()
        await self._end(lambda: self._store.abandon(self._slot))

    async def pause(self) -> None:
        """See `BlobWriter`. Nothing when the writer was ended already."""
        taken = self._hand_over()
        await self._end(lambda: self._store.pause(self._slot, taken))

    async def _end(self, task: Callable[[], None]) -> None:
        """The end of a writer must not fail: what it could not do, the next writer of the name does."""
        if self._slot.owner is self:
            with suppress(MediaRefusedError):
                await self._store.work(self._slot, self, task)

    def _hand_over(self) -> bytes:
        taken = b"".join(self._held)
        self._held.clear()
        self._held_bytes = 0
        return taken


def _spool_name(token: str, shelf: Shelf) -> str:
    return f"{token}.{shelf.folder}" if shelf.folder else token


def _sealed(slot: _Slot) -> SealedWriter:
    if slot.sealed is None:
        raise MediaRefusedError("media.writer_replaced")
    return slot.sealed
