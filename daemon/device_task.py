"""One enrolled phone that is connected: collect, judge, commit, keep the notice up, carry out commands."""

import asyncio
import random
from collections.abc import Sequence

from adb_bridge.commands import NoticeResult, is_notice_posted, post_notice
from adb_bridge.errors import (
    AdbBridgeError,
    BridgeErrorCode,
    DeviceUnavailableError,
    ServerUnavailableError,
    ShellCommandError,
)
from adb_bridge.file_signals import FileEvent, watch_files
from adb_bridge.probe import identify, probe
from adb_bridge.recordings.folders import with_configured
from adb_bridge.records import DeviceProfile, DeviceStatus, Source, TransportSerial
from adb_bridge.session import Session
from adb_bridge.signals import ChangeSignal, Signal, watch_signals
from adb_bridge.status import read_status

from .announcements import Announcements
from .archive.clocks import JUMP_MS, ClockReading
from .bus import DeviceChanged
from .commanding.known_facts import facts_from
from .commanding.making import NOTICE_TAG
from .commanding.runner import CommandRunner
from .lane import LANE_OF, Lane, LaneName
from .live import LiveDevice
from .logs import Log, log_for
from .prober import Prober
from .refetch import Refetch
from .schedule import CheckNotice, Job, Poll, ReadStatus, Schedule, Sweep
from .source_reader import LINK_CODES, SourceReader
from .supervise import Supervision, supervise
from .workshop import Workshop, record_of

_SOURCES_OF = {
    Signal.MESSAGES: (Source.SMS, Source.MMS),
    Signal.CALLS: (Source.CALL_LOG, Source.CALL_STATE, Source.RECORDINGS),
    Signal.CONTACTS: (Source.CONTACTS,),
    Signal.NOTIFICATION: (Source.NOTIFICATIONS,),
}
_NO_FILE_SIGNALS_S = 3600.0
"""A phone without inotifyd will hardly get one."""
_REST_S = 0.5
_STATUS_SIGNALS = frozenset({Signal.SCREEN, Signal.BATTERY})


