"""One phone, brought to what the plan says: each step looked at, changed, and looked at again.

A phone that goes away in the middle is waited for, and all steps begin anew: what is done already is seen by looking.
What is about to be changed is kept first, so that a crash between the phone's change and our note of it does not make
the report say that nothing was changed.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Protocol

import msgspec

from adb_bridge.errors import AdbBridgeError, BridgeErrorCode, DeviceUnavailableError, ServerUnavailableError
from adb_bridge.identity import read_identity
from adb_bridge.provisioning.reading import FIRST_SDK
from adb_bridge.records import DeviceSerial, TransportSerial
from adb_bridge.session import Session

from ..api.provision_plan import PinPolicy
from ..api.provisioning import PhoneResult, StepName
from ..archive.errors import ArchiveError
from ..logs import Log, where
from ..supervise import code_of
from .enrol_step import is_enrolment
from .live_run import LiveRun
from .records import KeptChange, KeptItem, KeptPhone, settled, with_changes, with_items, without_changes
from .settings_step import wished
from .slots import Slots
from .work import Applied, Finding, Step, StepParts, Work

_LOOK_S: Final = 0.2
_MOST_TIMEOUTS: Final = 3
_MOST_LOSSES: Final = 12
"""Of the connection, in one step and without coming further."""
_ALLOW: Final = KeptItem(
    item="allow_debugging", step=StepName.ENROL, text_key="bench.allow_debugging", is_detected=True
)
_STEP_AT_MOST_S: Final = 200.0
_LINK: Final = frozenset({BridgeErrorCode.DEVICE_OFFLINE, BridgeErrorCode.DEVICE_UNAUTHORIZED})
OTHER_PHONE: Final = "duplicate_serial"


class Phones(Protocol):
    """Who can be reached now; the fleet."""

    def transport_of(self, serial: DeviceSerial) -> TransportSerial | None:
        """The best connection; None while there is none."""

    def is_doubled(self, serial: DeviceSerial) -> bool:
        """Two phones claim this serial number."""

    def is_asking(self, serial: DeviceSerial) -> bool:
        """It is connected and its holder has not allowed this computer yet."""

    def session(self, transport: TransportSerial) -> Session:
        """Raises ServerUnavailableError."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """What bringing a phone needs beside the phone."""

    phones: Phones
    parts: StepParts
    steps: tuple[Step, ...]
    monotonic: Callable[[], float]
    log: Log


class Bringing:
    """One phone of a run."""

    def __init__(self, bench: Bench, run: LiveRun, at: int, slots: Slots) -> None:
        self._bench = bench
        self._run = run
        self._at = at
        self._slots = slots
        self._is_seen = False

    async def run(self) -> None:
        """Until the phone has its result. Raises what the archive raises."""
        if self._run.wanted_of(self._phone) is None:
            await self._end(PhoneResult.SKIPPED, code="nobody")
            return
        serial = DeviceSerial(self._phone.serial or "")
        timeouts, losses, at_step, away_since = 0, 0, self._phone.step, self._bench.monotonic()
        while True:
            if self._bench.phones.is_doubled(serial):
                await self._end(PhoneResult.FAILED, code=OTHER_PHONE)
                return
            transport = self._bench.phones.transport_of(serial)
            if transport is None:
                if await self._is_given_up(serial, self._bench.monotonic() - away_since):
                    return
                await asyncio.sleep(_LOOK_S)
                continue
            self._is_seen = True
            try:
                await self._bring(serial, transport)
                return
            except (DeviceUnavailableError, ServerUnavailableError, TimeoutError) as error:
                is_link = isinstance(error, ServerUnavailableError) or (
                    isinstance(error, DeviceUnavailableError) and error.code in _LINK
                )
                timeouts += not is_link
                losses, at_step = (losses + 1 if self._phone.step is at_step else 1), self._phone.step
                self._bench.log.info("provision.interrupted", place=self._at, is_link=is_link)
            except ArchiveError:
                raise
            except Exception as error:  # noqa: BLE001 - one phone's trouble, whatever it is, never reaches another
                self._bench.log.warning("provision.failed", code=code_of(error), where=where(error))
                await self._end(PhoneResult.FAILED, step=self._phone.step, code=code_of(error))
                return
            if timeouts >= _MOST_TIMEOUTS or losses >= _MOST_LOSSES:
                code = "phone_timeout" if timeouts >= _MOST_TIMEOUTS else "link_lost_again"
                await self._end(PhoneResult.FAILED, step=at_step, code=code)
                return
            away_since = self._bench.monotonic()
            await asyncio.sleep(_LOOK_S)

    async def _is_given_up(self, serial: DeviceSerial, away_s: float) -> bool:
        """Of a phone that cannot be used now. One that asks its holder about this computer says so at once."""
        is_over = away_s >= self._run.wait_s
        if self._bench.phones.is_asking(serial):
            result = PhoneResult.NEEDS_PERSON if is_over else PhoneResult.WAITING
            phone = with_items(self._phone, StepName.ENROL, (_ALLOW,))
            await self._put(msgspec.structs.replace(phone, result=result, step=None, code="phone_unauthorized"))
        elif is_over:
            await self._end(PhoneResult.ABSENT, code="phone_gone" if self._is_seen else "phone_absent")
        return is_over

    async def _bring(self, serial: DeviceSerial, transport: TransportSerial) -> None:
        session = self._bench.phones.session(transport)
        try:
            work = await self._slots.turn(lambda: self._started(serial, session))
            failed: StepName | None = None
            code: str | None = None
            for step in self._bench.steps:
                found = await self._slots.turn(lambda step=step: self._step(step, work))  # type: ignore[misc]
                if found.code is not None and failed is None:
                    failed, code = step.name, found.code
                if found.is_end:
                    break
            await self._result(failed, code)
        finally:
            await session.close()

    async def _started(self, serial: DeviceSerial, session: Session) -> Work:
        run, parts = self._run, self._bench.parts
        async with asyncio.timeout(_STEP_AT_MOST_S):
            identity = await read_identity(session)
        profile = identity.profile
        if profile.serial != serial:
            raise DeviceUnavailableError(BridgeErrorCode.DEVICE_OFFLINE)  # another phone has this address now
        wanted = run.wanted_of(self._phone)
        assert wanted is not None
        release = "".join(one for one in profile.android_release if one.isprintable())[:20]
        await self._put(
            msgspec.structs.replace(
                self._phone, result=PhoneResult.WORKING, code=None, vendor=profile.vendor.value, android=release or None
            )
        )
        enrolment = await parts.archive.enrolment(serial)
        return Work(
            parts=parts,
            run_id=run.run_id,
            by=run.by,
            serial=serial,
            session=session,
            profile=profile,
            wanted=wanted,
            enrolment=enrolment if enrolment is not None and enrolment.ended_at is None else None,
            is_newly_enrolled=any(map(is_enrolment, self._phone.changes)),
            begun=frozenset(self._phone.begun),
            orders=self._phone.orders,
        )

    async def _step(self, step: Step, work: Work) -> Finding:
        await self._put(msgspec.structs.replace(self._phone, step=step.name))
        async with asyncio.timeout(_STEP_AT_MOST_S):
            try:
                return await self._look_and_apply(step, work)
            except (DeviceUnavailableError, ServerUnavailableError):
                raise
            except AdbBridgeError as error:
                self._bench.log.warning("provision.step_failed", step=step.name.value, code=error.code.value)
                return Finding(code=error.code.value, is_end=step.name is StepName.ENROL)

    async def _look_and_apply(self, step: Step, work: Work) -> Finding:
        found = await step.look(work)
        await self._put(with_items(self._phone, step.name, found.items))
        if self._run.is_check:
            planned = found.changes + self._unread(step, work, found)
            await self._put(settled(with_changes(self._phone, planned), planned))
            return found
        if not found.changes or found.code is not None:
            return found
        if found.items and found.is_end:  # a person first
            return found
        await self._put(with_changes(self._phone, found.changes))
        applied = await step.apply(work, found)
        if work.orders != self._phone.orders:
            await self._put(msgspec.structs.replace(self._phone, orders=work.orders))
        again = await self._looked_again(step, work)
        await self._settle(step, found, again, applied)
        if not again.changes and again.code is None:
            return again
        return Finding(code=again.code or applied.code or "not_kept", is_end=again.is_end)

    def _unread(self, step: Step, work: Work, found: Finding) -> tuple[KeptChange, ...]:
        """Of a phone without an enrolment nothing but its identity is read: what comes after it is only told."""
        if step.name is not StepName.ENROL or work.enrolment is not None or found.code is not None:
            return ()
        told = [
            KeptChange(step=StepName.SETTINGS, name=name, before=None, after=value)
            for name, value in wished(work.wanted, work.sdk).items()
        ]
        if work.wanted.notice and not 0 < work.sdk < FIRST_SDK:
            told.append(KeptChange(step=StepName.NOTICE, name="notice", before=None, after="posted"))
        if work.wanted.pin is PinPolicy.GENERATE:
            told.append(KeptChange(step=StepName.PIN, name="pin", before=None, after="in_vault"))
        return tuple(told)

    async def _looked_again(self, step: Step, work: Work) -> Finding:
        enrolment = await self._bench.parts.archive.enrolment(work.serial)
        work.enrolment = enrolment if enrolment is not None and enrolment.ended_at is None else None
        return await step.look(work)

    async def _settle(self, step: Step, found: Finding, again: Finding, applied: Applied) -> None:
        """What did not happen is not among the changes; what a person can do about it is among the items."""
        is_well = not again.changes and again.code is None
        left = again.changes if again.code is None else found.changes
        phone = without_changes(self._phone, step.name, frozenset(one.name for one in left))
        if again.code is None:
            phone = settled(phone, tuple(one for one in found.changes if one not in left))
        new = {one.item: one for one in (*again.items, *(() if is_well else applied.items))}
        await self._put(with_items(phone, step.name, tuple(new.values())))

    async def _result(self, failed: StepName | None, code: str | None) -> None:
        phone = self._phone
        helped = {one.step for one in phone.items if one.is_open}
        if failed is not None and failed not in helped:
            await self._end(PhoneResult.FAILED, step=failed, code=code)
        elif self._run.is_check and phone.changes:
            await self._end(PhoneResult.PLANNED)
        elif helped:
            await self._end(PhoneResult.NEEDS_PERSON, step=failed, code=code)
        else:
            await self._end(PhoneResult.DONE)

    async def _end(self, result: PhoneResult, *, step: StepName | None = None, code: str | None = None) -> None:
        await self._put(msgspec.structs.replace(self._phone, result=result, step=step, code=code))

    @property
    def _phone(self) -> KeptPhone:
        return self._run.phones[self._at]

    async def _put(self, phone: KeptPhone) -> None:
        await self._run.put(self._at, phone)
