"""One enrolled phone that is connected: collect, judge, commit, keep the notice up, carry out commands."""

import asyncio
import contextlib
import random
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from dataclasses import dataclass, replace

from adb_bridge.clock import Clock
from adb_bridge.collectors.base import Collector
from adb_bridge.commands import NoticeResult, is_notice_posted, post_notice
from adb_bridge.errors import AdbBridgeError, BridgeErrorCode, DeviceUnavailableError, ServerUnavailableError
from adb_bridge.probe import identify, probe
from adb_bridge.records import (
    Availability,
    Capability,
    CapabilityName,
    CollectedBatch,
    Source,
    TransportSerial,
)
from adb_bridge.session import Session
from adb_bridge.signals import ChangeSignal, Signal, watch_signals
from adb_bridge.status import read_status

from .absence import keys_to_look_up
from .archive.archive import Archive
from .archive.errors import ArchiveBrokenError, ArchiveClosedError, ArchiveFullError, NotEnrolledError
from .archive.records import DeviceRecord
from .bus import Bus, DeviceChanged
from .command_queue import CommandQueue
from .command_runner import NOTICE_TAG, CommandRunner, StandingNotice
from .config import CaptureSection
from .holdings import PhoneHoldings
from .judge import Judge, Urgency
from .live import LiveDevice
from .logs import DeviceTokens, Log, log_for, where
from .outbox import Outbox
from .phone_link import PhoneLink
from .schedule import CheckNotice, Job, Poll, ReadStatus, Schedule, Sweep
from .supervise import Supervision, code_of, supervise

