"""Reads one source of one phone at a time: collect, judge, commit. Trouble of one source stays with that source."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from dataclasses import replace

from adb_bridge.collectors.base import BlobRefusedError, Collector
from adb_bridge.errors import AdbBridgeError, BridgeErrorCode, ServerUnavailableError
from adb_bridge.records import Availability, Capability, CapabilityName, CollectedBatch, Source
from adb_bridge.session import Session
from policies.model import Severity

from .absence import keys_to_look_up
from .announcements import Announcements
from .archive.errors import ArchiveBrokenError, ArchiveClosedError, ArchiveFullError, NotEnrolledError
from .bus import DeviceChanged
from .events import Committed, Ingest
from .holdings import PhoneHoldings
from .judge import Urgency
from .live import LiveDevice
from .logs import Log, where
from .schedule import Poll, Schedule, Sweep
from .supervise import code_of
from .workshop import Workshop

_STALLED_S = 10.0
LINK_CODES = frozenset({BridgeErrorCode.DEVICE_OFFLINE, BridgeErrorCode.DEVICE_UNAUTHORIZED})
_CAPABILITY_OF = {
    Source.SMS: CapabilityName.SMS,
    Source.MMS: CapabilityName.MMS,
    Source.CALL_LOG: CapabilityName.CALL_LOG,
    Source.CONTACTS: CapabilityName.CONTACTS,
    Source.NOTIFICATIONS: CapabilityName.NOTIFICATIONS,
    Source.RECORDINGS: CapabilityName.RECORDINGS,
    Source.CALL_STATE: CapabilityName.CALL_STATE,
}


class SourceReader:
    """For one phone and one connection."""

    def __init__(
        self,
        shop: Workshop,
        live: LiveDevice,
        session: Session,
        log: Log,
        announced: Announcements,
        look_again: Callable[[], None] = lambda: None,
    ) -> None:
        """`look_again` is called when a source was denied or came back: what the phone permits may have changed."""
        self._announced = announced
        self._look_again = look_again
        self._shop = shop
        self._live = live
        self._session = session
        self._log = log
        self._told_s = float("-inf")
        self._has_untold = False

    async def read(self, job: Poll | Sweep, collector: Collector, schedule: Schedule) -> bool:
        """Whether it was read. A lost link and trouble of the archive raise; everything else makes the source wait."""
        source = job.source
        loop = asyncio.get_running_loop()
        stalled = loop.call_later(_STALLED_S, self._mark_stalled, source)
        begun_s = self._shop.clock.monotonic()

        def progress() -> None:
            nonlocal stalled
            stalled.cancel()
            stalled = loop.call_later(_STALLED_S, self._mark_stalled, source)

        try:
            await self._collect(job, collector, schedule, progress)
        except (ServerUnavailableError, ArchiveFullError, ArchiveBrokenError, ArchiveClosedError, NotEnrolledError):
            raise  # not this source's trouble
        except BlobRefusedError as error:
            raise ArchiveFullError("attachments") from error
        except AdbBridgeError as error:
            if error.code in LINK_CODES:
                raise
            self._failed(source, error, schedule)
            return False
        except Exception as error:  # noqa: BLE001 - what one phone's answer broke must not stop its other sources
            self._failed(source, error, schedule)
            return False
        finally:
            stalled.cancel()
        clock = self._shop.clock
        self._shop.meters.read(source, clock.monotonic() - begun_s, clock.now().timestamp())
        if self._live.source_troubles.pop(source, None) is not None:
            self._log.info("source.recovered", source=source.value)
            self._set_capability(source, Availability.YES, "rows_readable")
            self._look_again()
            self.tell()
        return True

    def tell(self) -> None:
        """Publish the phone's present state."""
        self._told_s = self._shop.clock.monotonic()
        self._has_untold = False
        self._shop.bus.publish(DeviceChanged(self._live.serial))

    async def _collect(
        self, job: Poll | Sweep, collector: Collector, schedule: Schedule, progress: Callable[[], None]
    ) -> None:
        source, archive = job.source, self._shop.archive
        known = PhoneHoldings(archive=archive, media=self._shop.media, device=self._live.serial, source=source)
        cursor = await archive.cursor(self._live.serial, source)
        batches: AsyncIterator[CollectedBatch]
        if isinstance(job, Poll):
            batches = collector.collect(self._session, cursor, known)
        elif cursor is not None:
            batches = collector.sweep(self._session, cursor, known)
        else:
            return
        if source is Source.NOTIFICATIONS:
            self._announced.begin()
        told = missed = 0
        urgency = Urgency.BACKFILL if isinstance(job, Poll) and job.is_backfill else Urgency.LIVE
        async with _closing(batches):
            async for batch in batches:
                if source is Source.NOTIFICATIONS:
                    told, missed = told + len(batch.records), missed + batch.missed
                    if batch.is_caught_up:
                        self._live.missed_notifications += max(missed, self._announced.end(told))
                is_end_reached = batch.is_caught_up and not schedule.is_source_caught_up(source)
                if batch.records or batch.absent or batch.cursor != cursor or is_end_reached:
                    await self._take(batch, urgency)
                if batch.is_caught_up and self._has_untold:  # the last rows may have come with the page before
                    self.tell()
                cursor = batch.cursor
                progress()
                now_s = self._shop.clock.monotonic()
                schedule.page_done(source, now_s, is_caught_up=batch.is_caught_up)
                if batch.again_in_s is not None:
                    schedule.ask_again(source, now_s, batch.again_in_s)
                if urgency is Urgency.BACKFILL and not batch.is_caught_up and schedule.has_urgent(now_s):
                    return

    async def _take(self, batch: CollectedBatch, urgency: Urgency) -> None:
        shop, serial = self._shop, self._live.serial
        keys = keys_to_look_up(batch.absent)
        last_of = await shop.archive.last_events(serial, batch.source, keys) if keys else {}
        ingest = await shop.judge.judge(serial, batch, last_of, urgency)
        if urgency is Urgency.BACKFILL:
            async with shop.backfills:
                committed = await shop.archive.ingest(ingest)
        else:
            committed = await shop.archive.ingest(ingest)
        self._live.last_seen_at = shop.clock.now()
        shop.outbox.committed(committed)
        if committed.new_events:
            shop.meters.committed(batch.source, committed.new_events, await self._raised(ingest, committed))
        if committed.new_events:
            self._log.debug("batch.committed", source=batch.source.value, rows=committed.new_events)
            self._has_untold = True
            if shop.clock.monotonic() - self._told_s >= 1.0:
                self.tell()

    async def _raised(self, ingest: Ingest, committed: Committed) -> list[Severity]:
        """How grave what was raised is; asked of the archive only when some of the ingest was archived before."""
        found = [verdict.severity for one in ingest.judged for verdict in one.verdicts]
        if len(found) == len(committed.new_alert_ids):
            return found
        alerts = [await self._shop.archive.alert(alert_id) for alert_id in committed.new_alert_ids]
        return [alert.verdict.severity for alert in alerts if alert is not None]

    def _mark_stalled(self, source: Source) -> None:
        """A command may take a minute before it is given up; people are told of the silence before that."""
        self._live.source_troubles.setdefault(source, BridgeErrorCode.DEVICE_TIMEOUT.value)
        self.tell()

    def _failed(self, source: Source, error: Exception, schedule: Schedule) -> None:
        self._shop.meters.failed(source)
        code = code_of(error)
        is_denied = code == BridgeErrorCode.PERMISSION_DENIED
        if self._live.source_troubles.get(source) != code:
            self._log.warning("source.trouble", source=source.value, code=code, where=where(error))
            if is_denied:
                self._look_again()
        self._live.source_troubles[source] = code
        schedule.failed(source, self._shop.clock.monotonic(), is_denied=is_denied)
        if is_denied:
            self._set_capability(source, Availability.NO, "permission_denied")
        self.tell()

    def _set_capability(self, source: Source, availability: Availability, evidence: str) -> None:
        profile = self._live.profile
        if profile is None or source not in _CAPABILITY_OF:
            return
        name = _CAPABILITY_OF[source]
        old = {capability.name: capability for capability in profile.capabilities}
        if name in old and old[name].availability is availability:
            return
        advice = old[name].advice if name in old and availability is not Availability.YES else None
        old[name] = Capability(name=name, availability=availability, evidence=evidence, advice=advice)
        self._live.profile = replace(profile, capabilities=tuple(old.values()))


@contextlib.asynccontextmanager
async def _closing(batches: AsyncIterator[CollectedBatch]) -> AsyncIterator[None]:
    """An iterator that is left early lets go of its phone at once, not when it is garbage."""
    try:
        yield
    finally:
        if isinstance(batches, AsyncGenerator):
            await batches.aclose()