class DeviceTask:
    """Runs under `supervise`: raises when the link is lost, contains everything that concerns one source only."""

    def __init__(self, shop: Workshop, live: LiveDevice, transport: TransportSerial, scope: frozenset[Source]) -> None:
        self._shop = shop
        self._live = live
        self._transport = transport
        if Source.CALL_LOG in scope:
            scope |= {Source.CALL_STATE}  # what stands in for it where it is denied
        self._collectors = {one.source: one for one in shop.collectors if one.source in scope}
        self._log: Log = log_for("device").bind(device=shop.tokens.token(live.serial))
        self._lanes: tuple[Lane, ...] = ()
        self._refetch = Refetch()
        self._announced = Announcements()
        self._prober = Prober(shop.capture.probe_interval_s)
        self._clock_told: ClockReading | None = None

    async def run(self, supervision: Supervision) -> None:
        """Until the link is lost."""
        session = self._shop.link.session(self._transport)
        helpers: list[asyncio.Task[None]] = []
        self._live.turned_s = self._shop.clock.monotonic()
        try:
            if await identify(session) != self._live.serial:
                raise DeviceUnavailableError(BridgeErrorCode.DEVICE_OFFLINE)  # another phone has this address now
            self._lanes = await self._plan()
            helpers = self._start_helpers(session)
            self._log.info("device.collecting")
            await self._work(supervision)
        finally:
            for helper in helpers:
                helper.cancel()
            await asyncio.gather(*helpers, return_exceptions=True)
            await session.close()
            self._refetch.give_up()
            self._live.turned_s = None

    async def _rest(self, supervision: Supervision) -> None:
        """While the phone is being erased: its emptiness is nobody's deleting. Commands go on beside this."""
        while self._shop.erasing.has(self._live.serial):
            supervision.well()
            self._live.turned_s = self._shop.clock.monotonic()
            await asyncio.sleep(_REST_S)

    def _start_helpers(self, session: Session) -> list[asyncio.Task[None]]:
        shop = self._shop
        runner = CommandRunner(
            self._live.serial,
            session,
            queue=shop.queue,
            carriers=shop.carriers,
            clock=shop.clock,
            refetch=self.read_everything,
            known_facts=lambda: facts_from(self._live.profile, self._live.status, self._transport),
        )

        async def listen(supervision: Supervision) -> None:
            await self._listen(session, supervision)

        async def watch(supervision: Supervision) -> None:
            await self._watch_files(session, supervision)

        async def look(supervision: Supervision) -> None:
            # Beside the collecting: on a slow phone the table takes seconds, in which messages come in.
            await self._prober.run(supervision, lambda: self._probe(session))

        work_of = {"signals": listen, "commands": runner.run, "probe": look}
        if Source.RECORDINGS in self._collectors:
            work_of["files"] = watch
        return [
            asyncio.create_task(
                supervise(work, clock=shop.clock, log=self._log.bind(task=name), wake=asyncio.Event()),
                name=f"{name}:{self._live.serial}",
            )
            for name, work in work_of.items()
        ]

    async def _probe(self, session: Session) -> DeviceProfile:
        profile = await probe(session, with_configured(self._shop.capture.recording_folders))
        if profile.serial != self._live.serial:
            raise DeviceUnavailableError(BridgeErrorCode.DEVICE_OFFLINE)  # another phone has this address now
        self._live.profile = profile
        self._seen()
        await self._remember()
        self._tell()
        return profile

    async def _plan(self) -> tuple[Lane, ...]:
        done = await self._shop.archive.sources_read_to_end(self._live.serial)
        now_s, chance = self._shop.clock.monotonic(), random.random()
        lanes: list[Lane] = []
        for name in LaneName:
            sources = [one for one in self._collectors if LANE_OF.get(one, LaneName.RECORDS) is name]
            if not sources and name is not LaneName.RECORDS:
                continue
            schedule = Schedule(
                self._shop.capture, {source: source in done for source in sources}, now_s=now_s, chance=chance
            )
            if name is not LaneName.RECORDS:
                schedule.only_sources()
            if Source.CALL_STATE in sources:
                schedule.put_to_sleep(Source.CALL_STATE)
            lanes.append(Lane(name, schedule))
        return tuple(lanes)

    async def _work(self, supervision: Supervision) -> None:
        """All lanes; the first that fails ends them all."""

        async def run(lane: Lane) -> None:
            async with self._shop.link.session(self._transport) as own:
                reader = SourceReader(self._shop, self._live, own, self._log, self._announced, self._prober.ask)

                async def do(job: Job) -> None:
                    await self._rest(supervision)
                    try:
                        await self._do(job, lane, reader, own)
                    finally:
                        self._live.turned_s = self._shop.clock.monotonic()

                await lane.run(supervision, self._shop.clock, do)

        tasks = [asyncio.create_task(run(lane), name=f"{lane.name}:{self._live.serial}") for lane in self._lanes]
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_EXCEPTION)
            for task in done:
                task.result()
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _do(self, job: Job, lane: Lane, reader: SourceReader, session: Session) -> None:
        """One job. A lost link raises."""
        match job:
            case Poll(source=source) | Sweep(source=source):
                is_done = await reader.read(job, self._collectors[source], lane.schedule)
                if source is Source.CALL_LOG:
                    self._stand_in_for_call_log()
                troubled = self._live.source_troubles.keys() & self._collectors.keys()
                is_readable = len(troubled) < max(len(self._collectors), 1)
                self._refetch.note(job, is_done=is_done, is_anything_readable=is_readable)
            case ReadStatus():
                self._live.status = status = await read_status(session, self._shop.clock)
                if status.battery_pct is not None:
                    self._live.battery.note(status.read_at, status.battery_pct)
                self._seen()
                await self._note_clock(status)
                await self._remember()
                self._tell()
            case CheckNotice():
                await self._keep_notice(session)

    async def _note_clock(self, status: DeviceStatus) -> None:
        """A jump or another zone is kept: times of this phone's records are claims of this clock."""
        if status.clock_offset_ms is None or (status.clock_uncertainty_ms or 0) >= JUMP_MS:
            return
        reading = ClockReading(
            read_at=status.read_at, offset_ms=status.clock_offset_ms, utc_offset_min=status.utc_offset_min
        )
        if self._clock_told is not None and not reading.differs_from(self._clock_told):
            return
        if await self._shop.archive.clocks.note(self._live.serial, reading) and self._clock_told is not None:
            self._log.warning("device.clock_changed")
        self._clock_told = reading

    def _stand_in_for_call_log(self) -> None:
        """While the phone denies its call log, calls are concluded from the telephony state."""
        is_denied = self._live.source_troubles.get(Source.CALL_LOG) == BridgeErrorCode.PERMISSION_DENIED
        for lane in self._lanes:
            if Source.CALL_STATE in lane.schedule.sources:
                if is_denied:
                    lane.schedule.wake(Source.CALL_STATE, self._shop.clock.monotonic())
                else:
                    lane.schedule.put_to_sleep(Source.CALL_STATE)
                lane.wake.set()

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
            if error.code in LINK_CODES:
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
            apps = self._shop.capture.notification_apps if Source.NOTIFICATIONS in self._collectors else ()
            async for signal in watch_signals(session, apps):
                self._set_signalled(has_signals=True)
                self._react(signal)
                supervision.well()
            raise DeviceUnavailableError(BridgeErrorCode.DEVICE_OFFLINE)
        finally:
            self._set_signalled(has_signals=False)

    async def _watch_files(self, session: Session, supervision: Supervision) -> None:
        """A recording that is complete is looked at at once. Without such signals the schedule polls."""
        folders = with_configured(self._shop.capture.recording_folders)
        try:
            async for signal in watch_files(session, folders):
                if signal.event is FileEvent.WRITTEN:
                    for lane in self._lanes:
                        lane.schedule.told_by_phone(Source.RECORDINGS)
                self._signal((Source.RECORDINGS,))
                supervision.well()
        except ShellCommandError:
            self._log.info("files.not_signalled")
            await asyncio.sleep(_NO_FILE_SIGNALS_S)
        finally:
            for lane in self._lanes:
                lane.schedule.untold(Source.RECORDINGS)
        raise DeviceUnavailableError(BridgeErrorCode.DEVICE_OFFLINE)

    def _signal(self, sources: Sequence[Source]) -> None:
        now_s = self._shop.clock.monotonic()
        for lane in self._lanes:
            lane.schedule.signal(sources, now_s=now_s)
            lane.wake.set()

    def _set_signalled(self, *, has_signals: bool) -> None:
        for lane in self._lanes:
            lane.schedule.has_signals = has_signals

    def _react(self, signal: ChangeSignal) -> None:
        now_s = self._shop.clock.monotonic()
        if Signal.NOTIFICATION in signal.kinds:
            self._announced.announce()
        sources = [source for kind in signal.kinds for source in _SOURCES_OF.get(kind, ())]
        for lane in self._lanes:
            lane.schedule.signal(sources, now_s=now_s)
            if signal.is_fast_poll_advised:
                lane.schedule.be_fast(sources, now_s=now_s)
            else:
                lane.schedule.be_calm(now_s=now_s)
            if signal.kinds & _STATUS_SIGNALS and lane.name is LaneName.RECORDS:
                lane.schedule.status_changed(now_s=now_s)
            lane.wake.set()

    async def read_everything(self) -> bool:
        """Have everything polled and swept once; False when nothing could be read."""
        self._prober.ask()
        now_s = self._shop.clock.monotonic()
        jobs: list[Poll | Sweep] = []
        for lane in self._lanes:
            for source in lane.schedule.refetch(now_s=now_s):
                jobs.append(Poll(source, is_backfill=False))
                if lane.schedule.is_source_caught_up(source):
                    jobs.append(Sweep(source))
            lane.wake.set()
        return await self._refetch.wait(jobs)

    def _seen(self) -> None:
        self._live.last_seen_at = self._shop.clock.now()

    def _tell(self) -> None:
        self._shop.bus.publish(DeviceChanged(self._live.serial))

    async def _remember(self) -> None:
        await self._shop.archive.put_device(record_of(self._live))
