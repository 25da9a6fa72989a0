"""Employees who leave: how far each is, what was handed over, and what people do by hand."""

from collections.abc import Awaitable, Mapping, Sequence
from typing import ClassVar, Final

from textual.binding import BindingType

from daemon.api.leaving import Leaving, LeavingPhone, LeavingState, StepState
from daemon.api.leaving_client import leavings

from ...safe_text import SafeContent, joined, lines, safe_text
from ..desk import Desk
from ..flows.services import ServiceFlows
from ..keys import key
from ..widgets.columns import Column
from .dialog import labelled
from .table_screen import TableScreen

_STATES: Final = {
    LeavingState.PLANNED: ("○", ""),
    LeavingState.PENDING: ("◐", "bold $text-warning"),
    LeavingState.DONE: ("●", "$text-success"),
    LeavingState.UNDOING: ("◐", "$text-warning"),
    LeavingState.UNDONE: ("×", "$muted"),
}
_STEPS: Final = {
    StepState.NOT_YET: ("○", "$muted"),
    StepState.PENDING: ("◐", "$text-warning"),
    StepState.DONE: ("●", "$text-success"),
    StepState.FAILED: ("×", "bold $text-error"),
}


class LeavingsScreen(TableScreen[Leaving]):
    """Newest first."""

    NAME = "leaving"
    LOOK_EVERY_S = 2.0
    COLUMNS = (
        Column(key="state", title="app.column.state", width=14, weight=1, most=20),
        Column(key="name", title="app.column.name", width=12, weight=2, most=24),
        Column(key="to", title="app.column.successors", width=12, weight=3, most=40),
        Column(key="returns", title="app.column.returns", width=12, weight=1, most=20, drop=1),
        Column(key="due", title="app.column.due", width=8),
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        key("c,f6", "confirm", "leaving.confirm"),
        key("u,f8", "undo", "leaving.undo"),
    ]

    def __init__(self, desk: Desk, flows: ServiceFlows) -> None:
        super().__init__(desk)
        self._flows = flows

    def load(self) -> Awaitable[Sequence[Leaving]]:
        return leavings(self.desk.client)

    def key_of(self, item: Leaving) -> str:
        return item.leaving_id

    def cells_of(self, item: Leaving) -> Mapping[str, SafeContent]:
        sign, style = _STATES[item.state]
        due = sum(one.is_due for one in item.items)
        return {
            "state": safe_text(f"{sign} {self.desk.say(f'leaving_state.{item.state}')}", style),
            "name": safe_text(item.employee, "bold"),
            "to": safe_text(", ".join(item.recipients)),
            "returns": safe_text(self.desk.times.short(item.return_at)),
            "due": safe_text(str(due), "bold $text-warning" if due else ""),
        }

    def detail_of(self, item: Leaving) -> SafeContent:
        desk, times = self.desk, self.desk.times
        handed = sum(one.conversations for one in item.hand_overs if not one.is_returned)
        rows = [
            ("asked_by", safe_text(f"{item.requested_by} · {times.both(item.requested_at)}")),
            ("reason", safe_text(item.reason)),
            ("handed", desk.line("leaving.handed", n=handed, alerts=item.alerts_moved)),
        ]
        parts = [*labelled(desk, rows), *(self._phone(phone) for phone in item.phones), safe_text("")]
        for one in item.items:
            if one.is_due:
                parts.append(safe_text(f"[ ] {one.text}", "bold"))
            else:
                parts.append(safe_text(f"[✓] {one.text} · {one.confirmed_by or '–'}", "$muted"))
        return lines(parts)

    def why_not(self, action: str) -> str | None:
        match action:
            case "confirm":
                return self._flows.why_not_confirm(self.current)
            case "undo":
                return self._flows.why_not_undo(self.current)
            case _:
                return None

    def action_confirm(self) -> None:
        self._flows.confirm(self.current)

    def action_undo(self) -> None:
        self._flows.undo(self.current)

    def _phone(self, phone: LeavingPhone) -> SafeContent:
        parts = [safe_text(phone.device)]
        for name, state in (("freeze", phone.freeze), ("told", phone.told), ("capture", phone.capture)):
            sign, style = _STEPS[state]
            parts.append(safe_text(f"   {sign} {self.desk.say(f'leaving_step.{name}')}", style))
        if phone.is_wiped:
            parts.append(self.desk.line("leaving.wiped", "bold"))
        if phone.freeze_text and phone.freeze is not StepState.DONE:
            parts.append(safe_text(f"   {phone.freeze_text}", "$muted"))
        return joined(parts)
