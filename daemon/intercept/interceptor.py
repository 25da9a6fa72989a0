"""Begins actions after findings and brings each to its end.

What was paused runs again at its time, also after a crash; on a phone that was away as soon as it is back; and at once
when somebody switches all of it off.
"""

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Final

from adb_bridge.clock import Clock
from adb_bridge.records import DeviceSerial

from ..api.wire import CommandState
from ..archive.archive import Archive
from ..archive.drafts import AuditDraft
from ..archive.intercepts import ArchivedIntercept, Held, InterceptStep, InterceptSwitch, StoredKind
from ..archive.records import ArchivedCommand
from ..audit import DAEMON_ACTOR, NO_ROLE
from ..bus import AlertChanged, Bus
from ..logs import log_for
from ..supervise import EventWaiter, Supervision, Waiter
from .deciding import Deciding
from .orders import OUR_REASON, InterceptOrders
from .telling import Telling

_LOOK_EVERY_S: Final = 15.0
_SOONEST_S: Final = 0.05
_WENT_BACK: Final = timedelta(minutes=2)
"""A clock that shows a time so long before the action began is no measure for its end."""
_ASK_AGAIN: Final = timedelta(seconds=30)


class Interceptor:
    """One per daemon; `Endings` of the queue."""

    def __init__(
        self,
        *,
        archive: Archive,
        deciding: Deciding,
        orders: InterceptOrders,
        telling: Telling,
        clock: Clock,
        bus: Bus,
        is_enrolled: Callable[[DeviceSerial], bool],
        waiter: Waiter | None = None,
    ) -> None:
        self._archive = archive
        self.deciding = deciding
        self._orders = orders
        self._telling = telling
        self._clock = clock
        self._bus = bus
        self._is_enrolled = is_enrolled
        self._waiter = waiter or EventWaiter()
        self._wake = asyncio.Event()
        self._wake.set()
        self._turn = asyncio.Lock()
        self._until_s: dict[str, float] = {}
        """By action: when it is over by a clock that never jumps."""
        self._leaving: set[DeviceSerial] = set()
        """Phones whose enrolment is about to end."""
        self._log = log_for("intercept")

    async def take(self, alert_ids: Sequence[str]) -> None:
        """Alerts that were committed; the same ones again after a crash do nothing."""
        if not self.deciding.has_any():
            return
        for alert_id in alert_ids:
            alert = await self._archive.alert(alert_id)
            if alert is None or not self._is_enrolled(alert.archived.event.device):
                continue
            for draft in self.deciding.drafts(alert, self._clock.now()):
                audit = AuditDraft(
                    actor=DAEMON_ACTOR, role=NO_ROLE, action="intercept.begin",
                    target=f"{draft.intercept_id} {draft.device} {draft.kind.name.lower()}",
                    reason=f"rule {draft.rule_id}, alert {draft.alert_id}"[:500], outcome="ok",
                )  # fmt: skip
                begun = await self._archive.intercepts.begin(draft, self.deciding.limits, audit)
                if isinstance(begun, Held):
                    self._log.info("intercept.held", rule=draft.rule_id, why=begun.name.lower())
                else:
                    self._wake.set()

    async def switch(self, audit: AuditDraft, *, switch_off: bool) -> InterceptSwitch:
        """The kill switch: off ends what is in force at once."""
        switched = await self._archive.intercepts.switch(audit, switch_off=switch_off)
        self._wake.set()
        return switched

    async def release(self, device: DeviceSerial, timeout_s: float) -> None:
        """Before its enrolment ends: undo what is in force on it, as far as it answers within `timeout_s`."""
        self._leaving.add(device)
        try:
            async with asyncio.timeout(timeout_s):
                while any(one.draft.device == device for one in await self._archive.intercepts.open()):
                    await self.advance()
                    await asyncio.sleep(0.1)
        except TimeoutError:
            self._log.warning("intercept.not_released")
        finally:
            self._leaving.discard(device)

    async def ended(self, command: ArchivedCommand) -> None:
        """See `Endings`."""
        if command.reason.startswith(OUR_REASON):
            self._wake.set()

    async def run(self, supervision: Supervision) -> None:
        """For ever."""
        while True:
            await self.advance()
            supervision.well()
            await self._waiter.wait(self._wake, self._until_next_s())

    async def advance(self) -> None:
        """Do what is due for all of them."""
        async with self._turn:
            switch = await self._archive.intercepts.switched()
            every = await self._archive.intercepts.open()
            for gone in self._until_s.keys() - {one.draft.intercept_id for one in every}:
                del self._until_s[gone]
            for one in every:
                await self._advance(one, self._why_over(one, switch))

    def _until_next_s(self) -> float:
        next_s = min(self._until_s.values(), default=None)
        if next_s is None:
            return _LOOK_EVERY_S
        return min(_LOOK_EVERY_S, max(_SOONEST_S, next_s - self._clock.monotonic()))

    def _why_over(self, one: ArchivedIntercept, switch: InterceptSwitch | None) -> str | None:
        """Why it is to be undone now; None: its time is not over."""
        if switch is not None and switch.is_off:
            return "switched_off"
        if not self.deciding.is_enabled:
            return "disabled"
        if one.draft.device in self._leaving:
            return "unenrolled"
        if one.due_at is None or one.draft.minutes is None:
            return None
        now, now_s = self._clock.now(), self._clock.monotonic()
        left_s = min(one.draft.minutes * 60.0, (one.due_at - now).total_seconds())
        until_s = self._until_s.setdefault(one.draft.intercept_id, now_s + max(0.0, left_s))
        is_over = now >= one.due_at or now_s >= until_s or now < one.begun_at - _WENT_BACK
        return "due" if is_over else None

    async def _advance(self, one: ArchivedIntercept, why_over: str | None) -> None:
        if (undo := one.last(InterceptStep.UNDO_ASKED)) is not None:
            await self._look_at_undo(one, undo.code, undo.at)
        elif one.last(InterceptStep.ENDING) is not None:
            await self._undo(one)
        elif (asked := one.last(InterceptStep.ASKED)) is None:
            await self._begin(one, why_over)
        else:
            await self._look_at_doing(one, asked.code, why_over)

    async def _begin(self, one: ArchivedIntercept, why_over: str | None) -> None:
        is_late = self._clock.now() - one.begun_at > timedelta(minutes=one.draft.minutes or 10)
        if why_over is not None or is_late:
            await self._note(one, InterceptStep.NOT_DONE, "intercept_interrupted" if is_late else "intercept_ended")
        elif (command_id := await self._orders.do(one)) is not None:
            await self._note(one, InterceptStep.ASKED, command_id)

    async def _look_at_doing(self, one: ArchivedIntercept, command_id: str, why_over: str | None) -> None:
        command = await self._archive.command(command_id)
        state = CommandState.EXPIRED if command is None else command.state
        is_pause = one.draft.kind is StoredKind.SUSPEND_APP
        if state is CommandState.ACKNOWLEDGED:
            if not is_pause:
                await self._note(one, InterceptStep.DONE, "done")
                return
            if one.last(InterceptStep.IN_FORCE) is None:
                one = await self._note(one, InterceptStep.IN_FORCE, command_id)
        elif state.is_terminal:
            code = None if command is None else command.result
            await self._note(one, InterceptStep.NOT_DONE, code or state.value)
            return
        if why_over is None:
            return
        if not state.is_terminal and command is not None and await self._orders.withdraw(command):
            await self._note(one, InterceptStep.NOT_DONE, "intercept_ended")
        elif is_pause:
            await self._undo(await self._note(one, InterceptStep.ENDING, why_over))

    async def _undo(self, one: ArchivedIntercept) -> None:
        device, app = one.draft.device, one.draft.app
        if app is None or await self._orders.is_kept(device, app):
            await self._note(one, InterceptStep.KEPT, "kept")
        elif self._is_enrolled(device) and (command_id := await self._orders.undo(one)) is not None:
            await self._note(one, InterceptStep.UNDO_ASKED, command_id)

    async def _look_at_undo(self, one: ArchivedIntercept, command_id: str, asked_at: datetime) -> None:
        command = await self._archive.command(command_id)
        if command is not None and not command.state.is_terminal:
            return
        if command is not None and command.state is CommandState.ACKNOWLEDGED:
            await self._note(one, InterceptStep.UNDONE, command_id)
        elif self._clock.now() - asked_at >= _ASK_AGAIN or self._clock.now() < asked_at:
            await self._undo(one)  # refused, too late, or the phone was not ours for a while

    async def _note(self, one: ArchivedIntercept, step: InterceptStep, code: str) -> ArchivedIntercept:
        note = self._telling.note_of(one, step, code, self._clock.now())
        noted = await self._archive.intercepts.note(
            one.draft.intercept_id, step, actor=DAEMON_ACTOR, code=code, note=note
        )
        if note is not None:
            self._bus.publish(AlertChanged(one.draft.alert_id))
        return noted
