"""Carries a wipe out, and goes on with it after any interruption. What is said of it is what the phone proves.

    READY ─► CLEARING ─► CLEARED ─► SENDING ─► SENT ─► RETURNED ─► LOCKED ─► CERTIFIED (─► UNENROLLED: `closing`)
      │          └───────────┴─────────┴────────┴─ it was not erased ─► PUT_BACK: its PIN is set again
      └─ nothing of the phone has changed: the wipe may begin anew

Each stage is on the disk before the phone is told of it. Whoever finds one there (another connection, another run of
the daemon) knows what may have happened, asks the phone, and goes on or puts it back.
"""

import asyncio
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

import msgspec

from adb_bridge.clock import Clock
from adb_bridge.errors import AdbBridgeError
from adb_bridge.records import DeviceSerial
from adb_bridge.session import Session
from adb_bridge.verbs.codes import Code
from adb_bridge.verbs.facts import PhoneFacts
from adb_bridge.verbs.result import Ending, StepTrace, VerbResult
from adb_bridge.verbs.trail import PATIENCE, Patience
from adb_bridge.verbs.wipe import (
    WipeCode,
    WipeRoute,
    is_empty,
    plant_marks,
    remove_marks,
    start_wipe,
    wipe_preconditions,
)
from adb_bridge.verbs.wipe_imprint import read_imprint

from ..api.wire import WipeParameters
from ..archive.archive import Archive
from ..archive.records import ArchivedCommand
from ..archive.wipes import WipeStage, WipeStepDraft
from ..commanding.verbs import parameters_of
from . import certificate
from .erasing import Erasing
from .screen_lock import LEFT_OPEN, ScreenLock
from .story import NO_PIN, ReadyFacts, ReturnedFacts, WipeStory

LAST_READ_MISSING: Final = "last_read_missing"
NOT_BEGUN: Final = "wipe_not_begun"
EMPTIED_OPEN: Final = "emptied_open"
"""It is empty, and has no PIN."""
TOO_LATE: Final = "wipe_too_late"
OK: Final = "ok"


