"""Brings each leaving to its end, and each undoing: what the phones are told, when collecting ends.

All that is decided is in the archive; this looks what is missing and does that, also after any end of the daemon.
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Final

from adb_bridge.clock import Clock
from adb_bridge.records import DeviceSerial

from ..api.wire import CommandState, Verb
from ..archive.archive import Archive
from ..archive.drafts import AuditDraft
from ..archive.leaving_rows import ArchivedLeaving, LeavingDraft, LeavingPhoneRef, LeavingStep, LeavingStepDraft
from ..archive.records import ArchivedCommand
from ..audit import DAEMON_ACTOR
from ..supervise import EventWaiter, Supervision, Waiter
from .orders import LeavingOrders, end_of
from .stops import CaptureStops

_LOOK_EVERY_S: Final = 30.0
_SOONEST_S: Final = 0.05
_VERBS: Final = frozenset({Verb.FREEZE, Verb.UNFREEZE, Verb.MESSAGE, Verb.WIPE})
_ASKED_AGAIN: Final = frozenset({CommandState.EXPIRED, CommandState.CANCELLED})
"""Ends that say nothing of the phone: it was away, or somebody took the order back."""
_ASK_AGAIN_AFTER: Final = timedelta(minutes=1)


class Leavings:
    """One per daemon; `Endings` of the queue."""

    def __init__(
        self,
        *,
        archive: Archive,
        orders: LeavingOrders,
        clock: Clock,
        stops: CaptureStops,
        begin_anew: Callable[[DeviceSerial], Awaitable[None]],
        waiter: Waiter | None = None,
    ) -> None:
        """`begin_anew`: ends what is done with a phone and begins it again, with or without collecting."""
        self._archive = archive
        self._orders = orders
        self._clock = clock
        self._stops = stops
        self._begin_anew = begin_anew
        self._waiter = waiter or EventWaiter()
        self._wake = asyncio.Event()
        self._wake.set()
        self._turn = asyncio.Lock()

    async def load(self) -> None:
        """At the start, before any phone is followed."""
        self._stops.load(await self._archive.leavings.stops())

    async def begin(self, draft: LeavingDraft, audit: AuditDraft) -> ArchivedLeaving:
        """Written when it returns; the phones follow. IllegalTransitionError."""
        leaving = await self._archive.leavings.begin(draft, audit)
        await self.load()
        self._wake.set()
        return leaving

    async def undo(self, leaving_id: str, audit: AuditDraft) -> ArchivedLeaving:
        """Written when it returns; the phones follow. IllegalTransitionError, RecordNotFoundError."""
        leaving = await self._archive.leavings.undo(leaving_id, audit)
        await self.load()
        self._wake.set()
        return leaving

    async def ended(self, command: ArchivedCommand) -> None:
        """See `Endings`."""
        if command.verb in _VERBS:
            self._wake.set()

    async def run(self, supervision: Supervision) -> None:
        """For ever."""
        while True:
            next_at = await self.advance()
            supervision.well()
            wait_s = _LOOK_EVERY_S
            if next_at is not None:
                wait_s = min(wait_s, max(_SOONEST_S, (next_at - self._clock.now()).total_seconds()))
            await self._waiter.wait(self._wake, wait_s)

    async def advance(self) -> datetime | None:
        """Do what is due for all of them; returns when the next has its time, None when nothing waits for one."""
        async with self._turn:
            here = {one.ledger_index for one in await self._archive.enrolments() if one.ended_at is None}
            times: list[datetime] = []
            for leaving in await self._archive.leavings.all():
                if leaving.last(LeavingStep.UNDONE) is not None:
                    continue
                if leaving.is_undone:
                    await self._advance_undoing(leaving, here)
                else:
                    times += await self._advance(leaving, here)
            return min(times, default=None)

    async def _advance(self, leaving: ArchivedLeaving, here: set[int]) -> list[datetime]:
        now, draft = self._clock.now(), leaving.draft
        times = [at for at in (draft.freeze_at, draft.return_at) if at > now]
        for phone in draft.phones:
            is_here = phone.enrolment_index in here
            if is_here and leaving.last(LeavingStep.TOLD, phone.device) is None:
                leaving = await self._orders.tell(leaving, phone.device, "begins", draft.return_at)
            if draft.freeze_at <= now:
                leaving = await self._freeze(leaving, phone, LeavingStep.FREEZE, here)
            if draft.return_at <= now and leaving.last(LeavingStep.CAPTURE_STOPPED, phone.device) is None:
                await self._begin_anew(phone.device)
                leaving = await self._note(leaving, LeavingStep.CAPTURE_STOPPED, phone.device)
        return times

    async def _freeze(
        self, leaving: ArchivedLeaving, phone: LeavingPhoneRef, step: LeavingStep, here: set[int]
    ) -> ArchivedLeaving:
        """Ask for it, note its end, and ask again what only waited too long."""
        leaving = await self._orders.look(leaving, step, phone.device)
        if phone.enrolment_index not in here:
            return leaving
        last = leaving.last(step, phone.device)
        if last is not None:
            end = end_of(leaving, step, phone.device, last.did.code)
            is_early = self._clock.now() - last.at < _ASK_AGAIN_AFTER
            if end is None or end.state not in _ASKED_AGAIN or is_early:
                return leaving
        return await self._orders.ask(leaving, step, phone.device)

    async def _advance_undoing(self, leaving: ArchivedLeaving, here: set[int]) -> None:
        is_over, by_hand = True, False
        undone = leaving.last(LeavingStep.UNDO)
        for phone in leaving.draft.phones:
            device, is_here = phone.device, phone.enrolment_index in here
            if leaving.last(LeavingStep.CAPTURE_RESUMED, device) is None:
                if is_here:
                    await self._begin_anew(device)
                leaving = await self._note(leaving, LeavingStep.CAPTURE_RESUMED, device)
            told = leaving.last(LeavingStep.TOLD, device)
            if is_here and undone is not None and told is not None and told.ledger_index < undone.ledger_index:
                leaving = await self._orders.tell(leaving, device, "undone", self._clock.now())
            leaving = await self._orders.withdraw(leaving, device)
            if not may_be_frozen(leaving, device):
                continue
            leaving = await self._freeze(leaving, phone, LeavingStep.UNFREEZE, here)
            state = unfreeze_state(leaving, device)
            is_over &= state in {CommandState.ACKNOWLEDGED, CommandState.FAILED} or not is_here
            by_hand |= state is not CommandState.ACKNOWLEDGED
        if is_over:
            await self._note(leaving, LeavingStep.UNDONE, "", "by_hand" if by_hand else "done")

    async def _note(
        self, leaving: ArchivedLeaving, step: LeavingStep, item: str, code: str = "done"
    ) -> ArchivedLeaving:
        did = LeavingStepDraft(step=step, actor=DAEMON_ACTOR, item=item, code=code)
        return await self._archive.leavings.note(leaving.leaving_id, did)


def may_be_frozen(leaving: ArchivedLeaving, device: DeviceSerial) -> bool:
    """Whether any order to suspend apps may have reached the phone."""
    asked = leaving.of(LeavingStep.FREEZE, device)
    ends = [end_of(leaving, LeavingStep.FREEZE, device, one.did.code) for one in asked]
    return any(end is None or end.state not in _ASKED_AGAIN for end in ends)


def unfreeze_state(leaving: ArchivedLeaving, device: DeviceSerial) -> CommandState | None:
    """How the newest order to let apps run again ended; None: it was not asked for, or has not ended."""
    last = leaving.last(LeavingStep.UNFREEZE, device)
    end = None if last is None else end_of(leaving, LeavingStep.UNFREEZE, device, last.did.code)
    return None if end is None else end.state
