"""Reading enrolled phones while the vault is closed. What is read goes sealed into files and cannot be read back here.

Nothing is judged and nothing is alerted before the vault is open; reading twice does no harm, because the archive knows
its events by what they say. A phone's work is one supervised task, one source after the other.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from adb_bridge.bridge import Bridge
from adb_bridge.clock import Clock
from adb_bridge.collectors import collectors
from adb_bridge.collectors.base import BlobRefusedError, BlobWriter, Collector
from adb_bridge.collectors.settings import CollectorSettings
from adb_bridge.errors import AdbBridgeError, BridgeErrorCode
from adb_bridge.probe import identify
from adb_bridge.records import AdbState, CollectedBatch, Cursor, DeviceSerial, Source, TransportSerial
from adb_bridge.session import Session
from crypto.errors import CryptoError, DiskFullError
from crypto.recipients import Recipient
from crypto.sealed_keys import SealRecipient

from ..logs import log_for
from ..phone_link import PhoneLink
from ..supervise import RetryPolicy, Supervision, supervise
from .batches import BatchFolder, SealedBatch
from .blobs import SealedBlobWriter
from .roster import Roster, RosterPhone, SealedPaths, token_of

_LINK_CODES: Final = frozenset({BridgeErrorCode.DEVICE_OFFLINE, BridgeErrorCode.DEVICE_UNAUTHORIZED})


@dataclass(slots=True)
class SealedFigures:
    """What there is to tell of the work behind the closed door."""

    phones: int = 0
    """Enrolled phones that are connected."""
    batches: int = 0
    is_disk_full: bool = False


@dataclass(slots=True)
class _Holdings:
    """See `adb_bridge.collectors.base.Holdings`: nothing can be looked up."""

    directory: Path
    recipient: SealRecipient
    writers: list[SealedBlobWriter] = field(default_factory=list)

    async def present_ids(self, low: int, high: int) -> frozenset[int]:
        return frozenset()

    async def present_keys(self, prefix: str) -> frozenset[str]:
        return frozenset()

    async def subscriptions_of(self, ids: frozenset[int]) -> Mapping[int, int | None]:
        return {}

    async def open_blob(self, name: str) -> BlobWriter:
        writer = SealedBlobWriter(self.directory, self.recipient)
        self.writers.append(writer)
        return writer


class SealedCollecting:
    """One per closed vault."""

    def __init__(
        self,
        roster: Roster,
        paths: SealedPaths,
        *,
        link: PhoneLink,
        clock: Clock,
        settings: CollectorSettings,
        interval_s: float,
    ) -> None:
        self._phones = {phone.token: phone for phone in roster.phones}
        self._store_id = roster.store_id
        self._addresses = roster.addresses
        self._inbox = Recipient(roster.inbox)
        self._files = SealRecipient(roster.files)
        self._paths = paths
        self._folder = BatchFolder(paths.batches)
        self._link = link
        self._clock = clock
        self._collectors: dict[Source, Collector] = {one.source: one for one in collectors(clock, settings)}
        self._interval_s = interval_s
        self._cursors: dict[tuple[str, Source], Cursor] = {}
        self._tasks: dict[TransportSerial, asyncio.Task[None]] = {}
        self._writing = asyncio.Lock()
        self._log = log_for("sealed")
        self.figures = SealedFigures()

    async def run(self, supervision: Supervision) -> None:
        """Until it is cancelled."""

        async def addresses() -> tuple[str, ...]:
            return tuple(dict.fromkeys((*self._link.configured, *self._addresses)))

        await self._link.run(supervision, self._follow, addresses)

    async def _follow(self, bridge: Bridge) -> None:
        try:
            async for transports in bridge.watch():
                online = {one.serial for one in transports if one.state is AdbState.DEVICE}
                for gone in [serial for serial in self._tasks if serial not in online]:
                    self._tasks.pop(gone).cancel()
                for serial in online - set(self._tasks):
                    self._tasks[serial] = asyncio.create_task(self._supervised(serial))
        finally:
            tasks = list(self._tasks.values())
            self._tasks.clear()
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _supervised(self, transport: TransportSerial) -> None:
        async def work(supervision: Supervision) -> None:
            await self._read_phone(transport, supervision)

        await supervise(work, clock=self._clock, log=self._log, wake=asyncio.Event(), policy=RetryPolicy(cap_s=30.0))

    async def _read_phone(self, transport: TransportSerial, supervision: Supervision) -> None:
        """Raises when the link is lost; a phone that is not on the roster is left alone."""
        session = self._link.session(transport)
        try:
            serial = await identify(session)
            phone = self._phones.get(await asyncio.to_thread(token_of, self._store_id, serial))
            if phone is None:
                await asyncio.Event().wait()
                return
            supervision.well()
            self.figures.phones += 1
            try:
                while True:
                    for source in phone.sources:
                        await self._read_source(session, serial, phone, source)
                    await asyncio.sleep(self._interval_s)
            finally:
                self.figures.phones -= 1
        finally:
            await session.close()

    async def _read_source(self, session: Session, serial: DeviceSerial, phone: RosterPhone, source: Source) -> None:
        collector = self._collectors.get(source)
        if collector is None:
            return
        cursor = self._cursors.get((phone.token, source)) or phone.sources[source]
        holdings = _Holdings(self._paths.files, self._files)
        try:
            async for batch in collector.collect(session, cursor, holdings):
                if batch.records or batch.absent or batch.cursor != cursor:
                    await self._keep(serial, batch, holdings)
                cursor = self._cursors[phone.token, source] = batch.cursor
                self.figures.is_disk_full = False
        except BlobRefusedError:
            self.figures.is_disk_full = True
        except DiskFullError:
            self.figures.is_disk_full = True
        except AdbBridgeError as error:
            if error.code in _LINK_CODES or error.code is BridgeErrorCode.SERVER_UNAVAILABLE:
                raise
            self._log.warning("source.trouble", source=source.value, code=error.code.value)
        except CryptoError as error:
            self._log.warning("source.trouble", source=source.value, code=error.code.value)

    async def _keep(self, serial: DeviceSerial, batch: CollectedBatch, holdings: _Holdings) -> None:
        files = {one.sha256: one.name for one in holdings.writers if one.sha256}
        holdings.writers.clear()
        sealed = SealedBatch(serial, batch, files)
        async with self._writing:
            await asyncio.to_thread(self._folder.add, sealed, self._inbox)
        self.figures.batches += 1