@dataclass(frozen=True, slots=True, kw_only=True)
class WipeWaits:
    """How long a wipe waits for what."""

    last_read_s: float = 120.0
    at_once_s: float = 20.0
    """A phone that was told is watched going down."""
    back_s: float = 60.0
    """A phone that is back may start, one that still runs may go down."""
    still_running_s: float = 240.0
    """A phone that has not gone down so long after the order was not erased: Android first tells its apps, and may
    have a memory card to erase."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WipeParts:
    """What a wipe takes from the rest of the daemon."""

    archive: Archive
    lock: ScreenLock
    erasing: Erasing
    clock: Clock
    read_last: Callable[[DeviceSerial], Awaitable[bool]]
    """Have everything of a connected phone read once more; whether that worked."""
    patience: Patience = PATIENCE
    waits: WipeWaits = WipeWaits()


@dataclass(slots=True, kw_only=True)
class _Visit:
    """One command at one phone."""

    command: ArchivedCommand
    session: Session
    facts: PhoneFacts
    story: WipeStory
    steps: tuple[StepTrace, ...] = ()

    @property
    def device(self) -> DeviceSerial:
        return self.command.device

    def noted(self, result: VerbResult) -> VerbResult:
        """With everything that was done on this visit."""
        self.steps = (*self.steps, *result.steps)
        return replace(result, steps=self.steps)


class WipeCarrier:
    """`Carrier` of the queue for `wipe`. Never raises but CancelledError and errors of the archive; always bounded."""

    def __init__(self, parts: WipeParts) -> None:
        self._parts = parts
        self._archive = parts.archive
        self._book = parts.archive.wipes
        self._begun: set[str] = set()
        """Commands that did something to their phone, also when it was put back, as the last visit found."""

    def is_repeatable(self, command: ArchivedCommand) -> bool:
        """Only while nothing was ever done to the phone."""
        return command.command_id not in self._begun

    async def carry_out(
        self, command: ArchivedCommand, session: Session, facts: PhoneFacts, clock: Clock
    ) -> VerbResult:
        """From the beginning, or from where an earlier visit was cut off."""
        visit = await self._visit(command, session, facts)
        if visit.story.has_effect:
            return await self._go_on(visit)
        prepared = await self._prepare(visit)
        return prepared if prepared.ending is not Ending.DONE else await self._clear_and_send(visit)

    async def read_back(
        self, command: ArchivedCommand, session: Session, facts: PhoneFacts, clock: Clock
    ) -> VerbResult:
        """What became of it; also finishes it. A wipe is not over when the phone is empty: it stands open."""
        visit = await self._visit(command, session, facts)
        if not visit.story.has_effect:
            return VerbResult(ending=Ending.REFUSED, code=NOT_BEGUN)
        return await self._go_on(visit)

    async def _visit(self, command: ArchivedCommand, session: Session, facts: PhoneFacts) -> _Visit:
        story = WipeStory(steps=await self._book.of(command.command_id))
        self._remember(command, story)
        return _Visit(command=command, session=session, facts=facts, story=story)

    async def _prepare(self, visit: _Visit) -> VerbResult:
        """Everything that has to be so, without changing anything but two small files of ours."""
        ready = await wipe_preconditions(visit.session, visit.facts, self._parts.clock)
        if ready.result.ending is not Ending.DONE or ready.route is None:
            return visit.noted(ready.result)
        pin_id = NO_PIN
        if ready.must_clear:
            key = await self._parts.lock.known(visit.device, visit.session, visit.facts)
            if key.result.ending is not Ending.DONE:
                return visit.noted(key.result)
            visit.noted(key.result)
            pin_id = key.pin_id
        is_read = await self._read_last(visit)
        asked = parameters_of(visit.command.parameters)
        may_be_unread = isinstance(asked, WipeParameters) and asked.without_last_read
        if not is_read and not may_be_unread:
            return visit.noted(VerbResult(ending=Ending.REFUSED, code=LAST_READ_MISSING))
        mark = secrets.token_hex(8)
        before = await plant_marks(visit.session, mark)
        if before is None or before.serial != visit.device:
            return visit.noted(VerbResult(ending=Ending.NOT_SENT, code=Code.LINK_LOST))
        facts = ReadyFacts(
            route=ready.route,
            mark=mark,
            before=before,
            pin_id=pin_id,
            is_read=is_read,
        )
        await self._note(visit, WipeStage.READY, OK, facts)
        return VerbResult(ending=Ending.DONE, code=WipeCode.READY)

    async def _read_last(self, visit: _Visit) -> bool:
        try:
            async with asyncio.timeout(self._parts.waits.last_read_s):
                is_read = await self._parts.read_last(visit.device)
        except TimeoutError:
            is_read = False
        code = OK if is_read else LAST_READ_MISSING
        visit.steps = (*visit.steps, StepTrace(step="read_last", code=code, exit_code=None, stderr_sha256=None))
        return is_read

    async def _go_on(self, visit: _Visit) -> VerbResult:
        """From the stage that is on the disk."""
        match visit.story.stage:
            case WipeStage.CLEARING | WipeStage.CLEARED:
                return await self._resume_before_sending(visit)
            case WipeStage.SENDING | WipeStage.SENT:
                return await self._look(visit, self._parts.waits.back_s)
            case WipeStage.RETURNED | WipeStage.LOCKED | WipeStage.CERTIFIED | WipeStage.UNENROLLED:
                return await self._finish(visit)
            case _:
                return VerbResult(ending=Ending.REFUSED, code=NOT_BEGUN)

    async def _resume_before_sending(self, visit: _Visit) -> VerbResult:
        """Its PIN may be gone, and it was not told to erase itself: go on while that may be, else put the PIN back."""
        if self._parts.clock.now() >= visit.command.expires_at:
            return await self._put_back(visit, VerbResult(ending=Ending.REFUSED, code=TOO_LATE))
        ready = await wipe_preconditions(visit.session, visit.facts, self._parts.clock)
        if ready.result.ending is Ending.DONE:
            return await self._clear_and_send(visit)
        if ready.result.ending in {Ending.NOT_SENT, Ending.UNSURE}:
            return visit.noted(VerbResult(ending=Ending.UNSURE, code=Code.LINK_LOST, steps=ready.result.steps))
        return await self._put_back(visit, replace(ready.result, ending=Ending.REFUSED, retry_after_s=None))

    async def _clear_and_send(self, visit: _Visit) -> VerbResult:
        ready = visit.story.ready
        assert ready is not None
        if ready.pin_id != NO_PIN and visit.story.stage is not WipeStage.CLEARED:
            await self._note(visit, WipeStage.CLEARING, OK)
            cleared = await self._parts.lock.clear(visit.device, ready.pin_id, visit.session, visit.facts)
            visit.noted(cleared)
            if cleared.ending in {Ending.UNSURE, Ending.NOT_SENT} and cleared.code in _AWAY:
                return visit.noted(VerbResult(ending=Ending.UNSURE, code=Code.LINK_LOST))
            if cleared.ending is not Ending.DONE:
                return await self._put_back(visit, cleared)
            await self._note(visit, WipeStage.CLEARED, OK)
        return await self._send(visit, ready)

    async def _send(self, visit: _Visit, ready: ReadyFacts) -> VerbResult:
        self._parts.erasing.begin(visit.device)
        await self._note(visit, WipeStage.SENDING, OK)
        sent = await start_wipe(visit.session, ready.route, visit.facts, self._parts.clock)
        visit.noted(sent)
        if sent.ending is Ending.NOT_SENT:
            return visit.noted(VerbResult(ending=Ending.UNSURE, code=Code.LINK_LOST))
        if sent.ending is not Ending.UNSURE:
            return await self._put_back(visit, sent)
        await self._note(visit, WipeStage.SENT, sent.code)
        return await self._look(visit, self._parts.waits.at_once_s)

    async def _look(self, visit: _Visit, wait_s: float) -> VerbResult:
        """What the phone that answers proves. One that is not it is left alone."""
        ready = visit.story.ready
        assert ready is not None
        found = await is_empty(
            visit.session, ready.before, ready.mark, self._parts.clock, wait_s=wait_s, patience=self._parts.patience
        )
        visit.noted(found)
        match found.ending:
            case Ending.DONE:
                try:
                    after = await read_imprint(visit.session, ready.mark)
                except AdbBridgeError:
                    return visit.noted(VerbResult(ending=Ending.UNSURE, code=Code.LINK_LOST))
                await self._parts.lock.emptied(visit.device)
                await self._note(visit, WipeStage.RETURNED, found.code, ReturnedFacts(after=after))
                return await self._finish(visit)
            case Ending.REFUSED if found.code == WipeCode.STILL_RUNNING and not self._is_given_up(visit):
                return visit.noted(VerbResult(ending=Ending.UNSURE, code=WipeCode.ERASING))
            case Ending.REFUSED:
                return await self._put_back(visit, replace(found, code=WipeCode.NOT_ERASED))
            case _:
                is_by_owner = ready.route is WipeRoute.DEVICE_OWNER and found.code in _AWAY
                code = WipeCode.ERASING_BY_OWNER if is_by_owner else found.code
                return visit.noted(VerbResult(ending=Ending.UNSURE, code=Code.LINK_LOST if code in _AWAY else code))

    def _is_given_up(self, visit: _Visit) -> bool:
        """Whether a phone that still runs would have gone down by now."""
        sending = visit.story.at(WipeStage.SENDING)
        if sending is None:
            return True
        return (self._parts.clock.now() - sending.at).total_seconds() >= self._parts.waits.still_running_s

    async def _finish(self, visit: _Visit) -> VerbResult:
        """Lock it again and certify. Each is done once."""
        if visit.story.stage is WipeStage.RETURNED:
            locked = await self._parts.lock.lock_anew(visit.device, visit.session)
            visit.noted(locked)
            if locked.ending in {Ending.UNSURE, Ending.NOT_SENT} and locked.code in _AWAY:
                return visit.noted(VerbResult(ending=Ending.UNSURE, code=Code.LINK_LOST))
            await self._note(visit, WipeStage.LOCKED, OK if locked.ending is Ending.DONE else locked.code)
        if visit.story.stage is WipeStage.LOCKED:
            await self._note(visit, WipeStage.CERTIFIED, OK, await self._certificate(visit))
        return visit.noted(ended(visit.story))

    async def _certificate(self, visit: _Visit) -> certificate.WipeCertificate:
        story, archive = visit.story, self._archive
        ready, returned = story.ready, story.returned
        sent, back = story.at(WipeStage.SENDING), story.at(WipeStage.RETURNED)
        assert ready is not None and returned is not None and sent is not None and back is not None
        enrolment = await archive.enrolment(visit.device)
        return certificate.draft(
            visit.command,
            ready=ready,
            after=returned.after,
            employee=None if enrolment is None else enrolment.employee,
            approved=await self._approved(visit.command),
            ordered_at=sent.at,
            verified_at=back.at,
            locked=story.code_of(WipeStage.LOCKED) or "",
            holds=await holds_on(archive, visit.device, self._parts.clock.now()),
        )

    async def _approved(self, command: ArchivedCommand) -> tuple[str, datetime] | None:
        changes = await self._archive.command_book.changes(command.command_id)
        return next(((one.actor, one.at) for one in reversed(changes) if one.result == "approved"), None)

    async def _put_back(self, visit: _Visit, why: VerbResult) -> VerbResult:
        """It was certainly not erased: set its PIN again, take our files away, collect on."""
        ready = visit.story.ready
        assert ready is not None
        code = OK
        if ready.pin_id != NO_PIN:
            back = await self._parts.lock.put_back(visit.device, ready.pin_id, visit.session)
            visit.noted(back)
            if back.ending in {Ending.UNSURE, Ending.NOT_SENT} and back.code in _AWAY:
                return visit.noted(VerbResult(ending=Ending.UNSURE, code=Code.LINK_LOST))
            code = OK if back.ending is Ending.DONE else LEFT_OPEN
        await remove_marks(visit.session, ready.mark)
        await self._note(visit, WipeStage.PUT_BACK, code if code == LEFT_OPEN else why.code)
        self._parts.erasing.end(visit.device)
        ending = why.ending if why.ending in {Ending.REFUSED, Ending.IMPOSSIBLE, Ending.NOT_NOW} else Ending.REFUSED
        if code == LEFT_OPEN:
            return visit.noted(VerbResult(ending=Ending.REFUSED, code=LEFT_OPEN))
        return visit.noted(VerbResult(ending=ending, code=why.code, retry_after_s=why.retry_after_s))

    async def _note(self, visit: _Visit, stage: WipeStage, code: str, facts: msgspec.Struct | None = None) -> None:
        """On the disk before anything else happens, whatever happens to this task."""
        draft = WipeStepDraft(
            command_id=visit.command.command_id,
            device=visit.device,
            stage=stage,
            code=code,
            facts="{}" if facts is None else msgspec.json.encode(facts, order="sorted").decode(),
        )
        step = await asyncio.shield(self._book.note(draft))
        visit.story = WipeStory(steps=(*visit.story.steps, step))
        self._remember(visit.command, visit.story)

    def _remember(self, command: ArchivedCommand, story: WipeStory) -> None:
        if story.is_begun:
            self._begun.add(command.command_id)


_AWAY: Final = frozenset({Code.LINK_LOST, Code.PHONE_TIMEOUT, Code.PHONE_UNAUTHORIZED})
"""Codes of a phone that does not answer: it is asked when it is back."""


def ended(story: WipeStory) -> VerbResult:
    """Of a wipe whose certificate is written."""
    is_locked = story.code_of(WipeStage.LOCKED) == OK
    return VerbResult(ending=Ending.DONE, code=WipeCode.EMPTIED if is_locked else EMPTIED_OPEN)


async def holds_on(archive: Archive, device: DeviceSerial, now: datetime) -> tuple[str, ...]:
    """Legal holds in force that name this phone, its employee, or everything."""
    enrolment = await archive.enrolment(device)
    employee = None if enrolment is None else enrolment.employee
    return tuple(
        hold.hold_id
        for hold in await archive.holds.all()
        if hold.is_active(now) and hold.scope.device in {None, device} and hold.scope.employee in {None, employee}
    )
