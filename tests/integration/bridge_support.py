"""A real private adb server with simulated phones behind it, and an archive that is a dict."""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from adb_bridge.bridge import Bridge, BridgeSettings
from adb_bridge.clock import SystemClock
from adb_bridge.collectors import Collector
from adb_bridge.collectors.base import BlobWriter
from adb_bridge.errors import AdbBridgeError, BridgeErrorCode
from adb_bridge.records import AbsentRecord, AdbState, CollectedBatch, Cursor, RawRecord, SmsRow, TransportSerial
from adb_bridge.rows import BlobRef, MmsRow
from adb_bridge.session import Session
from adb_bridge.simphone.phone import SimPhone
from adb_bridge.simphone.spec import PhoneSpec

CLOCK = SystemClock()


class ShelfBlob:
    """A blob in memory; what was written survives `pause`."""

    def __init__(self, shelf: "Shelf", name: str) -> None:
        self._shelf = shelf
        self._name = name
        self._bytes = shelf.unfinished.setdefault(name, bytearray())

    @property
    def offset(self) -> int:
        return len(self._bytes)

    async def write(self, chunk: bytes) -> None:
        self._bytes += chunk

    async def finish(self) -> BlobRef:
        whole = bytes(self._shelf.unfinished.pop(self._name))
        digest = hashlib.sha256(whole).hexdigest()
        self._shelf.blobs[digest] = whole
        return BlobRef(sha256=digest, size_bytes=len(whole))

    async def abandon(self) -> None:
        self._shelf.unfinished.pop(self._name, None)

    async def pause(self) -> None:
        pass


class Shelf:
    """What a daemon would have archived of one source of one phone."""

    def __init__(self, collector: Collector) -> None:
        self.collector = collector
        self.cursor: Cursor | None = None
        self.rows: dict[int, RawRecord] = {}
        self.versions: dict[int, list[RawRecord]] = {}
        self.keyed: dict[str, RawRecord] = {}
        """Records whose source key is no number."""
        self.absent: set[int] = set()
        self.absent_keys: set[str] = set()
        self.doubtful: dict[str, AbsentRecord] = {}
        self.blobs: dict[str, bytes] = {}
        """Finished attachments by SHA-256."""
        self.unfinished: dict[str, bytearray] = {}
        self.batches = 0

    async def present_ids(self, low: int, high: int) -> frozenset[int]:
        return frozenset(row_id for row_id in self.rows if low <= row_id <= high and row_id not in self.absent)

    async def present_keys(self, prefix: str) -> frozenset[str]:
        return frozenset(key for key in self.keyed if key.startswith(prefix) and key not in self.absent_keys)

    async def subscriptions_of(self, ids: frozenset[int]) -> Mapping[int, int | None]:
        found: dict[int, int | None] = {}
        for row_id in ids & self.rows.keys():
            row = self.rows[row_id].row
            found[row_id] = row.sub_id if isinstance(row, SmsRow | MmsRow) else None
        return found

    async def open_blob(self, name: str) -> BlobWriter:
        return ShelfBlob(self, name)

    async def collect(self, session: Session) -> list[RawRecord]:
        return await self._take(self.collector.collect(session, self.cursor, self))

    async def sweep(self, session: Session) -> list[RawRecord]:
        assert self.cursor is not None
        return await self._take(self.collector.sweep(session, self.cursor, self))

    async def _take(self, batches: AsyncIterator[CollectedBatch]) -> list[RawRecord]:
        taken: list[RawRecord] = []
        async for batch in batches:
            self.take(batch)
            taken.extend(batch.records)
        return taken

    def take(self, batch: CollectedBatch) -> None:
        self.batches += 1
        for record in batch.records:
            if not record.source_key.isdecimal():
                self.keyed[record.source_key] = record
                self.absent_keys.discard(record.source_key)
                continue
            row_id = int(record.source_key)
            if row_id not in self.rows or self.rows[row_id].row != record.row:
                self.versions.setdefault(row_id, []).append(record)
            self.rows[row_id] = record
            self.absent.discard(row_id)
        for one in batch.absent:
            if one.doubts:
                self.doubtful[one.source_key] = one
            elif one.source_key.isdecimal():
                self.absent.add(int(one.source_key))
            else:
                self.absent_keys.add(one.source_key)
        self.cursor = batch.cursor


@asynccontextmanager
async def running_bridge(
    home: Path, *, port: int = 0, external: str | None = None, workers: int = 8
) -> AsyncIterator[Bridge]:
    bridge = Bridge(BridgeSettings(home=home, port=port, external=external, workers=workers), CLOCK)
    await bridge.start()
    try:
        yield bridge
    finally:
        await bridge.stop()


async def refusal_of(call: Awaitable[object]) -> BridgeErrorCode:
    """The code with which `call` is refused."""
    with pytest.raises(AdbBridgeError) as caught:
        await call
    return caught.value.code


async def until(holds: Callable[[], bool], timeout_s: float = 8.0) -> None:
    """Wait for a condition; TimeoutError when it never holds."""
    async with asyncio.timeout(timeout_s):
        while not holds():
            await asyncio.sleep(0.02)


async def until_state(bridge: Bridge, serial: str, *states: AdbState | None, timeout_s: float = 20.0) -> None:
    async with asyncio.timeout(timeout_s):
        async for transports in bridge.watch():
            state = next((one.state for one in transports if one.serial == serial), None)
            if state in states:
                return


@asynccontextmanager
async def connected(bridge: Bridge, spec: PhoneSpec) -> AsyncIterator[tuple[SimPhone, Session]]:
    phone = SimPhone(spec, CLOCK)
    address = await phone.start()
    try:
        await bridge.connect(address)
        await until_state(bridge, address, AdbState.DEVICE)
        session = bridge.session(TransportSerial(address))
        try:
            yield phone, session
        finally:
            await session.close()
    finally:
        await bridge.disconnect(address)
        await phone.stop()
