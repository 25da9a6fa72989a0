"""How an action stands, in words: for the alert's history and for lists."""

from datetime import datetime, tzinfo

from ..api.intercept import Intercept, InterceptKind, InterceptState
from ..api.texts import Texts
from ..archive.intercepts import ArchivedIntercept, InterceptStep, StoredKind
from ..commanding.views import result_text

_KINDS = {
    StoredKind.SUSPEND_APP: InterceptKind.SUSPEND_APP,
    StoredKind.LOCK: InterceptKind.LOCK,
    StoredKind.MESSAGE: InterceptKind.MESSAGE,
}
_ENDS = {
    InterceptStep.UNDONE: InterceptState.UNDONE,
    InterceptStep.DONE: InterceptState.DONE,
    InterceptStep.NOT_DONE: InterceptState.NOT_DONE,
    InterceptStep.KEPT: InterceptState.KEPT,
}


class Telling:
    """For the alert's history: in the shop's language and time."""

    def __init__(self, texts: Texts, zone: tzinfo | None) -> None:
        """`zone` None: this machine's."""
        self._texts = texts
        self._zone = zone

    def note_of(self, one: ArchivedIntercept, step: InterceptStep, code: str, now: datetime) -> str | None:
        """None: nothing that the alert's readers have to know."""
        draft, texts = one.draft, self._texts
        begun, due, ended = self._clock(one.begun_at, now), self._clock(one.due_at, now), self._clock(now, now)
        match step:
            case InterceptStep.IN_FORCE:
                return texts.get("intercept.note_in_force", app=draft.app or "-", due=due)
            case InterceptStep.UNDONE if one.last(InterceptStep.IN_FORCE) is None:
                return None
            case InterceptStep.UNDONE:
                return texts.get("intercept.note_undone", app=draft.app or "-", begun=begun, ended=ended)
            case InterceptStep.KEPT:
                return texts.get("intercept.note_kept", app=draft.app or "-", ended=ended)
            case InterceptStep.DONE:
                return texts.get(f"intercept.note_{_KINDS[draft.kind].value}", ended=ended)
            case InterceptStep.NOT_DONE:
                why = result_text(code, texts) or code
                return texts.get("intercept.note_not_done", what=kind_text(one, texts), why=why)
            case _:
                return None

    def _clock(self, at: datetime | None, now: datetime) -> str:
        if at is None:
            return "-"
        here = at.astimezone(self._zone)
        return here.strftime("%H:%M" if here.date() == now.astimezone(self._zone).date() else "%Y-%m-%d %H:%M")


def kind_text(one: ArchivedIntercept, texts: Texts) -> str:
    """What is done."""
    kind = _KINDS[one.draft.kind].value
    return texts.get(f"intercept.kind_{kind}", app=one.draft.app or "-", minutes=one.draft.minutes or 0)


def state_of(one: ArchivedIntercept) -> InterceptState:
    """From its steps."""
    if (end := one.end) is not None:
        return _ENDS[end.step]
    if one.last(InterceptStep.ENDING) is not None:
        return InterceptState.UNDOING
    return InterceptState.IN_FORCE if one.last(InterceptStep.IN_FORCE) is not None else InterceptState.ASKED


def intercept_view(one: ArchivedIntercept, employee: str | None, texts: Texts) -> Intercept:
    """As a reader sees it."""
    draft, end, state = one.draft, one.end, state_of(one)
    asked, undo = one.last(InterceptStep.ASKED), one.last(InterceptStep.UNDO_ASKED)
    why = result_text(end.code, texts) if end is not None else None
    told = texts.get(
        f"intercept.state.{state.value}", due=_shown(one.due_at), ended=_shown(None if end is None else end.at),
        why=why or "-",
    )  # fmt: skip
    return Intercept(
        intercept_id=draft.intercept_id,
        alert_id=draft.alert_id,
        rule_id=draft.rule_id,
        device=draft.device,
        employee=employee,
        kind=_KINDS[draft.kind],
        app=draft.app,
        minutes=draft.minutes,
        state=state,
        code=None if end is None else end.code,
        text=f"{kind_text(one, texts)}: {told}",
        begun_at=one.begun_at,
        due_at=one.due_at,
        ended_at=None if end is None else end.at,
        command_id=None if asked is None else asked.code,
        undo_command_id=None if undo is None else undo.code,
        ledger_index=one.ledger_index,
    )


def _shown(at: datetime | None) -> str:
    return "-" if at is None else at.strftime("%Y-%m-%d %H:%M:%SZ")