_REFETCH_AT_MOST_S = 300.0
_STALLED_S = 10.0
_SOURCES_OF = {Signal.MESSAGES: Source.SMS, Signal.CALLS: Source.CALL_LOG, Signal.CONTACTS: Source.CONTACTS}
_STATUS_SIGNALS = frozenset({Signal.SCREEN, Signal.BATTERY})
_LINK_CODES = frozenset({BridgeErrorCode.DEVICE_OFFLINE, BridgeErrorCode.DEVICE_UNAUTHORIZED})
_CAPABILITY_OF = {
    Source.SMS: CapabilityName.SMS,
    Source.MMS: CapabilityName.MMS,
    Source.CALL_LOG: CapabilityName.CALL_LOG,
    Source.CONTACTS: CapabilityName.CONTACTS,
    Source.NOTIFICATIONS: CapabilityName.NOTIFICATIONS,
    Source.RECORDINGS: CapabilityName.RECORDINGS,
    Source.CALL_STATE: CapabilityName.CALL_STATE,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Workshop:
    """What all device tasks share."""

    link: PhoneLink
    archive: Archive
    judge: Judge
    queue: CommandQueue
    outbox: Outbox
    clock: Clock
    bus: Bus
    tokens: DeviceTokens
    capture: CaptureSection
    notice: StandingNotice
    collectors: tuple[Collector, ...]
    backfills: asyncio.Semaphore
    """How many phones may have a backfill page in the archive's queue at a time."""


class DeviceTask:
    """Runs under `supervise`: raises when the link is lost, contains everything that concerns one source only."""

    def __init__(self, shop: Workshop, live: LiveDevice, transport: TransportSerial, scope: frozenset[Source]) -> None:
        self._shop = shop
        self._live = live
        self._transport = transport
        self._collectors = {one.source: one for one in shop.collectors if one.source in scope}
        self._wake = asyncio.Event()
        self._log: Log = log_for("device").bind(device=shop.tokens.token(live.serial))
        self._schedule = Schedule(shop.capture, {}, now_s=0.0)
        self._refetch_pending: set[Job] = set()
        self._refetch_done: asyncio.Future[bool] | None = None
        self._told_s = float("-inf")

    async def run(self, supervision: Supervision) -> None:
        """Until the link is lost."""
        session = self._shop.link.session(self._transport)
        helpers: list[asyncio.Task[None]] = []
        try:
            if await identify(session) != self._live.serial:
                raise DeviceUnavailableError(BridgeErrorCode.DEVICE_OFFLINE)  # another phone has this address now
            self._schedule = await self._plan()
            helpers = self._start_helpers(session)
            self._log.info("device.collecting")
            await self._work(session, supervision)
        finally:
            for helper in helpers:
                helper.cancel()
            await asyncio.gather(*helpers, return_exceptions=True)
            await session.close()
            if self._refetch_done is not None and not self._refetch_done.done():
                self._refetch_done.set_result(False)

    def _start_helpers(self, session: Session) -> list[asyncio.Task[None]]:
        shop = self._shop
        runner = CommandRunner(
            self._live.serial,
            session,
            shop.queue,
            shop.clock,
            shop.notice,
            timeout_s=shop.capture.command_timeout_s,
            refetch=self._refetch,
        )

        async def listen(supervision: Supervision) -> None:
            await self._listen(session, supervision)

        async def look(_supervision: Supervision) -> None:
            # Beside the collecting: on a slow phone the table takes seconds, in which messages come in.
            await self._probe(session)

        return [
            asyncio.create_task(
                supervise(work, clock=shop.clock, log=self._log.bind(task=name), wake=asyncio.Event()),
                name=f"{name}:{self._live.serial}",
            )
            for name, work in (("signals", listen), ("commands", runner.run), ("probe", look))
        ]

    async def _probe(self, session: Session) -> None:
        profile = await probe(session)
        if profile.serial != self._live.serial:
            raise DeviceUnavailableError(BridgeErrorCode.DEVICE_OFFLINE)  # another phone has this address now
        self._live.profile = profile
        self._seen()
        await self._remember()
        self._shop.bus.publish(DeviceChanged(self._live.serial))

    async def _plan(self) -> Schedule:
        done = await self._shop.archive.sources_read_to_end(self._live.serial)
        return Schedule(
            self._shop.capture,
            {source: source in done for source in self._collectors},
            now_s=self._shop.clock.monotonic(),
            chance=random.random(),
        )

    async def _work(self, session: Session, supervision: Supervision) -> None:
        clock = self._shop.clock
        while True:
            self._wake.clear()
            job = self._schedule.next_job(clock.monotonic())
            if job is None:
                pause_s = min(max(self._schedule.next_due_s() - clock.monotonic(), 0.0), 60.0)
                await _wait(self._wake, pause_s)
                continue
            self._schedule.started(job, clock.monotonic())
            is_done = await self._do(session, job)
            self._note_refetch(job, is_done=is_done)
            supervision.well()

    async def _do(self, session: Session, job: Job) -> bool:
        """One job. Trouble of one source stays with that source; a lost link raises."""
        match job:
            case Poll(source=source) | Sweep(source=source):
                return await self._read_source(session, job, source)
            case ReadStatus():
                self._live.status = await read_status(session, self._shop.clock)
                self._seen()
                await self._remember()
                self._shop.bus.publish(DeviceChanged(self._live.serial))
            case CheckNotice():
                await self._keep_notice(session)
        return True

    async def _read_source(self, session: Session, job: Poll | Sweep, source: Source) -> bool:
        loop = asyncio.get_running_loop()
        stalled = loop.call_later(_STALLED_S, self._mark_stalled, source)

        def progress() -> None:
            nonlocal stalled
            stalled.cancel()
            stalled = loop.call_later(_STALLED_S, self._mark_stalled, source)

        try:
            await self._collect(session, job, source, progress)
        except (ServerUnavailableError, ArchiveFullError, ArchiveBrokenError, ArchiveClosedError, NotEnrolledError):
            raise  # not this source's trouble
        except AdbBridgeError as error:
            if error.code in _LINK_CODES:
                raise
            self._source_failed(source, error, is_denied=error.code is BridgeErrorCode.PERMISSION_DENIED)
            return False
        except Exception as error:  # noqa: BLE001 - what one phone's answer broke must not stop its other sources
            self._source_failed(source, error, is_denied=False)
            return False
        finally:
            stalled.cancel()
        if self._live.source_troubles.pop(source, None) is not None:
            self._log.info("source.recovered", source=source.value)
            self._set_capability(source, Availability.YES, "rows_readable")
            self._tell()
        return True

    async def _collect(self, session: Session, job: Poll | Sweep, source: Source, progress: Callable[[], None]) -> None:
        collector, archive = self._collectors[source], self._shop.archive
        known = PhoneHoldings(archive=archive, device=self._live.serial, source=source)
        cursor = await archive.cursor(self._live.serial, source)
        batches: AsyncIterator[CollectedBatch]
        if isinstance(job, Poll):
            batches = collector.collect(session, cursor, known)
        elif cursor is not None:
            batches = collector.sweep(session, cursor, known)
        else:
            return
        urgency = Urgency.BACKFILL if isinstance(job, Poll) and job.is_backfill else Urgency.LIVE
        async with _closing(batches):
            async for batch in batches:
                is_end_reached = batch.is_caught_up and not self._schedule.is_source_caught_up(source)
                if batch.records or batch.absent or batch.cursor != cursor or is_end_reached:
                    await self._take(batch, urgency)
                cursor = batch.cursor
                progress()
                now_s = self._shop.clock.monotonic()
                self._schedule.page_done(source, now_s, is_caught_up=batch.is_caught_up)
                if not batch.is_caught_up and self._schedule.has_urgent(now_s):
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
        self._seen()
        shop.outbox.committed(committed)
        if committed.new_event_ids:
            self._log.debug("batch.committed", source=batch.source.value, rows=len(committed.new_event_ids))
            if batch.is_caught_up or shop.clock.monotonic() - self._told_s >= 1.0:
                self._tell()

    async def _keep_notice(self, session: Session) -> None:
        """The holder of the phone must be able to see at any time that it is a company phone."""
        was = self._live.notice_posted
        try:
            if await is_notice_posted(session, NOTICE_TAG):
                self._live.notice_posted = True
            else:
                notice = self._shop.notice
                result = await post_notice(session, tag=NOTICE_TAG, title=notice.title, text=notice.text)
                self._live.notice_posted = result is NoticeResult.POSTED
        except DeviceUnavailableError as error:
            if error.code in _LINK_CODES:
                raise
            self._live.notice_posted = None
        except ServerUnavailableError:
            raise
        except AdbBridgeError:
            self._live.notice_posted = False
        if self._live.notice_posted is not was:
            self._log.info("notice.state", state=str(self._live.notice_posted))
            await self._remember()
            self._tell()

    async def _listen(self, session: Session, supervision: Supervision) -> None:
        """Signals wake the work. When they cannot be had, the schedule polls by itself."""
        try:
            async for signal in watch_signals(session):
                self._schedule.has_signals = True
                self._react(signal)
                supervision.well()
            raise DeviceUnavailableError(BridgeErrorCode.DEVICE_OFFLINE)
        finally:
            self._schedule.has_signals = False

    def _react(self, signal: ChangeSignal) -> None:
        now_s = self._shop.clock.monotonic()
        sources = [_SOURCES_OF[kind] for kind in signal.kinds if kind in _SOURCES_OF]
        self._schedule.signal(sources, now_s=now_s)
        if signal.is_fast_poll_advised:
            self._schedule.be_fast(sources, now_s=now_s)
        else:
            self._schedule.be_calm(now_s=now_s)
        if signal.kinds & _STATUS_SIGNALS:
            self._schedule.status_changed(now_s=now_s)
        self._wake.set()

    async def _refetch(self) -> bool:
        """Have everything polled and swept once; False when nothing could be read."""
        self._refetch_pending = {Poll(source, is_backfill=False) for source in self._collectors}
        self._refetch_pending |= {
            Sweep(source) for source in self._collectors if self._schedule.is_source_caught_up(source)
        }
        self._refetch_done = asyncio.get_running_loop().create_future()
        self._schedule.refetch(now_s=self._shop.clock.monotonic())
        self._wake.set()
        try:
            async with asyncio.timeout(_REFETCH_AT_MOST_S):
                return await self._refetch_done
        except TimeoutError:
            return False
        finally:
            self._refetch_done = None

    def _note_refetch(self, job: Job, *, is_done: bool) -> None:
        if self._refetch_done is None or self._refetch_done.done() or not isinstance(job, Poll | Sweep):
            return
        if isinstance(job, Poll):
            job = replace(job, is_backfill=False)
        self._refetch_pending.discard(job)
        if not is_done:
            self._refetch_pending.discard(Sweep(job.source))
        if not self._refetch_pending:
            self._refetch_done.set_result(len(self._live.source_troubles) < max(len(self._collectors), 1))

    def _mark_stalled(self, source: Source) -> None:
        """A command may take a minute before it is given up; people are told of the silence before that."""
        self._live.source_troubles.setdefault(source, BridgeErrorCode.DEVICE_TIMEOUT.value)
        self._tell()

    def _source_failed(self, source: Source, error: Exception, *, is_denied: bool) -> None:
        code = code_of(error)
        if self._live.source_troubles.get(source) != code:
            self._log.warning("source.trouble", source=source.value, code=code, where=where(error))
        self._live.source_troubles[source] = code
        self._schedule.failed(source, self._shop.clock.monotonic(), is_denied=is_denied)
        if is_denied:
            self._set_capability(source, Availability.NO, "permission_denied")
        self._tell()

    def _set_capability(self, source: Source, availability: Availability, evidence: str) -> None:
        profile = self._live.profile
        if profile is None:
            return
        name = _CAPABILITY_OF[source]
        old = {capability.name: capability for capability in profile.capabilities}
        if name in old and old[name].availability is availability:
            return
        advice = old[name].advice if name in old and availability is not Availability.YES else None
        old[name] = Capability(name=name, availability=availability, evidence=evidence, advice=advice)
        self._live.profile = replace(profile, capabilities=tuple(old.values()))

    def _seen(self) -> None:
        self._live.last_seen_at = self._shop.clock.now()

    def _tell(self) -> None:
        self._told_s = self._shop.clock.monotonic()
        self._shop.bus.publish(DeviceChanged(self._live.serial))

    async def _remember(self) -> None:
        await self._shop.archive.put_device(record_of(self._live))


def record_of(live: LiveDevice) -> DeviceRecord:
    """What survives a restart."""
    return DeviceRecord(
        serial=live.serial,
        profile=live.profile,
        status=live.status,
        last_seen_at=live.last_seen_at,
        notice_posted=live.notice_posted,
    )


@contextlib.asynccontextmanager
async def _closing(batches: AsyncIterator[CollectedBatch]) -> AsyncIterator[None]:
    """An iterator that is left early lets go of its phone at once, not when it is garbage."""
    try:
        yield
    finally:
        if isinstance(batches, AsyncGenerator):
            await batches.aclose()


async def _wait(event: asyncio.Event, timeout_s: float) -> None:
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(timeout_s):
            await event.wait()
