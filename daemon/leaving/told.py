"""How a leaving stands, from its records and the commands that wait."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

import msgspec

from adb_bridge.records import DeviceSerial

from ..api.leaving import HandOver, Leaving, LeavingItem, LeavingPhone, LeavingState, StepState
from ..api.texts import Texts
from ..api.wire import CommandState
from ..archive.leaving_rows import ArchivedLeaving, LeavingStep
from ..archive.records import ArchivedCommand
from ..commanding.views import result_text
from ..rights.sight import Sight
from .checklist import items_of
from .orders import end_of

Commands = Mapping[str, ArchivedCommand]
"""By id: those that wait, and those that told somebody."""
_STATE: Final = {CommandState.ACKNOWLEDGED: StepState.DONE, CommandState.FAILED: StepState.FAILED}


def commands_of(leaving: ArchivedLeaving) -> tuple[str, ...]:
    """Ids of the newest commands of each phone."""
    steps = (LeavingStep.FREEZE, LeavingStep.UNFREEZE, LeavingStep.TOLD)
    found = (leaving.last(step, phone.device) for phone in leaving.draft.phones for step in steps)
    return tuple(one.did.code for one in found if one is not None)


def leaving_view(leaving: ArchivedLeaving, commands: Commands, wiped: frozenset[DeviceSerial], sight: Sight) -> Leaving:
    """As it is now."""
    draft, undo = leaving.draft, leaving.last(LeavingStep.UNDO)
    phones = tuple(_phone(leaving, one.device, commands, wiped, sight.texts) for one in draft.phones)
    items = () if undo is not None else items_of(leaving, phones, sight.texts)
    return Leaving(
        leaving_id=draft.leaving_id,
        employee=draft.employee,
        recipients=draft.recipients,
        state=_state(leaving, phones, items),
        requested_by=draft.requested_by,
        requested_at=leaving.at,
        reason=sight.line(draft.reason),
        freeze_at=draft.freeze_at,
        return_at=draft.return_at,
        phones=phones,
        hand_overs=hand_overs(leaving),
        alerts_moved=len(leaving.of(LeavingStep.ALERT_MOVED)),
        items=items,
        undone_by=None if undo is None else undo.did.actor,
        undone_at=None if undo is None else undo.at,
        undo_reason=None if undo is None else sight.line(undo_reason(undo.did.facts)),
        ledger_index=leaving.ledger_index,
    )


def hand_overs(leaving: ArchivedLeaving) -> tuple[HandOver, ...]:
    """Who has what since when."""
    return tuple(
        HandOver(
            leaving_id=leaving.leaving_id,
            at=one.at,
            owner_before=leaving.draft.employee,
            owner=one.did.item,
            conversations=int(one.did.code),
            is_returned=leaving.is_undone,
        )
        for one in leaving.of(LeavingStep.HANDED_OVER)
    )


def undo_reason(facts: str) -> str:
    """From the step's facts."""
    return str(msgspec.json.decode(facts, type=dict[str, str]).get("reason", ""))


def _phone(
    leaving: ArchivedLeaving, device: DeviceSerial, commands: Commands, wiped: frozenset[DeviceSerial], texts: Texts
) -> LeavingPhone:
    step = LeavingStep.UNFREEZE if leaving.last(LeavingStep.UNFREEZE, device) is not None else LeavingStep.FREEZE
    last = leaving.last(step, device)
    state, code = StepState.NOT_YET, None
    if last is not None:
        end = end_of(leaving, step, device, last.did.code)
        command = commands.get(last.did.code)
        if end is not None:
            state, code = _STATE.get(end.state, StepState.PENDING), end.result
        else:
            state, code = StepState.PENDING, command.result if command is not None else None
            code = code or (None if command is None else command.state.value)
    told = leaving.last(LeavingStep.TOLD, device)
    teller = None if told is None else commands.get(told.did.code)
    stopped = leaving.last(LeavingStep.CAPTURE_STOPPED, device) is not None and not leaving.is_undone
    return LeavingPhone(
        device=device,
        freeze=state,
        freeze_code=code,
        freeze_text=result_text(code, texts),
        freeze_command=None if last is None else last.did.code,
        told=StepState.NOT_YET
        if told is None
        else StepState.PENDING
        if teller is None
        else _STATE.get(teller.state, StepState.PENDING),
        capture=StepState.DONE if stopped else StepState.NOT_YET,
        capture_stops_at=leaving.draft.return_at,
        is_wiped=device in wiped,
    )


def _state(leaving: ArchivedLeaving, phones: tuple[LeavingPhone, ...], items: tuple[LeavingItem, ...]) -> LeavingState:
    if leaving.is_undone:
        return LeavingState.UNDONE if leaving.last(LeavingStep.UNDONE) is not None else LeavingState.UNDOING
    settled = {StepState.DONE, StepState.FAILED}
    is_done = all((one.freeze in settled or one.is_wiped) and one.capture is StepState.DONE for one in phones)
    return LeavingState.DONE if is_done and not any(one.is_due for one in items) else LeavingState.PENDING


def planned(
    *,
    employee: str,
    recipients: tuple[str, ...],
    requested: tuple[str, datetime, str],
    times: tuple[datetime, datetime],
    devices: tuple[DeviceSerial, ...],
    shares: Mapping[str, int],
    alerts: int,
    items: tuple[LeavingItem, ...],
) -> Leaving:
    """What would happen. `requested`: who, when, why; `times`: freeze, return."""
    by, at, reason = requested
    return Leaving(
        leaving_id="",
        employee=employee,
        recipients=recipients,
        state=LeavingState.PLANNED,
        requested_by=by,
        requested_at=at,
        reason=reason,
        freeze_at=times[0],
        return_at=times[1],
        phones=tuple(
            LeavingPhone(
                device=one, freeze=StepState.NOT_YET, freeze_code=None, freeze_text=None, freeze_command=None,
                told=StepState.NOT_YET, capture=StepState.NOT_YET, capture_stops_at=times[1],
            )
            for one in devices
        ),
        hand_overs=tuple(
            HandOver(leaving_id="", at=at, owner_before=employee, owner=name, conversations=count)
            for name, count in shares.items()
        ),
        alerts_moved=alerts,
        items=items,
    )  # fmt: skip
