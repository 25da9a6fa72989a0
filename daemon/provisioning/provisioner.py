"""Runs of provisioning: one at a time, in the background, taken up again after any end of the daemon."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Final

import msgspec

from adb_bridge.clock import Clock
from adb_bridge.records import DeviceSerial

from ..api.provision_plan import Plan
from ..api.provisioning import PhoneResult, ProvisionRequest, RunState
from ..archive.archive import Archive
from ..archive.drafts import AuditDraft, EnrolmentDraft
from ..archive.errors import AlreadyEnrolledError
from ..archive.provisioning import ArchivedRun, RunDraft, StoredRunState, new_run_id
from ..commanding.orders import Requester
from ..commanding.ports import Commands, PinVault
from ..config import Config
from ..logs import log_for
from ..supervise import Supervision
from .acknowledgements import Acknowledgements, notice_of, scope_of, version_of
from .apps_step import AppsStep
from .bringing import Bench, Bringing
from .checks_step import ChecksStep
from .enrol_step import EnrolStep
from .fleet_phones import FleetPhones
from .live_run import LiveRun, plan_text
from .matching import assign
from .notice_step import NoticeStep
from .pin_step import PinStep
from .places_steps import RecordingsStep, WirelessStep
from .records import KeptPhone
from .settings_step import SettingsStep
from .slots import Slots
from .work import StepParts, Work

_LOOK_S: Final = 0.2
_CHECKS_KEPT: Final = 10
_SOMEBODY: Final = -1
"""A person, whose uid is not kept."""
_STATES: Final = {
    StoredRunState.RUNNING: RunState.RUNNING,
    StoredRunState.ENDED: RunState.ENDED,
    StoredRunState.CANCELLED: RunState.CANCELLED,
}
Enrolled = Callable[[DeviceSerial], Awaitable[None]]


class Provisioner:
    """One per daemon."""

    def __init__(
        self,
        *,
        archive: Archive,
        clock: Clock,
        config: Config,
        phones: FleetPhones,
        commands: Commands | None = None,
        pins: PinVault | None = None,
    ) -> None:
        self.acknowledgements = Acknowledgements(archive, config, clock)
        self.config = config
        self.phones = phones
        self._archive = archive
        self._clock = clock
        self._log = log_for("provision")
        self._enrolled: Enrolled | None = None
        parts = StepParts(
            archive=archive,
            clock=clock,
            config=config,
            enrol=self._enrol,
            profile_of=phones.profile_of,
            commands=commands,
            pins=pins,
        )
        steps = (
            EnrolStep(self.acknowledgements), SettingsStep(), NoticeStep(), AppsStep(), PinStep(), RecordingsStep(),
            WirelessStep(), ChecksStep(),
        )  # fmt: skip
        self._bench = Bench(phones=phones, parts=parts, steps=steps, monotonic=clock.monotonic, log=self._log)
        self._wake = asyncio.Event()
        self._wake.set()  # what a former run of the daemon left
        self._current: LiveRun | None = None
        self._driving: asyncio.Task[None] | None = None
        self._checks: dict[str, tuple[LiveRun, asyncio.Task[None]]] = {}

    def when_enrolled(self, told: Enrolled) -> None:
        """Called after each enrolment, so that collecting starts."""
        self._enrolled = told

    async def run(self, supervision: Supervision) -> None:
        """For ever: bring runs to their end."""
        current: LiveRun | None = None
        try:
            while True:
                await self._wake.wait()
                self._wake.clear()
                live = await self._take_up()
                if live is None:
                    continue
                current = live
                self._driving = asyncio.ensure_future(self._drive(live))
                supervision.well()
                await asyncio.wait({self._driving})
                if not self._driving.cancelled():
                    self._driving.result()
        except BaseException:
            self._wake.set()
            self._current = None
            raise
        finally:
            tasks = [task for _, task in self._checks.values()]
            if self._driving is not None:
                tasks.append(self._driving)
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            for live in (*(one for one, _ in self._checks.values()), *filter(None, (current,))):
                live.touch()  # whoever waits for news is not to hold up the daemon's end

    async def begin(self, request: ProvisionRequest, by: Requester) -> LiveRun:
        """A new run; or the one of the same plan that is under way, or with `is_resumed` its last one.
        IllegalTransitionError while a run of another plan is under way."""
        if request.is_check:
            return await self._begin_check(request, by)
        text, digest = plan_text(request.plan)
        found = await self._archive.provisioning.running()
        former = await self._archive.provisioning.newest_of(digest)
        if found is None and request.is_resumed:
            found = former
        if found is not None and found.plan_sha256 == digest:
            return await self.take_up_again(found.run_id)
        draft = RunDraft(
            run_id=new_run_id(), name=request.plan.name, plan=text, plan_sha256=digest, jobs=request.jobs,
            wait_s=request.wait_for_phones_s, asked_by=by.name, asked_role=by.role,
        )  # fmt: skip
        run = await self._archive.provisioning.begin(draft)
        live = self._live(run)
        await self._remember(live, former)
        live.lay_out()
        for at, phone in enumerate(live.phones):
            await live.keep(at, phone)
        self._current = live
        self._wake.set()
        return live

    async def find(self, run_id: str) -> LiveRun | None:
        """A run with its phones; None when there is none."""
        if run_id in self._checks:
            return self._checks[run_id][0]
        if self._current is not None and self._current.run_id == run_id:
            return self._current
        run = await self._archive.provisioning.one(run_id)
        return None if run is None else await self._loaded(run)

    async def all(self) -> tuple[ArchivedRun, ...]:
        """Newest first, checks apart."""
        return await self._archive.provisioning.all()

    async def take_up_again(self, run_id: str, places: frozenset[int] | None = None) -> LiveRun:
        """Go on with a run; phones that are not as the plan says get another try. IllegalTransitionError while another
        run is under way.

        Args:
            places: These alone; None: all.
        """
        live = await self.find(run_id)
        assert live is not None
        if live.state is not RunState.RUNNING:
            await self._archive.provisioning.move(run_id, StoredRunState.RUNNING)
            live.state, live.ended_at = RunState.RUNNING, None
            self._current = live
        for at, phone in enumerate(live.phones):
            if phone.is_over and phone.result is not PhoneResult.DONE and (places is None or at in places):
                await live.put(at, msgspec.structs.replace(phone, result=PhoneResult.WAITING, code=None, step=None))
        live.touch()
        self._wake.set()
        return live

    async def cancel(self, run_id: str) -> LiveRun | None:
        """End it; what was done stays. IllegalTransitionError when it has ended."""
        live = await self.find(run_id)
        if live is None:
            return None
        if live.is_check:
            self._checks[run_id][1].cancel()
            live.state, live.ended_at = RunState.CANCELLED, self._clock.now()
        else:
            await self._archive.provisioning.move(run_id, StoredRunState.CANCELLED)
            live.state, live.ended_at = RunState.CANCELLED, self._clock.now()
            if self._driving is not None and self._current is live:
                self._driving.cancel()
                await asyncio.wait({self._driving})
        for at, phone in enumerate(live.phones):
            if not phone.is_over:
                await live.put(at, msgspec.structs.replace(phone, result=PhoneResult.SKIPPED, code="cancelled"))
        live.touch()
        return live

    async def _take_up(self) -> LiveRun | None:
        if self._current is not None and self._current.state is RunState.RUNNING:
            return self._current
        run = await self._archive.provisioning.running()
        if run is None:
            return None
        self._current = await self._loaded(run)
        return self._current

    async def _drive(self, live: LiveRun) -> None:
        """Until every phone has its result."""
        slots = Slots(live.jobs)
        tasks: dict[int, asyncio.Task[None]] = {}
        last_news_s = self._clock.monotonic()
        try:
            while True:
                for at, place in assign(live.plan, live.places(), self.phones.candidates()):
                    await live.put_place(at, place)
                    last_news_s = self._clock.monotonic()
                for at, phone in enumerate(live.phones):
                    if phone.serial is not None and not phone.is_over and at not in tasks:
                        tasks[at] = asyncio.ensure_future(Bringing(self._bench, live, at, slots).run())
                for at in [at for at, task in tasks.items() if task.done()]:
                    tasks.pop(at).result()
                waiting = [at for at, phone in enumerate(live.phones) if phone.serial is None and not phone.is_over]
                is_patient = waiting and self._clock.monotonic() - last_news_s < live.wait_s
                if not tasks and not is_patient:
                    for at in waiting:
                        absent = msgspec.structs.replace(live.phones[at], result=PhoneResult.ABSENT, code="no_phone")
                        await live.put(at, absent)
                    if all(phone.is_over for phone in live.phones):
                        break
                await self._pause(tasks)
            await self._end(live)
        finally:
            for task in tasks.values():
                task.cancel()
            await asyncio.gather(*tasks.values(), return_exceptions=True)

    async def _pause(self, tasks: dict[int, "asyncio.Task[None]"]) -> None:
        if tasks:
            await asyncio.wait(tasks.values(), timeout=_LOOK_S, return_when=asyncio.FIRST_COMPLETED)
        else:
            await asyncio.sleep(_LOOK_S)

    async def _end(self, live: LiveRun) -> None:
        if not live.is_check:
            await self._archive.provisioning.move(live.run_id, StoredRunState.ENDED)
        live.state, live.ended_at = RunState.ENDED, self._clock.now()
        live.touch()
        self._log.info("provision.ended", phones=len(live.phones))

    async def _begin_check(self, request: ProvisionRequest, by: Requester) -> LiveRun:
        _, digest = plan_text(request.plan)
        run_id = new_run_id().replace("pr_", "pc_")

        async def keep(_at: int, _phone: KeptPhone) -> None:
            """A look leaves nothing behind."""

        live = LiveRun(
            run_id=run_id, plan=request.plan, plan_sha256=digest, is_check=True, jobs=request.jobs,
            wait_s=min(request.wait_for_phones_s, 15.0), by=by, started_at=self._clock.now(), keep=keep,
            now=self._clock.now,
        )  # fmt: skip
        await self._remember(live, await self._archive.provisioning.newest_of(digest))
        live.lay_out()
        for old in list(self._checks)[: max(0, len(self._checks) - _CHECKS_KEPT + 1)]:
            self._checks.pop(old)[1].cancel()
        self._checks[run_id] = (live, asyncio.ensure_future(self._drive(live)))
        return live

    async def _remember(self, live: LiveRun, former: ArchivedRun | None) -> None:
        if former is not None:
            live.remember((await self._loaded(former)).phones)

    async def _loaded(self, run: ArchivedRun) -> LiveRun:
        live = self._live(run)
        for place in await self._archive.provisioning.places(run.run_id):
            phone = msgspec.json.decode(place.document, type=KeptPhone)
            if phone.result is PhoneResult.WORKING:
                phone = msgspec.structs.replace(phone, result=PhoneResult.WAITING)
            live.phones.append(phone)
            live.updated.append(place.updated_at)
        if not live.phones:  # the daemon ended between the run and its first phone
            live.lay_out()
        return live

    def _live(self, run: ArchivedRun) -> LiveRun:
        async def keep(at: int, phone: KeptPhone) -> None:
            await self._archive.provisioning.put(run.run_id, at, msgspec.json.encode(phone).decode())

        by = Requester(name=run.asked_by, role=run.asked_role, uid=_SOMEBODY)
        return LiveRun(
            run_id=run.run_id, plan=msgspec.json.decode(run.plan, type=Plan), plan_sha256=run.plan_sha256,
            is_check=False, jobs=run.jobs, wait_s=run.wait_s, by=by,
            started_at=run.started_at, keep=keep, now=self._clock.now, state=_STATES[run.state], ended_at=run.ended_at,
        )  # fmt: skip

    async def _enrol(self, work: Work, *, at: datetime) -> None:
        """The enrolment of an acknowledged phone, audited as everybody's."""
        wanted, config = work.wanted, work.parts.config
        title, text = notice_of(config, wanted.language)
        version = version_of(config, wanted)
        draft = EnrolmentDraft(
            serial=work.serial,
            employee=wanted.employee,
            notice_version=version,
            notice_text=f"{title}\n{text}",
            acknowledged_by=wanted.acknowledged_by or wanted.employee,
            acknowledged_at=at,
            enrolled_by=work.by.name,
            scope=scope_of(wanted),
        )

        async def note(outcome: str) -> None:
            reason = f"notice {version}, provisioning {work.run_id}"
            await self._archive.audit(
                AuditDraft(
                    actor=work.by.name, role=work.by.role, action="enrol", target=work.serial, reason=reason,
                    outcome=outcome,
                )
            )  # fmt: skip

        await note("asked")
        try:
            await self._archive.add_enrolment(draft)
        except AlreadyEnrolledError:
            await note("refused")
        else:
            await note("ok")
        work.is_newly_enrolled = True
        if self._enrolled is not None:
            await self._enrolled(work.serial)
