"""A real private adb server with simulated phones behind it, and an archive that is a dict."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from adb_bridge.bridge import Bridge, BridgeSettings
from adb_bridge.clock import SystemClock
from adb_bridge.collectors import Collector
from adb_bridge.errors import AdbBridgeError, BridgeErrorCode
from adb_bridge.records import AdbState, CollectedBatch, Cursor, RawRecord, TransportSerial
from adb_bridge.session import Session
from adb_bridge.simphone.phone import SimPhone
from adb_bridge.simphone.spec import PhoneSpec

CLOCK = SystemClock()


class Shelf:
    """What a daemon would have archived of one source of one phone."""

    def __init__(self, collector: Collector) -> None:
        self.collector = collector
        self.cursor: Cursor | None = None
        self.rows: dict[int, RawRecord] = {}
        self.versions: dict[int, list[RawRecord]] = {}
        self.absent: set[int] = set()
        self.batches = 0

    async def present_ids(self, low: int, high: int) -> frozenset[int]:
        return frozenset(row_id for row_id in self.rows if low <= row_id <= high and row_id not in self.absent)

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
            row_id = int(record.source_key)
            if row_id not in self.rows or self.rows[row_id].row != record.row:
                self.versions.setdefault(row_id, []).append(record)
            self.rows[row_id] = record
            self.absent.discard(row_id)
        self.absent |= {int(one.source_key) for one in batch.absent}
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
